"""A village in full swing: rule book, budget, people, and activities made through the services."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from app.activities import service
from app.activities.domain.check_in import Source
from app.activities.domain.signups import SignupSource
from app.activities.models import ActivitySession
from app.activities.queries import sessions_of
from app.identity.domain import SYSTEM_ACTOR_ID, Role
from app.kit import clock
from app.kit.month import Month
from app.kit.points import Tenths
from app.ledger.domain.accounts import household_spendable, issuance
from app.ledger.domain.drafts import EntryDraft, EntryKind, TransferDraft
from app.ledger.service import post
from app.web.transaction import run_in_transaction
from tests.factories.people import People, make_people
from tests.factories.places import Places, make_places
from tests.factories.rulebooks import adopt_rules, open_book

START = datetime(2026, 10, 12, 1, 0, tzinfo=UTC)
"""Nine o'clock in the village, when sessions start."""
BUDGET = Tenths(10_000)


def at(minutes: float) -> AbstractContextManager[None]:
    """Stop the clock so many minutes after the start."""
    return clock.stopped_at(START + timedelta(minutes=minutes))


@dataclass
class Branch:
    """One village with what its activities need, and the other village beside it."""

    places: Places
    people: People
    organiser_id: int = field(init=False)
    president_id: int = field(init=False)

    def __post_init__(self) -> None:
        self.organiser_id = self.places.staff["luxi", Role.ORGANISER]
        self.president_id = self.places.staff["luxi", Role.BRANCH_PRESIDENT]

    @property
    def village_id(self) -> int:
        return self.places.village_id

    def member(self, name: str) -> int:
        return self.people.members[name]

    def household_of(self, name: str) -> int:
        return self.people.households[_PASSBOOKS[name]]


_HOUSEHOLDS = {
    "0001": ["王大山", "李秀英"],
    "0002": ["陈桂兰"],
    "0003": ["赵建国", "孙梅", "赵小军"],
}
_PASSBOOKS = {name: number for number, names in _HOUSEHOLDS.items() for name in names}


def make_branch(*, budget: Tenths = BUDGET) -> Branch:
    """Make it in committed transactions; needs an application context."""
    places = make_places()
    with clock.stopped_at(START - timedelta(days=3)):
        open_book(places.village_id, month=Month(2026, 10), budget_tenths=budget)
        adopt_rules(places.village_id)
        return Branch(places, make_people(places.village_id, households=_HOUSEHOLDS))


def make_session(
    branch: Branch,
    *,
    rule_code: str = "ZY01",
    seats: int = 3,
    minutes: int = 60,
    approved: bool = True,
    points: Tenths | None = None,
    hourly: bool = False,
    drop_in: bool = False,
    organiser_ids: Sequence[int] | None = None,
    starts_in: timedelta = timedelta(),
) -> ActivitySession:
    """A session of an activity, approved unless told otherwise, `starts_in` after START."""
    starts_at = START + starts_in
    plan = service.ActivityPlan(
        title="消防安全宣传",
        place="村委会广场",
        rule_code=rule_code,
        sessions=[service.SessionPlan(starts_at, starts_at + timedelta(minutes=minutes))],
        seats=seats,
        organiser_ids=organiser_ids or [branch.organiser_id],
        points=points,
        hourly=hourly,
        drop_in=drop_in,
    )

    def work() -> ActivitySession:
        activity = service.schedule_activity(
            village_id=branch.village_id, plan=plan, actor_id=branch.organiser_id
        )
        if approved:
            service.approve_activity(
                village_id=branch.village_id,
                activity_id=activity.id,
                actor_id=branch.president_id,
            )
        return sessions_of(activity.id)[0]

    with clock.stopped_at(START - timedelta(days=2)):
        return run_in_transaction(work)


def sign_up(branch: Branch, session: ActivitySession, *names: str) -> None:
    """Sign people up a day before, in their order."""
    with clock.stopped_at(START - timedelta(days=1)):
        for name in names:
            run_in_transaction(
                partial(
                    service.sign_up,
                    village_id=branch.village_id,
                    session_id=session.id,
                    member_id=branch.member(name),
                    source=SignupSource.SELF,
                    actor_id=0,
                )
            )


def give_points(branch: Branch, name: str, amount: Tenths) -> None:
    """Make points spendable for the household of a member, as if it had moved here with them."""
    spendable = household_spendable(branch.village_id, branch.household_of(name))
    draft = EntryDraft(
        village_id=branch.village_id,
        kind=EntryKind.MOVE,
        occurred_on=START.date(),
        actor_id=SYSTEM_ACTOR_ID,
        idempotency_key=f"test:{name}:{amount}",
        transfers=(TransferDraft(issuance(branch.village_id), spendable, amount),),
    )
    run_in_transaction(lambda: post([draft]))


def check_in(
    branch: Branch, session: ActivitySession, name: str, *, source: Source = Source.CARD
) -> service.CheckedIn:
    """Check somebody in now."""
    return run_in_transaction(
        lambda: service.check_in(
            village_id=branch.village_id,
            session_id=session.id,
            member_id=branch.member(name),
            source=source,
            actor_id=branch.organiser_id,
        )
    )


def close(branch: Branch, session: ActivitySession, *, minutes: float = 70) -> None:
    """Close the session so many minutes after its start."""
    with at(minutes):
        run_in_transaction(
            lambda: service.close_session(
                village_id=branch.village_id, session_id=session.id, actor_id=branch.organiser_id
            )
        )
