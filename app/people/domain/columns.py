"""Which column of a register means what, by the many names villages give them."""

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.kit.text import fold_width
from app.kit.workbook import Cell, Sheet

from .cells import is_id_number, line_text

_HEADER_LINES_MAX = 40
_ID_SHARE_MAX = 0.5
_CONTINUING_SHARE_MIN = 0.2


class Column(StrEnum):
    """What a column of a register may say."""

    PASSBOOK_NO = "passbook_no"
    NAME = "name"
    RELATION = "relation"
    HEAD_NAME = "head_name"
    GENDER = "gender"
    BIRTH_MONTH = "birth_month"
    PHONE = "phone"
    PARTY = "party"
    GRID = "grid"
    REMARK = "remark"
    ID_NUMBER = "id_number"


# The first pattern that fits the whole title decides.
_PATTERNS = {
    Column.ID_NUMBER: r".*(身份证|证件号|证件编号|公民身份|身份号码).*|idcard|id",
    Column.RELATION: r".*户主.*关系.*|(家庭|成员|家庭成员|户内)?关系|称谓|与户主",
    Column.HEAD_NAME: r"(家庭)?户主(姓名|名字|名)?|(是否|是不是)(为)?户主|户主标[志识记]",
    Column.PASSBOOK_NO: (
        r"(积分)?存折(编)?号码?|(农|住|家庭)?户(编[号码]|号码?|码|次|序号|)"
        r"|(家庭|户籍|户口[簿本]?)(编[号码]|号码?)|householdno|household"
    ),
    Column.NAME: (
        r"(家庭)?(成员|人员|村民|居民|人口|本人|社员|公民)?(姓名|名字)|(家庭)?成员|xm|name"
    ),
    Column.GENDER: r".*性别.*|男女|sex|gender",
    Column.BIRTH_MONTH: r"(?!.*(地|证)).*(出生|生日|生年).*|birth.*",
    Column.PHONE: r".*(手机|电话|联系方式|联系号码).*|tel|phone|mobile",
    Column.PARTY: r".*(党员|政治面[貌目]|政治身份).*",
    Column.GRID: r"(?!.*(网格员|网格长)).*网格.*|grid",
    Column.REMARK: r"备注|说明|(人员|人口|在村|户籍)?状态|(人员)?情况",
}
# Believed only where no column has a better title.
_WEAK_PATTERNS = {
    Column.GRID: r".*(村民小组|小组|组别|所在组|片区).*|组|组名",
    Column.PASSBOOK_NO: r"门牌号?码?|编号|序号|no",
}
_TITLES = [(column, re.compile(pattern)) for column, pattern in _PATTERNS.items()]
_WEAK_TITLES = [(column, re.compile(pattern)) for column, pattern in _WEAK_PATTERNS.items()]


@dataclass(frozen=True, slots=True)
class Header:
    """Where the columns of a sheet are (from 0), and where its data begins (`rows` index)."""

    places: dict[Column, int]
    data_index: int
    name_title: str
    id_columns: tuple[str, ...]
    ignored_columns: tuple[str, ...]


def find_header(sheet: Sheet) -> Header | None:
    """The header of a register's sheet; None when no row names a household and a person."""
    best: Header | None = None
    for height, index in itertools.product((1, 2), range(_HEADER_LINES_MAX)):
        header = _header_at(sheet.rows, index, height)
        if header and (best is None or len(header.places) > len(best.places)):
            best = header
    return best


def named_columns(sheet: Sheet) -> set[Column]:
    """Everything recognised in the best row of a sheet that is no complete register."""
    rows = sheet.rows[:_HEADER_LINES_MAX]
    return max((set(_recognise(_titles(row), [])) for row in rows), key=len, default=set())


def repeats_header(row: Sequence[Cell], header: Header) -> bool:
    """Whether a row repeats the titles, as it does on each printed page of some registers."""
    place = header.places[Column.NAME]
    return place < len(row) and _title(row[place]) == header.name_title


def _header_at(rows: list[list[Cell]], index: int, height: int) -> Header | None:
    if index + height > len(rows):
        return None
    titles = _titles(rows[index])
    if height == 2:
        # A header of two rows: merged cells above ("家庭成员"), the titles proper below.
        lower = _titles(rows[index + 1])
        if len(_recognise(lower)) < 2:
            return None
        pairs = itertools.zip_longest(titles, lower, fillvalue="")
        titles = [below if _column_of(below, _TITLES) else above for above, below in pairs]
    if not {Column.NAME, Column.PASSBOOK_NO} <= set(_recognise(titles)):
        return None
    data = rows[index + height :]
    with_ids = {place for place in range(len(titles)) if _share_of_id_numbers(data, place) > 0}
    places = {
        column: place
        for column, place in _recognise(titles, data).items()
        if _share_of_id_numbers(data, place) <= _ID_SHARE_MAX
    }
    if Column.NAME not in places or Column.PASSBOOK_NO not in places:
        return None
    id_places = [
        place
        for place, title in enumerate(titles)
        if place not in places.values()
        and (_column_of(title, _TITLES) is Column.ID_NUMBER or place in with_ids)
    ]
    return Header(
        places=places,
        data_index=index + height,
        name_title=titles[places[Column.NAME]],
        id_columns=tuple(titles[place] for place in id_places),
        ignored_columns=tuple(
            title
            for place, title in enumerate(titles)
            if title and place not in places.values() and place not in id_places
        ),
    )


def _titles(row: Sequence[Cell]) -> list[str]:
    return [_title(cell) for cell in row]


def _title(cell: Cell) -> str:
    return re.sub(r"\(.*?\)|[\s:*_\-/。、]", "", fold_width(line_text(cell))).lower()


def _recognise(titles: list[str], data: list[list[Cell]] | None = None) -> dict[Column, int]:
    places: dict[Column, int] = {}
    for place, title in enumerate(titles):
        column = _column_of(title, _TITLES)
        if column is not None and column is not Column.ID_NUMBER:
            places.setdefault(column, place)
    if Column.NAME not in places and Column.HEAD_NAME in places:
        # A list of households only: one line for each, under its head's name.
        places[Column.NAME] = places[Column.HEAD_NAME]
    for place, title in enumerate(titles):
        column = _column_of(title, _WEAK_TITLES)
        if column is None or column in places:
            continue
        if column is Column.GRID or data is None or _numbers_households(data, place):
            places[column] = place
    return places


def _column_of(title: str, table: Iterable[tuple[Column, re.Pattern[str]]]) -> Column | None:
    if not title:
        return None
    return next((column for column, pattern in table if pattern.fullmatch(title)), None)


def _share_of_id_numbers(data: list[list[Cell]], place: int) -> float:
    texts = [line_text(row[place]) for row in data if place < len(row)]
    filled = [text for text in texts if text]
    return sum(map(is_id_number, filled)) / len(filled) if filled else 0


def _numbers_households(data: list[list[Cell]], place: int) -> bool:
    """Whether a running number counts households, not lines: it stays blank or repeats."""
    texts = [line_text(row[place]) for row in data if place < len(row) and any(row)]
    continuing = sum(not after or after == before for before, after in itertools.pairwise(texts))
    return bool(texts) and continuing / len(texts) >= _CONTINUING_SHARE_MIN
