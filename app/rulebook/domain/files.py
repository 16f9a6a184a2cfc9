"""A version as a workbook: its rules, its linked scores and bonuses, and how it was adopted.

What is written here is read again as the same rules and terms. The record of the adoption goes
along to be read; a new version has a meeting of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.kit.points import format_tenths
from app.kit.workbook import Cell, Sheet, cell_text, read_workbook, write_workbook

from .incentives import IncentiveTerms
from .reading import HEADERS, RefusedRule, rules_of_rows
from .rules import Adoption, CapPeriod, CapScope, Rule, RuleKind
from .terms_sheet import TERMS_SHEET, read_terms, terms_rows

_KINDS = {
    RuleKind.EARN: "加分", RuleKind.SPEND: "消费", RuleKind.DEDUCT: "扣分",
    RuleKind.BONUS: "集体奖励",
}  # fmt: skip
_PERIODS = {
    CapPeriod.EVENT: "每次", CapPeriod.MONTH: "每月", CapPeriod.QUARTER: "每季",
    CapPeriod.YEAR: "每年", CapPeriod.ONCE: "一次性",
}  # fmt: skip
_SCOPES = {CapScope.MEMBER: "个人", CapScope.HOUSEHOLD: "户"}


@dataclass(frozen=True, slots=True)
class RuleBookFile:
    """What a file says; `terms` is None when it says nothing of linked scores and bonuses."""

    rules: list[Rule]
    terms: IncentiveTerms | None
    refused: list[RefusedRule]


def read_rule_book(content: bytes) -> RuleBookFile:
    """Read an .xlsx or .csv file; Invalid with the codes of `kit.sheets`."""
    sheets = read_workbook(content)
    rows = [[cell_text(cell) for cell in row] for row in sheets[0].rows]
    rules, refused = rules_of_rows(rows)
    terms, refused_terms = read_terms(sheets[1:])
    return RuleBookFile(rules, terms, refused + refused_terms)


def write_rule_book(
    rules: Sequence[Rule],
    terms: IncentiveTerms,
    adoption: Adoption,
    *,
    number: int,
    starts_on: date,
) -> bytes:
    """The version as .xlsx."""
    record: list[list[Cell]] = [
        ["项目", "内容"],
        ["第几版", str(number)],
        ["起算日期", starts_on.isoformat()],
        ["会议日期", adoption.meeting_on.isoformat()],
        ["会议", adoption.meeting_kind],
        ["到会人数", str(adoption.present)],
        ["赞成", str(adoption.votes_for)],
        ["反对", str(adoption.votes_against)],
        ["会议记录编号", adoption.record_number],
    ]
    return write_workbook(
        [
            Sheet(
                "积分细则",
                [[names[0] for names in HEADERS.values()], *(_cells(rule) for rule in rules)],
            ),
            Sheet(TERMS_SHEET, terms_rows(terms)),
            Sheet("表决记录", record),
        ]
    )


def _cells(rule: Rule) -> list[Cell]:
    """In the order of HEADERS."""
    cap = rule.cap
    return [
        rule.code,
        rule.category,
        rule.title,
        _KINDS[rule.kind],
        format_tenths(rule.points),
        format_tenths(cap.points_max) if cap else "",
        _PERIODS[cap.period] if cap else "",
        _SCOPES[cap.scope] if cap else "",
        cap.group if cap else "",
        rule.evidence,
        rule.review,
    ]
