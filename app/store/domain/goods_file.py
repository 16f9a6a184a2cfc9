"""The goods of a store as they are kept in a table, and how such a table is read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.kit.errors import DomainError, Fact, Invalid
from app.kit.points import Tenths, parse_tenths
from app.kit.sheets import find_records, read_sheet
from app.kit.text import clean_line, fold_width

from .goods import is_counted

BARCODE_LENGTH_MAX = 20
TITLE_LENGTH_MAX = 40
UNIT_LENGTH_MAX = 4
SOURCE_LENGTH_MAX = 40
PRICE_MAX = Tenths(100_000)
QUANTITY_MAX = 100_000

_HEADERS = {
    "barcode": ("条形码", "条码", "商品条码", "编码", "barcode"),
    "title": ("名称", "品名", "物资", "物资名称", "商品", "商品名称", "title"),
    "unit_word": ("单位", "计量单位", "unit"),
    "price": ("积分", "所需积分", "兑换积分", "分值", "points"),
    "source": ("来源", "货源", "捐赠单位", "来源单位", "source"),
    "quantity": ("数量", "库存", "入库数量", "quantity"),
    "expires_on": ("到期日", "保质期至", "有效期至", "有效期", "保质期", "expires_on"),
    "household_month_max": (
        "每户每月限兑",
        "每户每月最多",
        "每户每月限量",
        "每月限兑",
        "限兑",
        "max_per_household_month",
    ),
}
_SOURCE_FIELD = "来源"
_REQUIRED = ("barcode", "title", "unit_word", "price")
_BARCODE = re.compile(r"[0-9A-Z-]{4,20}", re.ASCII)
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)
_NUMBER = re.compile(r"\d{1,6}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodRow:
    """A readable line of the table; `quantity` is what lies on the shelf when the good is new."""

    line: int
    barcode: str
    title: str
    unit_word: str
    price: Tenths
    source: str
    quantity: int
    expires_on: date | None
    household_month_max: int | None


@dataclass(frozen=True, slots=True)
class GoodFault:
    """A line that cannot be taken: the code of a sentence, and its facts."""

    line: int
    code: str
    facts: dict[str, Fact]


def read_good_rows(content: bytes) -> tuple[list[GoodRow], list[GoodFault]]:
    """The lines of a .csv or .xlsx file with Chinese or English headers.

    Raises Invalid as `read_sheet` and `find_records`.
    """
    rows: list[GoodRow] = []
    faults: list[GoodFault] = []
    seen: set[str] = set()
    for line, cells in find_records(read_sheet(content), _HEADERS, required=_REQUIRED):
        try:
            row = _read_row(line, cells)
            if row.barcode in seen:
                raise Invalid("barcode_twice", barcode=row.barcode)
        except DomainError as refusal:
            faults.append(GoodFault(line, refusal.code, refusal.facts))
        else:
            seen.add(row.barcode)
            rows.append(row)
    return rows, faults


def check_first_stock(row: GoodRow) -> None:
    """Refuse stock from nowhere: the notice says by whom everything was bought or given.

    Raises Invalid `text_missing`.
    """
    if row.quantity and not row.source:
        raise Invalid("text_missing", field=_SOURCE_FIELD)


def read_barcode(typed: str) -> str:
    """A bar code as typed or scanned; Invalid `barcode_bad`."""
    barcode = re.sub(r"\s", "", fold_width(typed)).upper()
    if not _BARCODE.fullmatch(barcode):
        raise Invalid("barcode_bad", value=barcode[:BARCODE_LENGTH_MAX])
    return barcode


def _read_row(line: int, cells: Mapping[str, str]) -> GoodRow:
    unit_word = clean_line(cells["unit_word"], length_max=UNIT_LENGTH_MAX, field="单位")
    title = clean_line(cells["title"], length_max=TITLE_LENGTH_MAX, field="名称")
    source = cells.get("source", "")
    quantity = _whole(cells.get("quantity", ""), "数量") or 0
    if quantity and not is_counted(unit_word):
        raise Invalid("good_not_counted", good=title)
    if source:
        source = clean_line(source, length_max=SOURCE_LENGTH_MAX, field=_SOURCE_FIELD)
    price = parse_tenths(fold_width(cells["price"]))
    if not 0 < price <= PRICE_MAX:
        raise Invalid("price_out_of_range", max_tenths=PRICE_MAX)
    return GoodRow(
        line=line,
        barcode=read_barcode(cells["barcode"]),
        title=title,
        unit_word=unit_word,
        price=price,
        source=source,
        quantity=quantity,
        expires_on=_day(cells.get("expires_on", "")),
        household_month_max=_whole(cells.get("household_month_max", ""), "每户每月限兑"),
    )


def _whole(text: str, field: str) -> int | None:
    """A whole number of things; an empty or zero cell says nothing."""
    number = fold_width(text).strip()
    if not number:
        return None
    if not _NUMBER.fullmatch(number) or int(number) > QUANTITY_MAX:
        raise Invalid("whole_number_bad", field=field, value=number[:20], value_max=QUANTITY_MAX)
    return int(number) or None


def _day(text: str) -> date | None:
    day = fold_width(text).strip()
    if not day:
        return None
    found = _DAY.fullmatch(day)
    try:
        return date(*map(int, found.groups() if found else ()))
    except (TypeError, ValueError) as error:
        raise Invalid("day_bad", value=day[:20]) from error
