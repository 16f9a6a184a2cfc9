"""Spreadsheet files of every kind, also those made to do harm."""

import io
import zipfile
from collections.abc import Callable

import pytest
import xlsxwriter

from app.kit.errors import Invalid
from app.kit.workbook import FILE_BYTES_MAX, ROWS_MAX, read_workbook


def _xlsx(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        fill(book)
    return content.getvalue()


def _simple(book: xlsxwriter.Workbook) -> None:
    book.add_worksheet("甲").write_row(1, 1, ["王", 1, True])


def _with_part(name: str, text: bytes) -> bytes:
    """A good workbook with one part replaced or added."""
    copy = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_xlsx(_simple))) as old, zipfile.ZipFile(copy, "w") as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, text, zipfile.ZIP_DEFLATED)
    return copy.getvalue()


def _sheet(rows: bytes) -> bytes:
    namespace = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    text = b'<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (namespace, rows)
    return _with_part("xl/worksheets/sheet1.xml", text)


def test_lines_are_counted_from_the_first_and_hidden_sheets_are_left_out() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        _simple(book)
        book.add_worksheet("藏").hide()
        book.add_worksheet("乙").write(0, 0, "李")

    sheets = read_workbook(_xlsx(fill))
    assert [(sheet.name, sheet.rows) for sheet in sheets] == [
        ("甲", [["", "", "", ""], ["", "王", 1.0, True]]),
        ("乙", [["李"]]),
    ]


def test_formatted_empty_cells_far_down_are_no_rows() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "王")
        sheet.write_blank(1_000_000, 5, None, book.add_format({"bold": True}))

    assert read_workbook(_xlsx(fill))[0].rows == [["王"]]


def test_a_formula_counts_as_its_result() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet().write_formula(0, 0, '=TEXT(1,"0000")', None, "0001")

    assert read_workbook(_xlsx(fill))[0].rows == [["0001"]]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "sheet_empty"),
        (b" \r\n", "sheet_empty"),
        (b"x" * (FILE_BYTES_MAX + 1), "sheet_too_large"),
        (b"%PDF-1.7\nobj", "sheet_unreadable"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "sheet_unreadable"),
        (b"\x00\x01\x02", "sheet_unreadable"),
        (b"PK\x03\x04 broken", "sheet_unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "sheet_old_format"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "sheet_old_format"),
        (b"1\n" * (ROWS_MAX + 1), "sheet_too_long"),
        (b'"' + b"1" * 200_000, "sheet_unreadable"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_table_is_refused_by_name(content: bytes, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        read_workbook(content)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        # A cell in the farthest corner: the reader would allocate 17 thousand million cells.
        (_sheet(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "sheet_too_long"),
        (_sheet(b'<row r="20001"><c><v>1</v></c></row>'), "sheet_too_long"),
        (_sheet(b'<row r="1">' + b"<c><v>1</v></c>" * 201 + b"</row>"), "sheet_too_long"),
        (_sheet(b'<row r="x"><c><v>1</v></c></row>'), "sheet_unreadable"),
        (_sheet(b'<row r="1"><c r="A1"><v>1</v>'), "sheet_unreadable"),
        # A kilobyte that unpacks to 65 megabytes.
        (_with_part("xl/media/x.xml", b" " * 65 * 1024 * 1024), "sheet_too_long"),
        (
            _with_part(
                "xl/worksheets/sheet1.xml",
                b'<!DOCTYPE x [<!ENTITY a "aaaa">]><w><sheetData>&a;</sheetData></w>',
            ),
            "sheet_unreadable",
        ),
        (_with_part("xl/workbook.xml", b""), "sheet_unreadable"),
    ],
    ids=["corner", "row", "columns", "line", "cut", "bomb", "entities", "hollow"],
)
def test_a_harmful_workbook_is_refused_before_it_costs_memory(content: bytes, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        read_workbook(content)


def test_a_size_that_lies_is_found_out() -> None:
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(1, 9000))
    content = _sheet(rows)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size.to_bytes(4, "little")
    assert content.count(size) == 2
    lied = content.replace(size, (1000).to_bytes(4, "little"))
    with pytest.raises(Invalid, match="sheet_unreadable"):
        read_workbook(lied)


def test_another_office_format_in_a_zip_file_is_refused() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("content.xml", "<office/>")
    with pytest.raises(Invalid, match="sheet_unreadable"):
        read_workbook(content.getvalue())
