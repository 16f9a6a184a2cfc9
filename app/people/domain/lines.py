"""The lines of a register's sheet: which of them name a person, and what each says."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from app.kit.workbook import Cell, Sheet

from . import cells
from .columns import Column, Header, repeats_header
from .households import HEAD_RELATION
from .numbers import normalise_passbook_no
from .persons import Person
from .remarks import Code, Remark, Severity

_TOTALS = re.compile(r"(合|总|小|共)计.*|总(人|户)数.*|本页.*")
_CONTENT_LENGTH_MAX = 120
_SKIPPED_SHOWN_MAX = 20


@dataclass
class Line:
    """A line of a register, before it is known whether its household stands.

    `number` is the household's number as written here or, with merged cells, further up.
    """

    sheet: str
    line: int
    row: Sequence[Cell]
    header: Header
    number: str = ""
    name: str = ""
    passbook_no: str | None = None
    person: Person | None = None
    is_head: bool = False
    says_relation: bool = False
    grid_name: str = ""
    remarks: list[Remark] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._texts = [cells.line_text(cell) for cell in self.row]

    @property
    def is_empty(self) -> bool:
        return not any(self._texts)

    @property
    def is_total(self) -> bool:
        first = next((text for text in self._texts if text), "")
        return bool(_TOTALS.fullmatch(first.replace(" ", "")))

    @property
    def names_nobody(self) -> bool:
        """Whether this is a note, a total or a household's number alone."""
        columns = (Column.NAME, Column.RELATION, Column.GENDER, Column.BIRTH_MONTH)
        return self.is_total or not any(self.text(column) for column in columns)

    @property
    def refused(self) -> bool:
        return any(remark.severity is Severity.REFUSED for remark in self.remarks)

    def text(self, column: Column) -> str:
        place = self.header.places.get(column)
        return "" if place is None or place >= len(self._texts) else self._texts[place]

    def cell(self, column: Column) -> Cell:
        place = self.header.places.get(column)
        return "" if place is None or place >= len(self.row) else self.row[place]

    def remark(self, severity: Severity, code: Code, **facts: str | int) -> None:
        self.remarks.append(
            Remark(
                severity=severity,
                code=code,
                sheet=self.sheet,
                line=self.line,
                passbook_no=self.passbook_no or "",
                name=self.name,
                content=self._content(),
                facts=facts,
            )
        )

    def _content(self) -> str:
        texts = (_shown(self.text(column), 40) for column in self.header.places)
        return " ".join(text for text in texts if text)[:_CONTENT_LENGTH_MAX]


def _shown(text: str, length_max: int) -> str:
    """Text of a cell for the report: never an ID-card number, not even the first half of one."""
    return "(身份证号略)" if cells.is_id_number(text) else text[:length_max]


def person_lines(sheet: Sheet, title: str, header: Header) -> tuple[list[Line], list[Line]]:
    """The lines that name a person, each with its household's number; and those that do not."""
    every = [
        Line(title, number, row, header)
        for number, row in enumerate(sheet.rows[header.data_index :], header.data_index + 1)
        if not repeats_header(row, header)
    ]
    lines = [line for line in every if not line.is_empty]
    fills_down = _fills_down(lines)
    number = ""
    for line in lines:
        own = line.text(Column.PASSBOOK_NO)
        if line.names_nobody:
            # A line with only the household's number stands above its members; after a note or
            # a total, nothing says whose household the next lines are.
            number = own if normalise_passbook_no(own) and not line.is_total else ""
        else:
            head = cells.read_relation(line.text(Column.RELATION))[0] == HEAD_RELATION
            number = line.number = own or (number if fills_down and not head else "")
    return (
        [line for line in lines if not line.names_nobody],
        [line for line in lines if line.names_nobody],
    )


def skipped_remark(lines: Sequence[Line]) -> Remark:
    """Which lines were taken for notes and totals, so that a human can look."""
    shown = "、".join(str(line.line) for line in lines[:_SKIPPED_SHOWN_MAX])
    facts: dict[str, str | int] = {"lines": shown, "count": len(lines)}
    return Remark(Severity.NOTICE, Code.LINES_SKIPPED, sheet=lines[0].sheet, facts=facts)


def _fills_down(lines: Sequence[Line]) -> bool:
    """Whether the number stands only in a household's first line, as with merged cells.

    Where most households repeat it, a single blank one is a slip, and guessing would put a
    person into the neighbours' household.
    """
    blank = repeated = 0
    before = ""
    for line in lines:
        number = line.text(Column.PASSBOOK_NO)
        if line.text(Column.NAME):
            blank += not number
            repeated += bool(number) and number == before
            before = number or before
    return blank > repeated


def read_line(line: Line, today: date) -> None:
    """Read the cells of a line; what is wrong is noted on it."""
    name, name_code = cells.read_name(line.text(Column.NAME))
    line.name = _shown(name, cells.NAME_LENGTH_MAX)
    if not line.number:
        line.remark(Severity.REFUSED, Code.PASSBOOK_NO_MISSING)
    elif cells.is_id_number(line.number):
        line.remark(Severity.REFUSED, Code.ID_NUMBER)
    else:
        line.passbook_no = normalise_passbook_no(line.number)
        if line.passbook_no is None:
            line.remark(Severity.REFUSED, Code.PASSBOOK_NO_BAD, value=_shown(line.number, 20))
    if name_code is not None:
        line.remark(Severity.REFUSED, name_code, length_max=cells.NAME_LENGTH_MAX)
    if cells.marks_gone(line.text(Column.REMARK)):
        line.remark(Severity.REFUSED, Code.MARKED_GONE)
    birth_month, birth_code = cells.read_birth(line.cell(Column.BIRTH_MONTH), today)
    if birth_code is not None:
        severity = Severity.WARNING if birth_code is Code.BIRTH_YEAR_ONLY else Severity.REFUSED
        line.remark(severity, birth_code, value=_shown(line.text(Column.BIRTH_MONTH), 20))
    gender, gender_code = cells.read_gender(line.text(Column.GENDER))
    phone, phone_code = cells.read_phone(line.text(Column.PHONE))
    party, party_code = cells.read_party(line.text(Column.PARTY))
    relation, relation_code = cells.read_relation(line.text(Column.RELATION))
    line.grid_name, grid_code = cells.read_grid(line.text(Column.GRID) or _grid_of_sheet(line))
    for code in (gender_code, phone_code, party_code, relation_code, grid_code):
        if code is not None:
            line.remark(Severity.WARNING, code)
    line.person = Person(name, gender, birth_month, phone, party, relation)
    line.is_head = relation == HEAD_RELATION or _is_named_head(line, name)
    line.says_relation = bool(relation or line.text(Column.HEAD_NAME))


def _is_named_head(line: Line, name: str) -> bool:
    named = line.text(Column.HEAD_NAME)
    return bool(named) and (cells.read_name(named)[0] == name or cells.read_party(named)[0])


def _grid_of_sheet(line: Line) -> str:
    """Some registers have a sheet for each grid and no column for it."""
    return line.sheet if "网格" in line.sheet and Column.GRID not in line.header.places else ""
