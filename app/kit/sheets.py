"""Tables that people keep in spreadsheets: cells as text, columns found by their many names."""

import re
from collections.abc import Iterator, Mapping, Sequence

from .errors import Invalid
from .text import fold_width
from .workbook import cell_text, read_workbook

_HEADER_ROWS_MAX = 20


def read_sheet(content: bytes) -> list[list[str]]:
    """All rows of a CSV file or of the first visible sheet of an .xlsx file, empty ones too.

    Whole numbers come without ".0", dates as 2026-10-31. Raises Invalid as `read_workbook` does.
    """
    return [[cell_text(cell) for cell in row] for row in read_workbook(content)[0].rows]


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
