"""A village with three households and a month of awards, ready to be closed."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from app.kit import clock
from app.kit.month import Month
from app.ledger.domain.accounts import branch_budget
from app.notices import service
from app.notices.domain import NoticePeriod, ObjectionSource
from app.notices.models import Notice, Objection
from app.rulebook import queries as rulebook
from app.rulebook import service as awards
from app.rulebook.domain.awards import AwardRequest
from app.web.transaction import run_in_transaction
from tests.factories.people import make_people
from tests.factories.places import Places, make_places
from tests.factories.rulebooks import adopt_rules, open_book

OCTOBER = Month(2026, 10)
CLOSING_DAY = date(2026, 10, 25)
_NAMES = {"0001": ["王小强", "李秀英"], "0002": ["𠮷𬭊"], "0003": ["阿依古丽·买买提"]}


@dataclass
class MonthOfVillage:
    """`heads` maps passbook numbers to (household id, member id)."""

    places: Places
    version_id: int
    heads: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def id(self) -> int:
        return self.places.village_id

    def award(self, passbook_no: str, rule_code: str, day: date) -> int:
        """Award a rule to a household's head; returns the award's id."""
        household_id, member_id = self.heads[passbook_no]
        rule = rulebook.rule_by_code(self.version_id, rule_code)
        request = AwardRequest(
            village_id=self.id,
            rule_id=rule.id,
            member_id=member_id,
            household_id=household_id,
            occurred_on=day,
            points_asked=rule.points,
            from_account=branch_budget(self.id),
            source_kind="test",
            source_id=day.toordinal(),
            idempotency_key=f"{passbook_no}-{rule_code}-{day}",
            actor_id=1,
        )
        return run_in_transaction(lambda: awards.award([request]))[0].award_id

    def close(self) -> Notice:
        return run_in_transaction(
            lambda: service.close_month(village_id=self.id, month=OCTOBER, actor_id=1)
        )

    def publish(self, notice: Notice, day: date = CLOSING_DAY + timedelta(days=1)) -> Notice:
        return run_in_transaction(
            lambda: service.publish_notice(
                village_id=self.id,
                notice_id=notice.id,
                period=NoticePeriod.starting(day, 7),
                actor_id=1,
            )
        )

    def object(self, notice: Notice, statement: str = "那天他没有来。") -> Objection:
        return run_in_transaction(
            lambda: service.file_objection(
                notice_id=notice.id,
                source=ObjectionSource.PHONE,
                passbook_number="0001",
                objector_name="",
                statement=statement,
                actor_id=None,
            )
        )

    def settle(self, notice: Notice) -> Notice:
        return run_in_transaction(
            lambda: service.settle_notice(village_id=self.id, notice_id=notice.id, actor_id=1)
        )


def make_month() -> MonthOfVillage:
    """Three households in two grids; 0001 earns 4, 0002 earns 2, 0003 nothing."""
    places = make_places()
    open_book(places.village_id, month=OCTOBER, budget_tenths=10_000)
    month = MonthOfVillage(places, adopt_rules(places.village_id))
    people = make_people(places.village_id, households=_NAMES)
    for passbook_no, (head, *_) in _NAMES.items():
        month.heads[passbook_no] = (people.households[passbook_no], people.members[head])
    month.award("0001", "ZY01", date(2026, 10, 5))
    month.award("0001", "HJ03", date(2026, 10, 12))
    month.award("0002", "ZY01", date(2026, 9, 28))
    return month


def at(day: date, hour: int = 12) -> datetime:
    """That hour in the village."""
    return clock.instant(day, time(hour))
