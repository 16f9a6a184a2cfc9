"""How a month is told, and when a notice may be settled."""

from datetime import date

import pytest

from app.kit.errors import Conflict, Invalid
from app.ledger.domain.drafts import EntryKind
from app.notices.domain import (
    MonthFigures,
    NoticePeriod,
    check_posting,
    check_settling,
    month_figures,
    total,
)


def test_a_households_three_accounts_add_up_to_its_month() -> None:
    """
    pending    opening 20   award +30  settle -20   reversal -10
    spendable  opening 50   settle +20  hold -20  redemption -15
    held       opening  0   hold +20   payment -20
    together   opening 70   added 30   redeemed 35  corrected -10   closing 55
    """
    pending = month_figures(
        20, {EntryKind.AWARD: 30}, {EntryKind.SETTLE: 20, EntryKind.REVERSAL: 10}
    )
    spendable = month_figures(
        50, {EntryKind.SETTLE: 20}, {EntryKind.HOLD: 20, EntryKind.REDEMPTION: 15}
    )
    held = month_figures(0, {EntryKind.HOLD: 20}, {EntryKind.ACTIVITY_PAYMENT: 20})
    assert (pending.closing, spendable.closing, held.closing) == (20, 35, 0)
    together = total((pending, spendable, held))
    assert together == MonthFigures(opening=70, added=30, redeemed=35, expired=0, corrected=-10)
    assert together.closing == 55


def test_a_notice_hangs_three_to_seven_days() -> None:
    week = NoticePeriod.starting(date(2026, 10, 26), 7)
    assert week.posted_to == date(2026, 11, 1)
    assert week.takes_objections(date(2026, 11, 1))
    assert not week.takes_objections(date(2026, 11, 2))
    for days in (2, 8):
        with pytest.raises(Invalid, match="notice_days_bad"):
            NoticePeriod.starting(date(2026, 10, 26), days)


def test_a_notice_hangs_from_today_or_soon() -> None:
    week = NoticePeriod.starting(date(2026, 10, 26), 7)
    check_posting(week, date(2026, 10, 26))
    check_posting(week, date(2026, 10, 12))
    for today in (date(2026, 10, 27), date(2026, 10, 11), date(2027, 10, 26)):
        with pytest.raises(Invalid, match="notice_day_bad"):
            check_posting(week, today)


def test_settling_waits_for_the_last_day_and_the_last_answer() -> None:
    week = NoticePeriod.starting(date(2026, 10, 26), 7)
    with pytest.raises(Conflict, match="notice_still_posted"):
        check_settling(week, date(2026, 11, 1), 0)
    with pytest.raises(Conflict, match="objections_open"):
        check_settling(week, date(2026, 11, 2), 1)
    check_settling(week, date(2026, 11, 2), 0)
