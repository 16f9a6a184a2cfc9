"""Linked scores and bonuses of a version as a sheet of a workbook: one item a line."""

import re
from collections.abc import Callable, Container
from typing import NamedTuple

from app.kit.errors import Invalid
from app.kit.points import Tenths, format_hundredths, format_tenths, parse_hundredths, parse_tenths
from app.kit.text import fold_width
from app.kit.workbook import Cell, Sheet, cell_text

from .incentives import (
    BONUS_MAX,
    CLAMP_MAX,
    LINKED_MIN_MAX,
    NO_INCENTIVES,
    WEIGHT_MAX_HUNDREDTHS,
    GridTerms,
    IncentiveTerms,
    LinkedScoreTerms,
)
from .reading import RefusedRule

TERMS_SHEET = "个人和集体联动"
_HEADER = ("项目", "内容")
_YES_NO = {"是": 1, "否": 0}


def _parse_whole(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise Invalid("bad_amount", value=text[:20])
    return int(text)


def _parse_yes_no(text: str) -> int:
    if text not in _YES_NO:
        raise Invalid("bad_amount", value=text[:20])
    return _YES_NO[text]


def _format_yes_no(number: int) -> str:
    return "是" if number else "否"


class _Item(NamedTuple):
    label: str
    read: Callable[[str], int]
    write: Callable[[int], str]
    least: int
    most: int


_ITEMS = {
    "linked_weight_hundredths": _Item(
        "党员联系农户：联系户平均评价分的倍数",
        parse_hundredths, format_hundredths, 1, WEIGHT_MAX_HUNDREDTHS,
    ),
    "linked_clamp": _Item(
        "党员联系农户：加减最多几分", parse_tenths, format_tenths, 1, CLAMP_MAX
    ),
    "linked_households_min": _Item(
        "党员联系农户：至少联系几户才算", _parse_whole, str, 1, LINKED_MIN_MAX
    ),
    "linked_printed": _Item(
        "党员联系农户：结果印在公示上", _parse_yes_no, _format_yes_no, 0, 1
    ),
    "grid_threshold_percent": _Item(
        "网格奖励：参与率达到百分之几", _parse_whole, str, 1, 100
    ),
    "grid_bonus": _Item(
        "网格奖励：参加的户每户加几分", parse_tenths, format_tenths, 1, BONUS_MAX
    ),
    "team_bonus": _Item(
        "服务队奖励：完成主题的队，队员每人加几分", parse_tenths, format_tenths, 1, BONUS_MAX
    ),
}  # fmt: skip
_PARTS = (
    ("linked_weight_hundredths", "linked_clamp", "linked_households_min", "linked_printed"),
    ("grid_threshold_percent", "grid_bonus"),
)
"""What is adopted together or not at all."""

TERM_LABELS = {name: item.label for name, item in _ITEMS.items()}


def term_text(name: str, number: int | None) -> str:
    """A number of the terms as people write it; empty for what was not adopted."""
    return "" if number is None else _ITEMS[name].write(number)


def terms_rows(terms: IncentiveTerms) -> list[list[Cell]]:
    """The sheet's lines, its header first."""
    rows: list[list[Cell]] = [list(_HEADER)]
    rows += [[TERM_LABELS[name], term_text(name, n)] for name, n in terms.by_name().items()]
    return rows


def read_terms(sheets: list[Sheet]) -> tuple[IncentiveTerms | None, list[RefusedRule]]:
    """The terms that a workbook states, None when it has no such sheet; and the faulty lines."""
    sheet = next((each for each in sheets if each.name == TERMS_SHEET), None)
    if sheet is None:
        return None, []
    found: dict[str, tuple[int, int | None]] = {}
    refused: list[RefusedRule] = []
    for line, cells in enumerate(sheet.rows, start=1):
        label, written = (fold_width(cell_text(cell)).strip() for cell in (*cells, "", "")[:2])
        if not (label or written) or (label, written) == _HEADER:
            continue
        try:
            name, number = _read_line(label, written, taken=found)
            found[name] = line, number
        except Invalid as error:
            refused.append(RefusedRule(line, error.code, error.facts, TERMS_SHEET))
    # An item that could not be read is not one that is missing too.
    refused = refused or _incomplete(found, sheet)
    return (NO_INCENTIVES if refused else _terms(found)), refused


def _read_line(label: str, written: str, *, taken: Container[str]) -> tuple[str, int | None]:
    known = {fold_width(each): name for name, each in TERM_LABELS.items()}
    if label not in known:
        raise Invalid("rule_term_unknown", value=label[:40])
    name = known[label]
    if name in taken:
        raise Invalid("rule_term_repeated", item=TERM_LABELS[name])
    if not written:
        return name, None
    item = _ITEMS[name]
    try:
        number = item.read(written)
    except Invalid:
        number = -1
    if number < 0 and item.read is _parse_yes_no:
        raise Invalid("rule_term_not_yes_no", item=item.label, value=written[:20])
    if not item.least <= number <= item.most:
        raise Invalid(
            "rule_term_bad",
            item=item.label,
            value=written[:20],
            least=item.write(item.least),
            most=item.write(item.most),
        )
    return name, number


def _incomplete(found: dict[str, tuple[int, int | None]], sheet: Sheet) -> list[RefusedRule]:
    """An empty item of a part whose other items are filled in."""
    end = len(sheet.rows)
    return [
        RefusedRule(
            found.get(name, (end, None))[0],
            "rule_term_missing",
            {"item": TERM_LABELS[name]},
            TERMS_SHEET,
        )
        for part in _PARTS
        if any(found.get(name, (0, None))[1] is not None for name in part)
        for name in part
        if found.get(name, (0, None))[1] is None
    ]


def _terms(found: dict[str, tuple[int, int | None]]) -> IncentiveTerms:
    values = {name: number for name, (_, number) in found.items() if number is not None}
    linked = grid = None
    if "linked_weight_hundredths" in values:
        linked = LinkedScoreTerms(
            values["linked_weight_hundredths"],
            Tenths(values["linked_clamp"]),
            values["linked_households_min"],
            bool(values["linked_printed"]),
        )
    if "grid_bonus" in values:
        grid = GridTerms(values["grid_threshold_percent"], Tenths(values["grid_bonus"]))
    team_bonus = Tenths(values["team_bonus"]) if "team_bonus" in values else None
    return IncentiveTerms(linked, grid, team_bonus)
