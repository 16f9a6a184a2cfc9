"""Tables come from whatever office program the village has."""

import io
from datetime import date

import pytest
import xlsxwriter

from app.kit.errors import Invalid
from app.kit.sheets import find_records, read_sheet
from app.kit.workbook import ROWS_MAX

_HEADERS = {"barcode": ("条形码", "条码", "barcode"), "title": ("名称", "品名"), "price": ("积分",)}


def _xlsx(rows: list[list[object]]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as workbook:
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        sheet = workbook.add_worksheet()
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(number, column, cell, day)
                else:
                    sheet.write(number, column, cell)
    return content.getvalue()


def test_numbers_and_dates_come_as_people_wrote_them() -> None:
    content = _xlsx([["条码"], [6901000000011, 0.5, 0.1 * 3, date(2027, 9, 1), True, "王 强"]])
    assert read_sheet(content)[1] == ["6901000000011", "0.5", "0.3", "2027-09-01", "是", "王 强"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_of_every_usual_encoding(encoding: str) -> None:
    content = '条码,名称\r\n1,"肥皂,两块"\r\n2,𠮷\r\n'.encode(encoding)
    assert read_sheet(content) == [["条码", "名称"], ["1", "肥皂,两块"], ["2", "𠮷"]]


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 not a workbook", b"\x89PNG\r\n\x1a\n\x00\x00", b"\xff\xfe\xff"]
)
def test_what_is_no_table_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid, match="sheet_unreadable"):
        read_sheet(content)


def test_a_table_without_end_is_refused() -> None:
    with pytest.raises(Invalid, match="sheet_too_long"):
        read_sheet(b"1\n" * (ROWS_MAX + 1))


def test_the_header_is_found_below_a_title_and_by_other_names() -> None:
    rows = read_sheet(
        _xlsx(
            [
                ["爱心超市物资表"],
                [],
                ["备注", "品 名", "BarCode"],
                ["好", "肥皂", 1],
                [],
                ["", "毛巾", 2],
            ]
        )
    )
    assert list(find_records(rows, _HEADERS, required=["barcode", "title"])) == [
        (4, {"barcode": "1", "title": "肥皂"}),
        (6, {"barcode": "2", "title": "毛巾"}),
    ]


def test_short_rows_have_empty_cells() -> None:
    rows = [["条码", "名称", "积分"], ["1", "肥皂"]]
    assert list(find_records(rows, _HEADERS, required=["barcode"])) == [
        (2, {"barcode": "1", "title": "肥皂", "price": ""})
    ]


def test_missing_columns_are_named_as_people_know_them() -> None:
    with pytest.raises(Invalid) as refused:
        find_records([["说明"], ["名称", "数量"]], _HEADERS, required=["barcode", "title", "price"])
    assert refused.value.facts == {"missing": "条形码、积分"}
