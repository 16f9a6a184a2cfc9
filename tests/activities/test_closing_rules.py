"""Minutes, hours, budgets, seats and themes: the decisions that need no database."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.activities.domain.check_in import Place, Window
from app.activities.domain.closing import (
    Counted,
    MinutesRule,
    Worth,
    count_minutes,
    reserve_needed,
)
from app.activities.domain.signups import place_for_next
from app.activities.domain.themes import read_theme_rows
from app.kit.errors import Invalid
from app.kit.month import Month
from app.kit.points import Tenths

START = datetime(2026, 10, 12, 1, 0, tzinfo=UTC)
TWO_HOURS = Window(START, START + timedelta(hours=2))


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("window", "checked_in", "checked_out", "counted"),
    [
        (TWO_HOURS, at(-20), at(125), Counted(120, MinutesRule.CHECKED_OUT)),
        (TWO_HOURS, at(10), at(90), Counted(90, MinutesRule.CHECKED_OUT)),
        (TWO_HOURS, at(40), at(90), Counted(50, MinutesRule.CHECKED_OUT)),
        (TWO_HOURS, at(40), at(30), Counted(0, MinutesRule.CHECKED_OUT)),
        (TWO_HOURS, at(0), None, Counted(120, MinutesRule.PLANNED)),
        (TWO_HOURS, at(50), None, Counted(70, MinutesRule.PLANNED)),
        (TWO_HOURS, at(130), None, Counted(0, MinutesRule.PLANNED)),
        (TWO_HOURS, None, None, Counted(120, MinutesRule.PLANNED)),
        (Window(START, at(300)), at(0), None, Counted(240, MinutesRule.PLANNED_CAPPED)),
        (Window(START, at(300)), at(0), at(300), Counted(300, MinutesRule.CHECKED_OUT)),
    ],
)
def test_minutes(
    window: Window, checked_in: datetime | None, checked_out: datetime | None, counted: Counted
) -> None:
    assert count_minutes(window, checked_in, checked_out) == counted


def test_points_are_for_each_time_or_each_full_hour() -> None:
    assert Worth(Tenths(20)).for_minutes(0) == 20
    assert Worth(Tenths(10), hourly=True).for_minutes(119) == 10
    assert Worth(Tenths(10), hourly=True).for_minutes(59) == 0


def test_the_budget_reserved_is_that_of_all_seats() -> None:
    assert reserve_needed(TWO_HOURS, Worth(Tenths(20)), 30) == 600
    assert reserve_needed(TWO_HOURS, Worth(Tenths(5), hourly=True), 30) == 300


@pytest.mark.parametrize(
    ("confirmed", "waiting", "place"),
    [(0, 0, Place.CONFIRMED), (2, 0, Place.WAITING), (1, 1, Place.WAITING), (3, 0, Place.WAITING)],
)
def test_nobody_passes_those_who_wait(confirmed: int, waiting: int, place: Place) -> None:
    assert place_for_next(seats=2, confirmed=confirmed, waiting=waiting) is place


SAMPLE = Path(__file__).parents[2] / "app" / "sample" / "data" / "themes.csv"


def test_the_sample_list_is_read_whole() -> None:
    rows, faults = read_theme_rows(SAMPLE.read_bytes())
    assert faults == []
    assert len(rows) == 10
    assert rows[4].month == Month(2026, 10)
    assert rows[4].facts.title == "为行动不便老人送餐"
    assert (rows[4].facts.points, rows[4].facts.seats, rows[4].facts.minutes) == (5, 12, 30)


@pytest.mark.parametrize("month", ["2026年3月", "2026-03", "2026/3", "2026-03-01", "２０２６.３"])
def test_chinese_headers_below_a_title(month: str) -> None:
    header = "青石镇主题清单\n月份,编号,活动主题,细则编号,服务队,积分,名额\n"
    table = f"{header}\n{month},Ｔ1,清理,HJ04,,２.5,20.0"
    rows, faults = read_theme_rows(table.encode())
    assert faults == []
    assert rows[0].month == Month(2026, 3)
    assert (rows[0].line, rows[0].facts.code) == (4, "T1")
    assert (rows[0].facts.points, rows[0].facts.seats, rows[0].facts.minutes) == (25, 20, 60)


def test_each_bad_line_is_listed_with_its_reason() -> None:
    lines = [
        "month,code,title,rule_code,points,places",
        "2026-13,A1,一,ZY01,2,1",
        "2026-10,A2,,ZY01,2,1",
        "2026-10,A3,三,ZY01,两分,1",
        "2026-10,A4,四,ZY01,2,1",
        "2026-10,A4,四,ZY01,2,1",
        "2026-10,A5,五,ZY01,2,0",
        "2026-10,A6,六,ZY01,-2,1",
        "2026-10,A7,七,ZY01,2,许多",
        "0000-10,A8,八,ZY01,2,1",
    ]
    rows, faults = read_theme_rows("\n".join(lines).encode())
    assert [row.line for row in rows] == [5]
    assert [(fault.line, fault.code) for fault in faults] == [
        (2, "bad_month"),
        (3, "text_missing"),
        (4, "bad_amount"),
        (6, "theme_code_twice"),
        (7, "number_out_of_range"),
        (8, "points_out_of_range"),
        (9, "bad_number"),
        (10, "bad_month"),
    ]


def test_a_table_without_the_columns_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        read_theme_rows("月份,编号\n2026-10,T1\n".encode())
    assert refusal.value.facts["missing"] == "主题、细则编号、积分"
