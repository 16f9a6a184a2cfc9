"""Themes of a month as the head bank keeps them in a table, and how such a table is read."""

import re
from dataclasses import dataclass

from app.kit.errors import DomainError, Fact, Invalid
from app.kit.month import Month
from app.kit.points import Tenths, parse_tenths
from app.kit.sheets import find_records, read_sheet
from app.kit.text import clean_line, fold_width

SEATS_MAX = 2000
MINUTES_MAX = 24 * 60
POINTS_MAX = Tenths(1000)

_HEADERS = {
    "month": ("月份", "年月", "month"),
    "code": ("编号", "主题编号", "代码", "code"),
    "title": ("主题", "活动主题", "主题名称", "活动名称", "名称", "title"),
    "rule_code": ("细则编号", "细则代码", "积分细则", "细则", "规则编号", "rule_code"),
    "team": ("服务队", "队伍", "志愿服务队", "team"),
    "points": ("积分", "分值", "分数", "points"),
    "minutes": ("时长", "时长(分钟)", "分钟", "活动时长", "minutes"),
    "seats": ("名额", "人数", "名额数", "places", "seats"),
}
_REQUIRED = ("month", "code", "title", "rule_code", "points")
# A spreadsheet turns "2026-10" into the first of October.
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:月|-01)?", re.ASCII)
_NUMBER = re.compile(r"(\d{1,6})(?:\.0+)?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeFacts:
    """A theme as published: what is to be done, under which rule, and suggestions for branches.

    `rule_code` names a rule of the branches' rule books; `team_name` is empty when any team may.
    """

    code: str
    title: str
    rule_code: str
    team_name: str
    points: Tenths
    minutes: int
    seats: int


@dataclass(frozen=True, slots=True)
class ThemeRow:
    """A readable line of the table."""

    line: int
    month: Month
    facts: ThemeFacts


@dataclass(frozen=True, slots=True)
class ThemeFault:
    """A line that cannot be taken: the code of a sentence, and its facts."""

    line: int
    code: str
    facts: dict[str, Fact]


def read_theme_rows(table: bytes) -> tuple[list[ThemeRow], list[ThemeFault]]:
    """The lines of a .csv or .xlsx file, with Chinese or English headers.

    Raises Invalid `sheet_unreadable`, `sheet_too_long` or `sheet_columns_missing`.
    """
    rows: list[ThemeRow] = []
    faults: list[ThemeFault] = []
    seen: dict[str, int] = {}
    for number, cells in find_records(read_sheet(table), _HEADERS, required=_REQUIRED):
        try:
            row = _read_row(number, cells)
            if row.facts.code in seen:
                raise Invalid("theme_code_twice", theme_code=row.facts.code)
        except DomainError as refusal:
            faults.append(ThemeFault(number, refusal.code, refusal.facts))
        else:
            seen[row.facts.code] = number
            rows.append(row)
    return rows, faults


def check_theme(facts: ThemeFacts) -> ThemeFacts:
    """The theme with its texts made regular; raises Invalid with the field that is wrong."""
    for field, value, value_max in (
        ("时长", facts.minutes, MINUTES_MAX),
        ("名额", facts.seats, SEATS_MAX),
    ):
        if not 1 <= value <= value_max:
            raise Invalid("number_out_of_range", field=field, value_min=1, value_max=value_max)
    if not 0 < facts.points <= POINTS_MAX:
        raise Invalid("points_out_of_range", points_max_tenths=POINTS_MAX)
    return ThemeFacts(
        code=clean_line(facts.code, length_max=20, field="编号"),
        title=clean_line(facts.title, length_max=60, field="主题"),
        rule_code=clean_line(facts.rule_code, length_max=20, field="细则编号"),
        team_name=facts.team_name and clean_line(facts.team_name, length_max=40, field="服务队"),
        points=facts.points,
        minutes=facts.minutes,
        seats=facts.seats,
    )


def _read_row(line: int, cells: dict[str, str]) -> ThemeRow:
    def plain(field: str, default: str = "") -> str:
        return fold_width(cells.get(field, "")) or default

    facts = ThemeFacts(
        code=plain("code"),
        title=cells.get("title", ""),
        rule_code=plain("rule_code"),
        team_name=cells.get("team", ""),
        points=parse_tenths(plain("points")),
        minutes=_number(plain("minutes", "60"), "时长"),
        seats=_number(plain("seats", "30"), "名额"),
    )
    return ThemeRow(line, _month(plain("month")), check_theme(facts))


def _month(text: str) -> Month:
    found = _MONTH.fullmatch(text.replace(" ", ""))
    try:
        return Month.parse(f"{found[1]}-{found[2]:0>2}" if found else "")
    except ValueError as error:
        raise Invalid("bad_month", value=text[:20]) from error


def _number(text: str, field: str) -> int:
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise Invalid("bad_number", field=field, value=text[:20])
    return int(found[1])
