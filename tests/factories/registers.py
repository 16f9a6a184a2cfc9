"""Register files as villages keep them, made in memory."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import xlsxwriter

_ROOT = Path(__file__).resolve().parents[2]
CLEAN_REGISTER = _ROOT / "app" / "sample" / "data" / "luxi-register.xlsx"
MESSY_REGISTER = _ROOT / "tests" / "people" / "data" / "luxi-register-messy.xlsx"

TITLES = ("户号", "网格", "姓名", "与户主关系", "性别", "出生年月", "手机号", "党员")

Row = Sequence[object]


def xlsx(*sheets: Iterable[Row], names: Sequence[str] = ()) -> bytes:
    """A workbook with a sheet for each list of rows; None leaves a cell out."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, rows in enumerate(sheets):
            sheet = book.add_worksheet(names[number] if names else None)
            for line, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, date):
                        sheet.write_datetime(line, column, cell, day)
                    elif isinstance(cell, str):
                        sheet.write_string(line, column, cell)
                    elif cell is not None:
                        sheet.write(line, column, cell)
    return content.getvalue()


def csv_file(rows: Iterable[Row], encoding: str = "utf-8-sig", delimiter: str = ",") -> bytes:
    """The same as a text file."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


FAMILY: tuple[Row, ...] = (
    ("0001", "第1网格", "王大山", "户主", "男", "1960-03", "13800138001", "是"),
    ("0001", "第1网格", "李秀英", "配偶", "女", "1962-07", "", ""),
    ("0002", "第2网格", "赵建国", "户主", "男", "1955-11", "", ""),
    ("0002", "第2网格", "孙梅", "儿媳", "女", "1985-01", "13800138002", ""),
    ("0002", "第2网格", "赵小军", "孙子", "男", "2012-09", "", ""),
)


def family_register(*rows: Row) -> bytes:
    """The clean layout over the given rows, by default two small families."""
    return xlsx([TITLES, *(rows or FAMILY)])


def changed(row: Row, **cells: object) -> Row:
    """The row with some cells replaced; cells are named no, grid, name, relation, gender, birth,
    phone, party.
    """
    names = ("no", "grid", "name", "relation", "gender", "birth", "phone", "party")
    return tuple(cells.get(name, cell) for name, cell in zip(names, row, strict=True))


def synthetic_village(household_count: int) -> list[Row]:
    """Rows without header of a village of any size: number typed as a number, in the household's
    first line only; names are unique, the first bearer of each is the head.
    """
    surnames = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
    given = "文武双全金玉满堂春夏秋冬梅兰竹菊山水云雨松柏桃李"
    rows: list[Row] = []
    for number in range(1, household_count + 1):
        surname = surnames[number % len(surnames)]
        for place, relation in enumerate(("本人", "妻", "长子")[: 1 + number % 3]):
            index = number * 3 + place
            name = surname + given[index // 24 % 24] + given[index % 24]
            rows.append(
                (
                    number if place == 0 else None,
                    (number - 1) // 60 + 1 if place == 0 else None,
                    name,
                    relation,
                    "女" if place == 1 else "男",
                    f"{1940 + index % 60}年{index % 12 + 1}月",
                    13_800_000_000 + index,
                    "√" if index % 17 == 0 else "",
                )
            )
    return rows
