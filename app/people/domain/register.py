"""A register file as households and people, with everything a human has to know about it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.kit.errors import Invalid
from app.kit.workbook import Sheet

from .columns import Column, Header, find_header, named_columns
from .households import HEAD_RELATION
from .lines import Line, person_lines, read_line, skipped_remark
from .persons import Person
from .remarks import Code, Remark, Severity

_OTHER_SHEETS = re.compile(r".*(死亡|去世|迁出|注销|销户|作废|旧|备份|历史).*")


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One person as the file has it; `grid_name` is blank where the file says nothing."""

    sheet: str
    line: int
    passbook_no: str
    grid_name: str
    person: Person
    is_head: bool


@dataclass(frozen=True, slots=True)
class Register:
    """What was read: `rows` household by household, and the remarks in the order of lines.

    `columns` are those the file has; what it has no column for, it says nothing about.
    """

    rows: tuple[RegisterRow, ...]
    remarks: tuple[Remark, ...]
    columns: tuple[Column, ...]


def read_register(sheets: Sequence[Sheet], today: date) -> Register:
    """Read every sheet that is laid out like the first one that holds a register.

    Raises Invalid `register_columns_missing`, `register_number_is_id` or `register_empty`.
    """
    headers = [(sheet, find_header(sheet)) for sheet in sheets]
    layout = next((set(header.places) for sheet, header in headers if header), None)
    if layout is None:
        raise _no_header(sheets)
    lines: list[Line] = []
    remarks: list[Remark] = []
    several = sum(any(map(any, sheet.rows)) for sheet in sheets) > 1
    for sheet, header in headers:
        if header and set(header.places) == layout and not _OTHER_SHEETS.fullmatch(sheet.name):
            title = sheet.name if several else ""
            remarks += _header_remarks(title, header)
            people, others = person_lines(sheet, title, header)
            lines += people
            if others:
                remarks.append(skipped_remark(others))
        elif any(map(any, sheet.rows)):
            remarks.append(Remark(Severity.NOTICE, Code.SHEET_SKIPPED, facts={"sheet": sheet.name}))
    if not lines:
        raise Invalid("register_empty")
    for line in lines:
        read_line(line, today)
    households = _by_household(lines)
    for household in households.values():
        _refuse_name_twice(household)
        _settle_head(household)
        _settle_grid(household)
    taken = [line for household in households.values() for line in household if not line.refused]
    _warn_listed_twice(taken)
    remarks += [remark for line in lines for remark in line.remarks]
    return Register(
        rows=tuple(_row(line) for line in taken),
        remarks=tuple(remarks),
        columns=tuple(sorted(layout)),
    )


def _no_header(sheets: Sequence[Sheet]) -> Invalid:
    found = max((named_columns(sheet) for sheet in sheets), key=len, default=set())
    missing = [
        word
        for column, word in ((Column.PASSBOOK_NO, "户号"), (Column.NAME, "姓名"))
        if column not in found
    ]
    if not missing:
        return Invalid("register_number_is_id")
    return Invalid("register_columns_missing", missing="、".join(missing))


def _header_remarks(title: str, header: Header) -> Iterator[Remark]:
    def notice(code: Code, names: Sequence[str]) -> Remark:
        return Remark(Severity.NOTICE, code, sheet=title, facts={"names": "、".join(names)})

    if header.id_columns:
        yield notice(Code.ID_COLUMNS_DROPPED, header.id_columns)
    if header.ignored_columns:
        yield notice(Code.COLUMNS_IGNORED, header.ignored_columns)
    absent = [
        word
        for column, word in (
            (Column.RELATION, "与户主关系"),
            (Column.GENDER, "性别"),
            (Column.BIRTH_MONTH, "出生年月"),
            (Column.GRID, "网格"),
            (Column.PHONE, "手机号"),
            (Column.PARTY, "党员"),
        )
        if column not in header.places
    ]
    if absent:
        yield notice(Code.COLUMN_ABSENT, absent)


def _by_household(lines: list[Line]) -> dict[str, list[Line]]:
    households: dict[str, list[Line]] = {}
    for line in lines:
        if line.passbook_no:
            households.setdefault(line.passbook_no, []).append(line)
    return households


def _refuse_name_twice(household: list[Line]) -> None:
    """The same person entered twice counts once; two people under one name count as unclear."""
    first_by_name: dict[str, Line] = {}
    for line in household:
        if line.refused or line.person is None:
            continue
        first = first_by_name.setdefault(line.person.name, line)
        if first is line or first.person is None:
            continue
        if _may_be_same(first.person, line.person):
            line.remark(Severity.REFUSED, Code.DUPLICATE, line_first=first.line)
        else:
            line.remark(Severity.REFUSED, Code.NAME_TWICE, line_first=first.line)
            if not first.refused:
                first.remark(Severity.REFUSED, Code.NAME_TWICE, line_first=line.line)


def _may_be_same(one: Person, other: Person) -> bool:
    pairs = ((one.gender, other.gender), (one.birth_month, other.birth_month))
    return all(a is None or b is None or a == b for a, b in pairs)


def _settle_head(household: list[Line]) -> None:
    """Exactly one head, or the whole household waits for a human."""
    taken = [line for line in household if not line.refused]
    heads = [line for line in taken if line.is_head]
    if not taken or len(heads) == 1:
        return
    if len(heads) > 1:
        lines = "、".join(str(line.line) for line in heads)
        for line in taken:
            line.remark(Severity.REFUSED, Code.HEAD_TWICE, lines=lines)
        return
    if not any(line.says_relation for line in household):
        taken[0].is_head = True
        taken[0].remark(Severity.WARNING, Code.HEAD_ASSUMED)
        return
    refused_head = next((line for line in household if line.is_head), None)
    for line in taken:
        if refused_head is None:
            line.remark(Severity.REFUSED, Code.HEAD_MISSING)
        else:
            line.remark(Severity.REFUSED, Code.HEAD_REFUSED, line_head=refused_head.line)


def _settle_grid(household: list[Line]) -> None:
    """A household lives in one grid: its head's, else the first that is named."""
    taken = sorted(
        (line for line in household if not line.refused), key=lambda line: not line.is_head
    )
    grid_name = next((line.grid_name for line in taken if line.grid_name), "")
    for line in taken:
        if line.grid_name not in ("", grid_name):
            line.remark(Severity.WARNING, Code.GRID_DIFFERS, grid=grid_name)
        line.grid_name = grid_name


def _warn_listed_twice(taken: list[Line]) -> None:
    persons = [(line, line.person) for line in taken if line.person and line.person.birth_month]
    seen = Counter((person.name, person.birth_month, person.gender) for _, person in persons)
    for line, person in persons:
        if seen[person.name, person.birth_month, person.gender] > 1:
            line.remark(Severity.WARNING, Code.LISTED_TWICE)


def _row(line: Line) -> RegisterRow:
    if line.passbook_no is None or line.person is None:
        raise AssertionError("a line without household or person was not refused")
    person = line.person
    if line.is_head:
        person = replace(person, relation=HEAD_RELATION)
    return RegisterRow(
        line.sheet, line.line, line.passbook_no, line.grid_name, person, line.is_head
    )
