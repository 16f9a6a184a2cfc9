"""Spreadsheet files as tables of cells; hostile ones are refused before they cost memory."""

import csv
import io
import itertools
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from xml.parsers import expat

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from .errors import Invalid

Cell = str | float | bool | date | datetime | time | timedelta
"""What a cell may hold; an empty one holds ""."""

FILE_BYTES_MAX = 8 * 1024 * 1024
_UNPACKED_BYTES_MAX = 64 * 1024 * 1024
ROWS_MAX = 20_000
_COLUMNS_MAX = 200
_SHEETS_MAX = 50
_CONTROLS_SHARE_MAX = 0.02
_COLUMN_WIDTH_MAX = 40
_DELIMITERS = ",\t;"
_FORMULA_SIGNS = tuple("=+-@\t\r\n|")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?", re.ASCII)
_CELL_REFERENCE = re.compile(r"([A-Z]{1,7})([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A visible sheet; `rows[0]` is line 1, as the spreadsheet program counts."""

    name: str
    rows: list[list[Cell]]


def read_workbook(content: bytes) -> list[Sheet]:
    """The sheets of an .xlsx or .csv file, told apart by their content, not their name.

    Raises Invalid `sheet_empty`, `sheet_too_large`, `sheet_too_long`, `sheet_old_format`,
    `sheet_locked` or `sheet_unreadable`.
    """
    if not content.strip():
        raise Invalid("sheet_empty")
    if len(content) > FILE_BYTES_MAX:
        raise Invalid("sheet_too_large", megabytes_max=FILE_BYTES_MAX // 1024 // 1024)
    if content.startswith(b"PK"):
        return _read_xlsx(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        # The container of .xls, and also of an .xlsx that is protected by a password.
        raise Invalid("sheet_old_format")
    return [Sheet("", _read_csv(content))]


def cell_text(cell: Cell) -> str:
    """A cell as people see it: 1.0 is "1", a date 2026-10-31, a true value 是."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        # A spreadsheet shows 15 digits at most; 0.1 × 3 is 0.3 to whoever typed it.
        return str(int(cell)) if cell.is_integer() else f"{cell:.12g}"
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return str(cell)


def write_workbook(sheets: Sequence[Sheet]) -> bytes:
    """An .xlsx file of the sheets, whose first lines are headers.

    Every cell is text, so that nothing somebody once typed is ever calculated.
    """
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        plain = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            page.freeze_panes(1, 0)
            for number, row in enumerate(sheet.rows):
                for column, cell in enumerate(row):
                    page.write_string(number, column, cell_text(cell), plain if number else bold)
            for column, cells in enumerate(itertools.zip_longest(*sheet.rows, fillvalue="")):
                widest = max(len(cell_text(cell)) for cell in cells)
                page.set_column(column, column, min(2 * widest + 2, _COLUMN_WIDTH_MAX))
    return content.getvalue()


def write_csv(rows: Sequence[Sequence[str]]) -> bytes:
    """A CSV file that spreadsheet programs read as UTF-8 and never calculate."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([[_harmless(cell) for cell in row] for row in rows])
    return text.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    """A cell as it is; what a program would take for a formula gets an apostrophe before it."""
    if cell[:1] in _FORMULA_SIGNS and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def _read_xlsx(content: bytes) -> list[Sheet]:
    checked = _checked_copy(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(checked))
        visible = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.visible is SheetVisibleEnum.Visible
        ]
        sheets = [
            Sheet(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False))
            for name in visible[:_SHEETS_MAX]
        ]
    except CalamineError as error:
        raise Invalid("sheet_unreadable") from error
    if not sheets:
        raise Invalid("sheet_empty")
    return sheets


def _checked_copy(content: bytes) -> bytes:
    """The parts that matter, unpacked within bounds and packed anew.

    The reader sees exactly what was checked here: a size that lies in the directory of the
    archive, or a cell in the last row of the last column (for which the reader would allocate
    the whole sheet), never reaches it.
    """
    copy = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {
                part.filename: part
                for part in archive.infolist()
                if part.filename.endswith((".xml", ".rels"))
            }
            if "xl/workbook.xml" not in parts:
                raise Invalid("sheet_unreadable")
            if any(part.flag_bits & 1 for part in parts.values()):
                raise Invalid("sheet_locked")
            if sum(part.file_size for part in parts.values()) > _UNPACKED_BYTES_MAX:
                raise Invalid("sheet_too_long", rows_max=ROWS_MAX)
            with zipfile.ZipFile(copy, "w") as packed:
                for name, part in parts.items():
                    text = archive.read(part)
                    _check_extent(text)
                    packed.writestr(name, text)
    except (zipfile.BadZipFile, NotImplementedError, zlib.error, EOFError, expat.ExpatError) as bad:
        raise Invalid("sheet_unreadable") from bad
    return copy.getvalue()


def _check_extent(text: bytes) -> None:
    """Refuse a sheet whose filled cells reach too far; formatted empty ones do not count."""
    if b"<!DOCTYPE" in text:
        raise Invalid("sheet_unreadable")
    if b"sheetData" not in text:
        return
    row = column = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column
        kind = tag.rpartition(":")[2]
        if kind == "row":
            row, column = int(attributes.get("r", row + 1)), 0
        elif kind == "c":
            column += 1
            found = _CELL_REFERENCE.fullmatch(attributes.get("r", ""))
            if found:
                column, row = _column_number(found[1]), int(found[2])
        elif kind in ("v", "is", "f") and (row > ROWS_MAX or column > _COLUMNS_MAX):
            raise Invalid("sheet_too_long", rows_max=ROWS_MAX)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    try:
        parser.Parse(text, True)  # noqa: FBT003 - expat takes it by place only
    except (ValueError, LookupError) as error:  # a line number or an encoding that is none
        raise Invalid("sheet_unreadable") from error


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _read_csv(content: bytes) -> list[list[Cell]]:
    text = _decode(content)
    head = text[:4000]
    delimiter = max(_DELIMITERS, key=head.count)
    rows: list[list[Cell]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append(list(row[:_COLUMNS_MAX]))
            if len(rows) > ROWS_MAX:
                raise Invalid("sheet_too_long", rows_max=ROWS_MAX)
    except csv.Error as error:
        raise Invalid("sheet_unreadable") from error
    return rows


def _decode(content: bytes) -> str:
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.lstrip().startswith("<"):
            # Some systems export a web page and call it .xls.
            raise Invalid("sheet_old_format")
        # A binary file decodes as GB 18030 by accident, a table may hold a stray control sign.
        controls = sum(unicodedata.category(sign) == "Cc" and sign not in "\t\r\n" for sign in text)
        if "\0" in text or controls > len(text) * _CONTROLS_SHARE_MAX or text.startswith("%PDF"):
            break
        return text
    raise Invalid("sheet_unreadable")


def _encodings(content: bytes) -> tuple[str, ...]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    # GB18030 accepts many byte strings that are UTF-8, never the other way round.
    return ("utf-8-sig", "gb18030")
