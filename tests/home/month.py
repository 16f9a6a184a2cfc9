"""A village's month as the home pages show it, made through the services."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time

from app.activities.models import ActivitySession
from app.identity import queries as identity_queries
from app.identity import service as identity
from app.identity.domain import Role
from app.kit import clock
from app.kit.month import Month
from app.kit.points import Tenths, parse_tenths
from app.ledger import queries as books
from app.ledger.domain.accounts import Purpose, household_points
from app.notices import service as notices
from app.notices.domain import NoticePeriod
from app.notices.models import Notice
from app.store import service as store
from app.store.domain.goods import MovementKind
from app.store.domain.redemption import Line
from app.store.models import Redemption
from app.store.service import Till
from app.web.transaction import run_in_transaction
from tests.factories.activities import Branch, at, check_in, close, make_branch, make_session
from tests.factories.activities import sign_up as sign_up_for
from tests.factories.people import issue_member_card

PIN = "246802"
OCTOBER = Month(2026, 10)


@dataclass
class VillageMonth:
    """A branch with a store; verbs take the members' names."""

    branch: Branch
    till: Till
    goods: dict[str, int] = field(default_factory=dict)

    @property
    def village_id(self) -> int:
        return self.branch.village_id

    def token(self, name: str) -> str:
        """A fresh session of a villager, whose PIN is set to PIN."""
        member_id = self.branch.member(name)

        def work() -> str:
            if identity_queries.member_account(member_id) is None:
                identity.set_member_pin(
                    member_id=member_id, village_id=self.village_id, display_name=name, pin=PIN
                )
            account = identity_queries.member_account(member_id)
            assert account is not None
            return identity.start_session(subject=f"member:{member_id}", account_id=account.id)

        return run_in_transaction(work)

    def attend(self, *names: str, rule_code: str = "ZY01", minutes: int = 60) -> ActivitySession:
        """A session that these people attend and that is closed; each gets 2 points."""
        session = make_session(self.branch, rule_code=rule_code, seats=10, minutes=minutes)
        sign_up_for(self.branch, session, *names)
        for name in names:
            with at(0):
                check_in(self.branch, session, name)
        close(self.branch, session)
        return session

    def close_october(self) -> Notice:
        with on(26):
            return run_in_transaction(
                lambda: notices.close_month(
                    village_id=self.village_id, month=OCTOBER, actor_id=self.branch.president_id
                )
            )

    def publish(self, notice: Notice, day: int = 26) -> Notice:
        """Hang the notice from a day in October on, for seven days."""
        with on(day):
            return run_in_transaction(
                lambda: notices.publish_notice(
                    village_id=self.village_id,
                    notice_id=notice.id,
                    period=NoticePeriod.starting(date(2026, 10, day), 7),
                    actor_id=self.branch.president_id,
                )
            )

    def settle(self, notice: Notice) -> None:
        with on(3, month=11):
            run_in_transaction(
                lambda: notices.settle_notice(
                    village_id=self.village_id,
                    notice_id=notice.id,
                    actor_id=self.branch.president_id,
                )
            )

    def redeem(self, name: str, quantities: dict[str, int]) -> Redemption:
        """Redeem goods on a member's card, now."""
        card_code = issue_member_card(self.branch.people, name)
        lines = [Line(self.goods[title], count) for title, count in quantities.items()]

        def work() -> Redemption:
            scan = store.scan_card(till=self.till, card_code=card_code)
            return store.redeem_goods(
                till=self.till, scan_id=scan.id, redemption_key=f"scan-{scan.id}", lines=lines
            ).redemption

        return run_in_transaction(work)

    def points_of(self, name: str, purpose: Purpose) -> int:
        """What the ledger says."""
        household_id = self.branch.household_of(name)
        return books.balance(household_points(self.village_id, household_id, purpose))


@contextmanager
def on(day: int, *, month: int = 10, hour: int = 9) -> Iterator[datetime]:
    """Stop the clock on a day of 2026."""
    moment = clock.instant(date(2026, month, day), time(hour))
    with clock.stopped_at(moment):
        yield moment


def make_month() -> VillageMonth:
    """A branch in October 2026 with a store; needs an application context."""
    branch = make_branch()
    goods = {"肥皂": ("块", "0.5"), "大米10斤": ("袋", "5"), "牙刷": ("支", "1")}

    def work() -> VillageMonth:
        found = store.add_store(village_id=branch.village_id, name="露溪爱心超市")
        terminal, code = identity.add_terminal(
            village_id=branch.village_id, store_id=found.id, name="一号机"
        )
        identity.enrol_terminal(typed_code=code)
        clerk_id = branch.places.staff["luxi", Role.CLERK]
        made = VillageMonth(branch, Till(branch.village_id, found.id, terminal.id, clerk_id))
        for number, (title, (unit_word, price)) in enumerate(goods.items()):
            made.goods[title] = _stocked(branch, found.id, number, title, unit_word, price)
        return made

    with on(9):
        return run_in_transaction(work)


def _stocked(
    branch: Branch, store_id: int, number: int, title: str, unit_word: str, price: str
) -> int:
    good = store.add_good(
        village_id=branch.village_id,
        store_id=store_id,
        barcode=f"690100000{number:04d}",
        title=title,
        unit_word=unit_word,
        price=Tenths(parse_tenths(price)),
        source="村集体采购",
        household_month_max=None,
    )
    store.stock_in(
        village_id=branch.village_id,
        good_id=good.id,
        kind=MovementKind.BOUGHT,
        quantity=20,
        source="村集体采购",
        actor_id=0,
    )
    return good.id
