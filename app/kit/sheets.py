"""Tables that people keep in spreadsheets: cells as text, columns found by their many names."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

import python_calamine

from .errors import Invalid
from .text import fold_width

ROWS_MAX = 10_000
_HEADER_ROWS_MAX = 20
_XLSX_SIGNATURE = b"PK\x03\x04"


def read_sheet(content: bytes) -> list[list[str]]:
    """All rows of a CSV file or of the first sheet of an .xlsx file, empty ones too.

    Whole numbers come without ".0", dates as 2026-10-31. CSV is read as UTF-8 or GB 18030, which
    is what spreadsheets in China write. Raises Invalid `sheet_unreadable` or `sheet_too_long`.
    """
    rows = _xlsx_rows(content) if content.startswith(_XLSX_SIGNATURE) else _csv_rows(content)
    if len(rows) > ROWS_MAX:
        raise Invalid("sheet_too_long", rows=len(rows), rows_max=ROWS_MAX)
    return rows


def find_records(
    rows: Sequence[Sequence[str]],
    headers: Mapping[str, Sequence[str]],
    *,
    required: Sequence[str],
) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows below the header as (line number, cell by field), rows without any cell left out.

    `headers` gives each field's names, the first being the one shown to people. The header may
    stand anywhere in the first lines; columns of other names are ignored, cells that are not
    there are "". Raises Invalid `sheet_columns_missing` (missing) when no line names all the
    required fields.
    """
    field_by_name = {_folded(name): field for field, names in headers.items() for name in names}
    best: set[str] = set()
    for index, row in enumerate(rows[:_HEADER_ROWS_MAX]):
        columns = {
            field_by_name[_folded(cell)]: column
            for column, cell in reversed(list(enumerate(row)))
            if _folded(cell) in field_by_name
        }
        if columns.keys() >= set(required):
            return _records(rows, index + 1, columns)
        best = max(best, set(columns), key=len)
    missing = [headers[field][0] for field in required if field not in best]
    raise Invalid("sheet_columns_missing", missing="、".join(missing))


def _records(
    rows: Sequence[Sequence[str]], start: int, columns: Mapping[str, int]
) -> Iterator[tuple[int, dict[str, str]]]:
    for number, row in enumerate(rows[start:], start=start + 1):
        record = {
            field: row[column].strip() if column < len(row) else ""
            for field, column in columns.items()
        }
        if any(record.values()):
            yield number, record


def _folded(header: str) -> str:
    return re.sub(r"\s+", "", fold_width(header)).lower()


def _csv_rows(content: bytes) -> list[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # A binary file decodes as GB 18030 by accident, but no table holds a zero character.
        if "\0" not in text:
            return _parsed(text)
    raise Invalid("sheet_unreadable")


def _parsed(text: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as error:
        raise Invalid("sheet_unreadable") from error


def _xlsx_rows(content: bytes) -> list[list[str]]:
    try:
        with python_calamine.load_workbook(io.BytesIO(content)) as workbook:
            sheet = workbook.get_sheet_by_index(0)
            # From the first line on, so that line numbers are those that people see.
            return [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    except (python_calamine.CalamineError, OSError, IndexError) as error:
        raise Invalid("sheet_unreadable") from error


def _text(cell: object) -> str:
    if isinstance(cell, float):
        # A spreadsheet shows 15 digits at most; 0.1 × 3 is 0.3 to whoever typed it.
        return str(int(cell)) if cell.is_integer() else f"{cell:.12g}"
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)
