"""A village with many tills and households, and the requests that its devices send."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from flask import Flask

from app import create_app
from app.activities import queries as activity_queries
from app.activities import service as activities
from app.extensions import db
from app.identity import service as identity
from app.identity.domain import Role
from app.kit import clock
from app.kit.month import Month
from app.kit.points import Tenths
from app.ledger import service as ledger
from app.people import service as people
from app.rulebook import service as rulebook
from app.rulebook.domain.reading import read_rules
from app.rulebook.domain.rules import Adoption
from app.store import service as store
from app.store.domain.goods import MovementKind
from app.web.transaction import run_in_transaction
from tests.conftest import settings_for
from tests.factories.people import People, make_people
from tests.factories.places import Places, make_places
from tests.factories.rulebooks import SAMPLE
from tests.factories.stores import give_points
from tests.fire.caller import Step

SOAP_PRICE = Tenths(10)
"""What a piece of soap costs, of which there is plenty."""
SEAT_PRICE = Tenths(20)
"""What everybody who comes to an activity is awarded."""


class ActivityIds(NamedTuple):
    """An activity and its only session."""

    activity: int
    session: int


@dataclass
class Village:
    """Ids, `cards` by passbook number, and after `sign_in` the tokens of the devices, of which
    `tills` has one a terminal.
    """

    places: Places
    people: People
    month: Month
    store_id: int
    soap_id: int
    terminal_ids: list[int]
    cards: dict[str, str] = field(default_factory=dict)
    tills: list[str] = field(default_factory=list)
    president: str = ""
    organiser: str = ""
    head_bank: str = ""

    @property
    def id(self) -> int:
        return self.places.village_id

    def household_id(self, passbook_no: str) -> int:
        return self.people.households[passbook_no]

    def sign_in(self) -> None:
        """Sign staff and clerks in on the devices that will send requests."""
        run_in_transaction(self._sign_in)

    def _sign_in(self) -> None:
        def token(role: Role, code: str = "luxi", terminal_id: int | None = None) -> str:
            account_id = self.places.staff[code, role]
            return identity.start_session(
                subject="test", account_id=account_id, terminal_id=terminal_id
            )

        self.tills = [token(Role.CLERK, terminal_id=number) for number in self.terminal_ids]
        self.president = token(Role.BRANCH_PRESIDENT)
        self.organiser = token(Role.ORGANISER)
        self.head_bank = token(Role.HEAD_BANK, "town")

    def grant(self, tenths: int, *, key: str = "") -> Step:
        """The head bank grants the branch so many tenths of points."""
        return {
            "path": "/grants",
            "token": self.head_bank,
            "key": key or new_key(),
            "body": {
                "village_id": str(self.id),
                "month": str(self.month),
                "points": f"{tenths // 10}.{tenths % 10}",
            },
        }

    def sale(
        self, till: str, passbook_no: str, *, good_id: int = 0, quantity: int = 1, key: str = ""
    ) -> list[Step]:
        """A card is laid on a till and goods are redeemed, soap unless told otherwise."""
        lines = [{"good_id": str(good_id or self.soap_id), "quantity": quantity}]
        return [
            {"path": "/scans", "token": till, "body": {"card_code": self.cards[passbook_no]}},
            {
                "path": "/scans/{scan_id}/redemption",
                "token": till,
                "key": key or new_key(),
                "body": {"lines": lines},
            },
        ]

    def close(self, month: Month, *, key: str = "") -> Step:
        """The branch president closes a month."""
        return {
            "path": "/notices",
            "token": self.president,
            "key": key or new_key(),
            "body": {"month": str(month)},
        }

    def check_in(self, session_id: int, passbook_no: str, *, key: str = "") -> Step:
        """The organiser scans the household's card for its only member."""
        return {
            "path": f"/activity-sessions/{session_id}/scans",
            "token": self.organiser,
            "key": key or new_key(),
            "body": {
                "code": self.cards[passbook_no],
                "member_ids": [str(self.member_id(passbook_no))],
            },
        }

    def member_id(self, passbook_no: str) -> int:
        """The household's only member."""
        return self.people.members[f"户主{passbook_no}"]

    def plan_session(self, starts_at: datetime, *, seats: int, approved: bool) -> ActivityIds:
        """An activity of one session, at two points a seat, open to all who come."""
        with clock.stopped_at(starts_at - timedelta(hours=1)):
            return run_in_transaction(partial(self._plan_session, starts_at, seats, approved))

    def _plan_session(self, starts_at: datetime, seats: int, approved: bool) -> ActivityIds:
        plan = activities.ActivityPlan(
            title="清扫村道",
            place="村委会广场",
            rule_code="ZY01",
            sessions=[activities.SessionPlan(starts_at, starts_at + timedelta(hours=1))],
            seats=seats,
            organiser_ids=[self.places.staff["luxi", Role.ORGANISER]],
            points=SEAT_PRICE,
            drop_in=True,
        )
        activity = activities.schedule_activity(village_id=self.id, plan=plan, actor_id=0)
        if approved:
            activities.approve_activity(village_id=self.id, activity_id=activity.id, actor_id=0)
        return ActivityIds(activity.id, activity_queries.sessions_of(activity.id)[0].id)

    def add_good(self, title: str, *, price: Tenths, pieces: int) -> int:
        """A good with so many pieces on the shelf; its id."""
        return run_in_transaction(
            lambda: _add_good(self.id, self.store_id, title, price=price, pieces=pieces)
        )


def new_key() -> str:
    """A key as a device makes it."""
    return uuid.uuid4().hex


@contextmanager
def application_on(database_url: str) -> Iterator[Flask]:
    """The application inside this process, on the database that the web server serves."""
    app = create_app(settings_for(database_url))
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def make_village(*, tills: int, households: int, tenths_each: int) -> Village:
    """Make it in committed transactions, in the month of the application's clock: passbooks from
    "0001" on, each of one person with a card and so much to spend; needs an application context.
    """
    places = make_places()
    month = Month.of(clock.today())
    run_in_transaction(lambda: ledger.open_book(places.village_id, first_month=month))
    run_in_transaction(lambda: _adopt_rules(places.village_id))
    numbers = [f"{number:04d}" for number in range(1, households + 1)]
    residents = make_people(
        places.village_id, households={number: [f"户主{number}"] for number in numbers}
    )
    found = run_in_transaction(lambda: _open_store(places, residents, month, tills))
    run_in_transaction(lambda: _equip(found, numbers, Tenths(tenths_each)))
    return found


def _open_store(places: Places, residents: People, month: Month, tills: int) -> Village:
    village_id = places.village_id
    shop = store.add_store(village_id=village_id, name="露溪爱心超市")
    terminal_ids = []
    for number in range(tills):
        terminal, code = identity.add_terminal(
            village_id=village_id, store_id=shop.id, name=f"{number + 1}号机"
        )
        identity.enrol_terminal(typed_code=code)
        terminal_ids.append(terminal.id)
    soap_id = _add_good(village_id, shop.id, "肥皂", price=SOAP_PRICE, pieces=10_000)
    return Village(places, residents, month, shop.id, soap_id, terminal_ids)


def _equip(village: Village, passbook_nos: Sequence[str], tenths_each: Tenths) -> None:
    for number in passbook_nos:
        household_id = village.household_id(number)
        village.cards[number] = people.issue_card(
            village_id=village.id, actor_id=0, household_id=household_id
        )
        if tenths_each:
            give_points(village.id, household_id, tenths_each)


def _add_good(village_id: int, store_id: int, title: str, *, price: Tenths, pieces: int) -> int:
    good = store.add_good(
        village_id=village_id,
        store_id=store_id,
        barcode=f"69{uuid.uuid4().int % 10**8:08d}",
        title=title,
        unit_word="块",
        price=price,
        source="村集体采购",
        household_month_max=None,
    )
    store.stock_in(
        village_id=village_id,
        good_id=good.id,
        kind=MovementKind.BOUGHT,
        quantity=pieces,
        source="村集体采购",
        actor_id=0,
    )
    return good.id


def _adopt_rules(village_id: int) -> None:
    two_months_ago = clock.today() - timedelta(days=60)
    rulebook.save_version(
        village_id=village_id,
        rules=read_rules(SAMPLE.read_bytes())[0],
        adoption=Adoption(two_months_ago, "村民代表会议", 46, 44, 1, "露村会5号"),
        starts_on=clock.today() - timedelta(days=clock.today().day - 1),
        actor_id=0,
    )
