"""Awards within their caps, posted with the score, and taken back."""

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import delete, event, update

from app.extensions import db
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.month import Month
from app.kit.points import Tenths
from app.ledger import queries as books
from app.ledger import service as ledger
from app.ledger.domain.accounts import (
    Purpose,
    branch_budget,
    household_pending,
    household_spendable,
    household_standing,
    member_standing,
    village_account,
)
from app.ledger.domain.drafts import EntryDraft, EntryKind, TransferDraft
from app.ledger.queries import checker
from app.rulebook import queries, service
from app.rulebook.domain.awards import AwardOutcome, AwardRequest
from app.rulebook.domain.rules import Cap, CapPeriod, CapScope
from app.rulebook.models import Award
from app.web.messages import sentence
from app.web.transaction import run_in_transaction
from tests.factories.places import make_places
from tests.factories.rulebooks import adopt_rules, open_book

DAY = date(2026, 10, 9)


class Village:
    """A village with the sample rule book; rules are named by their codes."""

    def __init__(self) -> None:
        self.id = make_places().village_id
        open_book(self.id, month=Month(2026, 10), budget_tenths=10_000)
        self.version_id = adopt_rules(self.id)

    def request(
        self,
        code: str,
        *,
        member: int | None = 11,
        household: int = 1,
        points: int | None = None,
        on: date = DAY,
        source: int = 1,
        key: str | None = None,
    ) -> AwardRequest:
        rule = queries.rule_by_code(self.version_id, code)
        self.count = getattr(self, "count", 0) + 1
        return AwardRequest(
            village_id=self.id,
            rule_id=rule.id,
            member_id=member,
            household_id=household,
            occurred_on=on,
            points_asked=Tenths(points or rule.points),
            from_account=branch_budget(self.id),
            source_kind="session",
            source_id=source,
            idempotency_key=key or f"k{self.count}",
            actor_id=7,
        )

    def award(self, *requests: AwardRequest) -> list[AwardOutcome]:
        return run_in_transaction(lambda: service.award(requests))


@pytest.fixture
def village(each_app: Flask) -> Village:
    return Village()


def test_an_award_gives_points_to_the_household_and_score_to_the_member(village: Village) -> None:
    village.award(village.request("ZY01"), village.request("HJ03", member=None))
    assert books.balance(household_pending(village.id, 1)) == 40
    assert books.balance(member_standing(village.id, 11)) == 20
    assert books.balance(household_standing(village.id, 1)) == 20
    assert checker.check() == []


def test_rules_of_a_group_share_one_cap_within_a_batch_and_across(village: Village) -> None:
    """VOLUNTEER: 8 a month for a member; 2+2+2 in one batch, then 2, then nothing."""
    outcomes = village.award(*(village.request(code) for code in ("ZY01", "ZY02", "ZY03")))
    assert [outcome.granted for outcome in outcomes] == [20, 20, 20]
    fourth, fifth = village.award(village.request("ZY05"), village.request("ZY01"))
    assert (fourth.granted, fourth.cut) == (20, 0)
    assert (fifth.granted, fifth.cut) == (0, 20)
    assert fifth.entry_id is None
    assert fifth.cut_reason is not None
    assert (
        sentence(fifth.cut_reason.code, fifth.cut_reason.facts)
        == "10月志愿服务封顶8分，已得8分，本次计0分。"
    )
    kept = queries.awards(village.id, household_id=1)
    assert queries.cut_reasons(village.id, kept) == {fifth.award_id: fifth.cut_reason}
    assert books.balance(household_pending(village.id, 1)) == 80
    somebody_else, next_month = village.award(
        village.request("ZY01", member=12), village.request("ZY01", on=date(2026, 11, 1))
    )
    assert (somebody_else.granted, next_month.granted) == (20, 20)
    assert checker.check() == []


def test_a_cap_may_cut_a_part(village: Village) -> None:
    """HJ01 and HJ02 share YARD, 5 a month for a household: 2, then 3 of 5."""
    first, second = village.award(
        village.request("HJ02", member=None), village.request("HJ01", member=None)
    )
    assert (first.granted, second.granted, second.cut) == (20, 30, 20)


def test_caps_by_event_quarter_year_and_once(village: Village) -> None:
    event = village.award(
        village.request("ZY07", points=20, source=1), village.request("ZY07", source=1),
        village.request("ZY07", points=20, source=2),
    )  # fmt: skip
    assert [outcome.granted for outcome in event] == [20, 0, 20]
    quarter = village.award(
        village.request("CW02", points=100), village.request("CW02", on=date(2026, 12, 31)),
        village.request("CW02", on=date(2027, 1, 1)),
    )  # fmt: skip
    assert [outcome.granted for outcome in quarter] == [100, 0, 50]
    year = village.award(
        village.request("HJ07", member=None), village.request("HJ07", on=date(2026, 1, 1)),
        village.request("HJ07", on=date(2027, 1, 1)),
    )  # fmt: skip
    assert [outcome.granted for outcome in year] == [100, 0, 100]
    once = village.award(village.request("BZ07"), village.request("BZ07", on=date(2036, 1, 1)))
    assert [outcome.granted for outcome in once] == [100, 0]


def test_the_same_key_gives_the_same_outcome(village: Village) -> None:
    first = village.award(village.request("ZY01", key="k"))
    assert village.award(village.request("ZY01", key="k")) == first
    with pytest.raises(Conflict, match="idempotency_mismatch"):
        village.award(village.request("ZY01", key="k", member=12))
    assert books.balance(household_pending(village.id, 1)) == 20


def test_only_rules_that_give_points_award(village: Village) -> None:
    for code in ("KF01", "XF01"):
        with pytest.raises(Invalid, match="rule_awards_nothing"):
            village.award(village.request(code))
    with pytest.raises(NotFound, match="rule_not_found"):
        run_in_transaction(lambda: queries.rule_by_code(village.version_id, "NONE"))


def test_an_empty_pool_refuses_the_whole_batch(village: Village) -> None:
    with pytest.raises(Conflict, match="insufficient_balance"):
        village.award(*(village.request("BZ06", source=source) for source in range(21)))
    assert books.balance(household_pending(village.id, 1)) == 0


def _reverse(village: Village, award_id: int, key: str = "r") -> int:
    return run_in_transaction(
        lambda: service.reverse_award(
            award_id=award_id,
            village_id=village.id,
            actor_id=8,
            reason="异议1号",
            idempotency_key=key,
        )
    )


def test_a_reversal_frees_the_room_under_the_cap(village: Village) -> None:
    outcomes = village.award(*(village.request("HJ03", member=None) for _ in range(5)))
    assert [outcome.granted for outcome in outcomes] == [20, 20, 20, 20, 0]
    entry_id = _reverse(village, outcomes[0].award_id)
    assert _reverse(village, outcomes[0].award_id) == entry_id
    with pytest.raises(Conflict, match="already_reversed"):
        _reverse(village, outcomes[0].award_id, key="other")
    with pytest.raises(Conflict, match="award_without_points"):
        _reverse(village, outcomes[4].award_id)
    assert village.award(village.request("HJ03", member=None))[0].granted == 20
    assert books.balance(household_pending(village.id, 1)) == 80
    assert checker.check() == []


def test_a_settled_award_is_taken_back_from_what_is_spendable(village: Village) -> None:
    outcome = village.award(village.request("HJ03"))[0]
    pending, spendable = household_pending(village.id, 1), household_spendable(village.id, 1)
    elsewhere = village_account(village.id, Purpose.MOVED_OUT)

    def settle_and_spend() -> None:
        ledger.close_period(village.id, month=Month(2026, 10))
        for kind, transfer, memo in (
            (EntryKind.SETTLE, TransferDraft(pending, spendable, 20), "2026-10"),
            (EntryKind.MOVE, TransferDraft(spendable, elsewhere, 5), ""),
        ):
            draft = EntryDraft(village.id, kind, DAY, 7, kind, (transfer,), memo=memo)
            ledger.post([draft])

    run_in_transaction(settle_and_spend)
    with pytest.raises(Conflict) as refused:
        _reverse(village, outcome.award_id)
    assert refused.value.code == "insufficient_points"
    assert refused.value.facts == {"balance_tenths": 15, "needed_tenths": 20}
    village.award(village.request("ZY01"))
    later = village.award(village.request("ZY02"))[0]
    _reverse(village, later.award_id, key="not settled yet")
    assert books.balance(spendable) == 15
    assert checker.check() == []


def test_a_settled_award_that_is_still_there_comes_back_whole(village: Village) -> None:
    outcome = village.award(village.request("HJ03"))[0]
    pending, spendable = household_pending(village.id, 1), household_spendable(village.id, 1)

    def settle() -> None:
        ledger.close_period(village.id, month=Month(2026, 10))
        transfer = TransferDraft(pending, spendable, 20)
        draft = EntryDraft(
            village.id, EntryKind.SETTLE, DAY, 7, "settle", (transfer,), memo="2026-10"
        )
        ledger.post([draft])

    run_in_transaction(settle)
    entry_id = _reverse(village, outcome.award_id)
    assert _reverse(village, outcome.award_id) == entry_id
    for account in (pending, spendable, member_standing(village.id, 11)):
        assert books.balance(account) == 0
    assert books.balance(branch_budget(village.id)) == 10_000
    assert checker.check() == []


def test_a_cap_counts_under_later_versions_and_other_periods(village: Village) -> None:
    """ZY01 was capped by month and member; the new version caps it by year and household."""
    village.award(village.request("ZY01"), village.request("ZY01", on=date(2026, 9, 8), member=12))
    rules = [
        replace(rule, cap=Cap(Tenths(50), CapPeriod.YEAR, CapScope.HOUSEHOLD))
        for rule in queries.rules(village.version_id)
        if rule.code == "ZY01"
    ]
    village.version_id = adopt_rules(village.id, rules, starts_on=date(2026, 12, 1))
    december = village.award(village.request("ZY01", member=13, on=date(2026, 12, 5)))[0]
    assert december.granted == 10
    next_year = village.award(village.request("ZY01", on=date(2027, 1, 5)))[0]
    assert next_year.granted == 20


def test_an_award_by_an_event_counts_within_the_event_whatever_the_day(village: Village) -> None:
    first, second, other = village.award(
        village.request("CW01", member=11, source=5),
        village.request("CW01", member=12, source=5, on=date(2026, 10, 10)),
        village.request("CW01", member=12, source=6),
    )
    assert [first.granted, second.granted, other.granted] == [20, 0, 20]
    assert village.award(village.request("CW01", source=5, on=date(2026, 11, 1)))[0].granted == 0


@pytest.mark.parametrize(
    ("column", "value"), [("granted", 10), ("household_id", 2), ("member_id", 12)]
)
def test_the_checker_finds_an_award_that_says_something_else(
    village: Village, column: str, value: int
) -> None:
    award_id = village.award(village.request("ZY01"))[0].award_id
    assert checker.check() == []
    statement = update(Award).where(Award.id == award_id).values({column: value})
    run_in_transaction(lambda: db.session.execute(statement))
    assert [(found.pass_name, found.detail.split()[0]) for found in checker.check()] == [
        ("witnesses_agree", "award")
    ]


def test_the_checker_finds_an_entry_without_its_award(village: Village) -> None:
    village.award(village.request("ZY01"))
    run_in_transaction(lambda: db.session.execute(delete(Award)))
    assert [found.pass_name for found in checker.check()] == ["witnesses_agree"]


def test_an_award_of_another_village_is_not_found(village: Village) -> None:
    award_id = village.award(village.request("ZY01"))[0].award_id
    with pytest.raises(NotFound, match="award_not_found"):
        queries.award(village.id + 1, award_id)
    with pytest.raises(NotFound, match="rule_not_found"):
        village.award(replace(village.request("ZY01"), village_id=village.id + 1))


def test_a_large_batch_takes_no_more_statements_than_a_small_one(village: Village) -> None:
    def statements(count: int, first: int) -> int:
        told: list[str] = []
        requests = [
            village.request("ZY01", member=number, household=number)
            for number in range(first, first + count)
        ]

        def note(*arguments: object) -> None:
            told.append(str(arguments[2]))

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            village.award(*requests)
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
        return len(told)

    assert statements(100, first=1000) <= statements(2, first=10) + 2
