"""A village whose points grow old: what its households earned, used and put aside, by day.

All amounts in points. Points expire that were earned more than three months before, for the first
time on 8 February 2027, so what was earned before 8 November 2026.

| household | earned | used | on 8 February |
|---|---|---|---|
| 0001 | 2 on 5 Oct, 2 on 12 Oct, 2 on 10 Nov | 1 in the store | 1 of 5 Oct, 2 of 12 Oct |
| 0002 | 5 on 6 Oct | 2 held for a course | 3 of 6 Oct |
| 0003 | 2 on 7 Oct; 2 on 11 Nov, taken back; 2 on 20 Jan, pending | | 2 of 7 Oct |
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta

from app.activities import service as activities
from app.activities.domain.signups import SignupSource
from app.expiry import service
from app.expiry.domain import ExpiryKind, Terms
from app.expiry.models import ExpiryPolicy, ExpiryRun
from app.identity.domain import Role
from app.kit import clock
from app.kit.month import Month
from app.kit.points import Tenths
from app.ledger.domain.accounts import branch_budget
from app.notices import service as notices
from app.notices.domain import NoticePeriod
from app.notices.models import Notice
from app.rulebook import queries as rulebook
from app.rulebook import service as awards
from app.rulebook.domain.awards import AwardRequest
from app.web.transaction import run_in_transaction
from tests.factories.activities import START, make_session
from tests.factories.rulebooks import ADOPTION
from tests.home.month import VillageMonth, make_month

OLD = Terms(ExpiryKind.AGE, months=3)
ACTS_FROM = date(2027, 2, 8)
ANNOUNCED = date(2026, 12, 20)
MEETING = replace(ADOPTION, meeting_on=date(2026, 12, 12), record_number="露村会〔2026〕9号")


@contextmanager
def on(day: date, hour: int = 9) -> Iterator[None]:
    """Stop the clock on a day."""
    with clock.stopped_at(clock.instant(day, time(hour))):
        yield


@dataclass
class OldVillage:
    """`earned` maps (name, day) to the award's id."""

    month: VillageMonth
    earned: dict[tuple[str, date], int] = field(default_factory=dict)

    @property
    def id(self) -> int:
        return self.month.village_id

    @property
    def president_id(self) -> int:
        return self.month.branch.president_id

    @property
    def supervision_id(self) -> int:
        return self.month.branch.places.staff["luxi", Role.SUPERVISION]

    def household(self, name: str) -> int:
        return self.month.branch.household_of(name)

    def earn(self, name: str, day: date, points: int = 2, rule_code: str = "ZY01") -> None:
        version = rulebook.current_version(self.id, day)
        assert version is not None
        request = AwardRequest(
            village_id=self.id,
            rule_id=rulebook.rule_by_code(version.id, rule_code).id,
            member_id=self.month.branch.member(name),
            household_id=self.household(name),
            occurred_on=day,
            points_asked=Tenths(points * 10),
            from_account=branch_budget(self.id),
            source_kind="test",
            source_id=day.toordinal(),
            idempotency_key=f"{name}-{day}",
            actor_id=1,
        )
        with on(day):
            outcome = run_in_transaction(lambda: awards.award([request]))[0]
        self.earned[name, day] = outcome.award_id

    def take_back(self, name: str, day: date) -> str:
        """Reverse an award now; returns what came of it."""
        return str(
            run_in_transaction(
                lambda: awards.reverse_award(
                    award_id=self.earned[name, day],
                    village_id=self.id,
                    actor_id=1,
                    reason="登错了",
                    idempotency_key=f"back-{name}-{day}",
                )
            )
        )

    def close(self, month: Month) -> Notice:
        """Close a month on its 26th and publish its notice the same day."""
        day = month.first_day.replace(day=26)
        with on(day):
            notice = run_in_transaction(
                lambda: notices.close_month(village_id=self.id, month=month, actor_id=1)
            )
            return run_in_transaction(
                lambda: notices.publish_notice(
                    village_id=self.id,
                    notice_id=notice.id,
                    period=NoticePeriod.starting(day, 7),
                    actor_id=1,
                )
            )

    def settle(self, notice: Notice) -> None:
        assert notice.posted_to is not None
        with on(notice.posted_to + timedelta(days=1)):
            run_in_transaction(
                lambda: notices.settle_notice(village_id=self.id, notice_id=notice.id, actor_id=1)
            )

    def hold(self, name: str, day: date) -> None:
        """Sign somebody up for a course of 2 points in March."""
        session = make_session(
            self.month.branch, rule_code="XF01", starts_in=ACTS_FROM - START.date() + timedelta(30)
        )
        with on(day):
            run_in_transaction(
                lambda: activities.sign_up(
                    village_id=self.id,
                    session_id=session.id,
                    member_id=self.month.branch.member(name),
                    source=SignupSource.SELF,
                    actor_id=0,
                )
            )

    def announce(
        self, terms: Terms = OLD, acts_from: date = ACTS_FROM, day: date = ANNOUNCED
    ) -> ExpiryPolicy:
        with on(day):
            return run_in_transaction(
                lambda: service.announce_policy(
                    village_id=self.id,
                    terms=terms,
                    acts_from=acts_from,
                    adoption=MEETING,
                    actor_id=self.president_id,
                )
            )

    def ask(self, day: date = ACTS_FROM) -> ExpiryRun:
        return run_in_transaction(
            lambda: service.ask_expiry(village_id=self.id, on=day, actor_id=self.president_id)
        )

    def confirm(self, run_id: int) -> ExpiryRun:
        return run_in_transaction(
            lambda: service.confirm_expiry(
                village_id=self.id, run_id=run_id, actor_id=self.supervision_id
            )
        )


def make_old_village() -> OldVillage:
    """As the table above says, up to the end of January; the policy is announced."""
    village = OldVillage(make_month())
    village.earn("王大山", date(2026, 10, 5))
    village.earn("李秀英", date(2026, 10, 12))
    village.earn("陈桂兰", date(2026, 10, 6), 5, "BZ09")
    village.earn("赵建国", date(2026, 10, 7))
    village.settle(village.close(Month(2026, 10)))
    village.earn("王大山", date(2026, 11, 10))
    village.earn("赵建国", date(2026, 11, 11))
    with on(date(2026, 11, 20)):
        village.take_back("赵建国", date(2026, 11, 11))
    village.settle(village.close(Month(2026, 11)))
    village.announce()
    village.settle(village.close(Month(2026, 12)))
    with on(date(2027, 1, 15)):
        village.month.redeem("李秀英", {"牙刷": 1})
    village.hold("陈桂兰", date(2027, 1, 16))
    village.earn("赵建国", date(2027, 1, 20))
    return village
