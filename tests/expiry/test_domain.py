"""What expires on which day, in tables that a bookkeeper can follow."""

from dataclasses import dataclass
from datetime import date

import pytest

from app.expiry.domain import (
    ExpiryKind,
    Lot,
    Terms,
    check_notice,
    check_terms,
    due_day,
    expiring_lots,
    months_before,
    next_day,
)
from app.kit.errors import Invalid
from app.kit.points import Tenths

YEAR = Terms(ExpiryKind.AGE, months=12)
CARRIED = Terms(ExpiryKind.CEILING, ceiling=Tenths(50))
NEVER = Terms(ExpiryKind.NONE)
LOTS = [
    Lot(3, date(2026, 3, 1), 40),
    Lot(1, date(2025, 11, 30), 20),
    Lot(2, date(2025, 12, 1), 30),
]


@dataclass(frozen=True)
class Policy:
    terms: Terms
    acts_from: date


@pytest.mark.parametrize(
    ("terms", "free", "expires"),
    [
        # 9 points earned, none used: the first of December is exactly a year ago, so it stays.
        (YEAR, 90, {1: 20}),
        # One point used came from the oldest.
        (YEAR, 80, {1: 10}),
        (YEAR, 70, {}),
        # Two more are there than any entry gave: they do not expire.
        (YEAR, 110, {1: 20}),
        (CARRIED, 90, {1: 20, 2: 20}),
        (CARRIED, 60, {2: 10}),
        (CARRIED, 50, {}),
        (NEVER, 90, {}),
        (YEAR, 0, {}),
    ],
)
def test_the_oldest_go_first_and_never_more_than_is_free(
    terms: Terms, free: int, expires: dict[int, int]
) -> None:
    found = expiring_lots(terms, date(2026, 12, 1), LOTS, free)
    assert {lot.entry_id: lot.amount for lot in found} == expires


def test_months_end_where_their_days_end() -> None:
    assert months_before(date(2027, 3, 31), 1) == date(2027, 2, 28)
    assert months_before(date(2027, 1, 15), 1) == date(2026, 12, 15)
    assert months_before(date(2027, 12, 1), 12) == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("announced_on", "first_day"),
    [(date(2026, 10, 1), date(2026, 12, 1)), (date(2026, 11, 30), date(2027, 1, 1))],
)
def test_a_whole_month_lies_between(announced_on: date, first_day: date) -> None:
    check_notice(YEAR, first_day, announced_on)
    with pytest.raises(Invalid, match="expiry_notice_short"):
        check_notice(
            CARRIED, first_day.replace(day=1) - (date(2, 1, 2) - date(2, 1, 1)), announced_on
        )
    check_notice(NEVER, announced_on, announced_on)


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        (Terms(ExpiryKind.AGE), "expiry_terms_bad"),
        (Terms(ExpiryKind.AGE, 12, Tenths(5)), "expiry_terms_bad"),
        (Terms(ExpiryKind.NONE, 12), "expiry_terms_bad"),
        (Terms(ExpiryKind.AGE, 2), "expiry_months_bad"),
        (Terms(ExpiryKind.CEILING, ceiling=Tenths(0)), "expiry_ceiling_bad"),
    ],
)
def test_half_a_policy_is_refused(terms: Terms, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        check_terms(terms)


def test_policies_act_until_a_later_one_does() -> None:
    """Every month on the 31st from January on; from 15 April on what is above 5 points, once."""
    old, carried = Policy(YEAR, date(2027, 1, 31)), Policy(CARRIED, date(2027, 4, 15))
    told = [old, carried]
    for today, posted, due, coming in (
        ((2026, 12, 1), (), None, (2027, 1, 31)),
        ((2027, 1, 31), (), (2027, 1, 31), (2027, 1, 31)),
        ((2027, 2, 10), ((2027, 1, 31),), None, (2027, 2, 28)),
        # February was missed: March takes what it would have taken.
        ((2027, 3, 31), ((2027, 1, 31),), (2027, 3, 31), (2027, 3, 31)),
        ((2027, 4, 1), ((2027, 3, 31),), None, (2027, 4, 15)),
        ((2027, 5, 20), (), (2027, 4, 15), (2027, 4, 15)),
        ((2027, 5, 20), ((2027, 4, 15),), None, None),
    ):
        days = {date(*each) for each in posted}
        policy = old if date(*today) < carried.acts_from else carried
        found = due_day(told, date(*today), days)
        assert found == (None if due is None else (policy, date(*due))), today
        ahead = next_day(told, date(*today), days)
        assert (ahead and ahead[1]) == (None if coming is None else date(*coming)), today
    assert next_day([*told, Policy(NEVER, date(2027, 2, 1))], date(2027, 2, 2), set()) is None
