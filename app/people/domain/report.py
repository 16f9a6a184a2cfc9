"""An import plan as lines for people, and as a spreadsheet file."""

import hashlib
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass

import xlsxwriter

from .plan import Change, ImportPlan
from .register import RegisterRow
from .remarks import Severity
from .words import COUNT_WORDS, change_words, remark_words

_TITLES = ("类别", "工作表", "行号", "户号", "姓名", "内容", "说明", "怎么办")
_ORDER = list(Severity)
_WIDTHS = (14, 12, 8, 10, 14, 48, 44, 52)


@dataclass(frozen=True, slots=True)
class ReportLine:
    """`line` is "" where the line speaks of the village's books, not of the file."""

    group: str
    sheet: str = ""
    line: str = ""
    passbook_no: str = ""
    name: str = ""
    content: str = ""
    reason: str = ""
    advice: str = ""


def report_lines(plan: ImportPlan) -> list[ReportLine]:
    """Everything a human should see before and after applying, refusals first."""
    lines = [
        ReportLine(
            group, remark.sheet, str(remark.line or ""), remark.passbook_no, remark.name,
            remark.content, reason, advice,
        )
        for remark in sorted(plan.remarks, key=lambda remark: _ORDER.index(remark.severity))
        for group, reason, advice in [remark_words(remark)]
    ]  # fmt: skip
    lines += [
        ReportLine(COUNT_WORDS["new_households"], passbook_no=number, content=grid_name)
        for number, grid_name in plan.new_households
    ]
    lines += [
        ReportLine(
            COUNT_WORDS["changed_households"],
            passbook_no=change.household.passbook_no,
            content=_changes(change.changes),
        )
        for change in plan.changed_households
    ]
    lines += [
        ReportLine(
            COUNT_WORDS["head_changes"],
            passbook_no=head.passbook_no,
            content=f"{head.old} → {head.new}",
        )
        for head in plan.head_changes
    ]
    lines += [_row_line(COUNT_WORDS["added"], row, row.person.relation) for row in plan.added]
    for group, changes in (
        (COUNT_WORDS["changed"], plan.changed),
        (COUNT_WORDS["moved"], plan.moved),
        (COUNT_WORDS["returned"], plan.returned),
    ):
        lines += [_row_line(group, change.row, _changes(change.changes)) for change in changes]
    lines += [
        ReportLine(COUNT_WORDS["gone"], passbook_no=member.passbook_no, name=member.person.name)
        for member in plan.gone
    ]
    lines += [
        ReportLine(COUNT_WORDS["gone_households"], passbook_no=number)
        for number in plan.gone_passbook_nos
    ]
    return lines


def fingerprint(lines: Iterable[ReportLine]) -> str:
    """Tells whether what is applied is what was shown."""
    shown = json.dumps([astuple(line) for line in lines], ensure_ascii=False)
    return hashlib.sha256(shown.encode()).hexdigest()[:32]


def report_file(lines: Iterable[ReportLine]) -> bytes:
    """The report as .xlsx; every cell is text, so that nothing in it is ever calculated."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("导入报告")
        bold = book.add_format({"bold": True, "bottom": 1})
        wrapped = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        sheet.freeze_panes(1, 0)
        for column, (title, width) in enumerate(zip(_TITLES, _WIDTHS, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, title, bold)
        for row, line in enumerate(lines, 1):
            for column, text in enumerate(astuple(line)):
                sheet.write_string(row, column, text, wrapped)
    return content.getvalue()


def _row_line(group: str, row: RegisterRow, content: str) -> ReportLine:
    return ReportLine(group, row.sheet, str(row.line), row.passbook_no, row.person.name, content)


def _changes(changes: Sequence[Change]) -> str:
    return ";".join(change_words(change.field, change.old, change.new) for change in changes)
