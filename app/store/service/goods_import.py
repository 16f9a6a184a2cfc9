"""Goods from a table: new ones with their first stock, known ones with what changed."""

from dataclasses import dataclass, field

from app.kit.errors import Invalid
from app.kit.points import format_tenths
from app.store import queries
from app.store.domain.goods import supply_kind_of
from app.store.domain.goods_file import GoodFault, GoodRow, check_first_stock, read_good_rows
from app.store.models import Good, Store

from .goods import add_good, change_good
from .stock import stock_in


@dataclass(frozen=True, slots=True)
class GoodChange:
    """What a line changed about a known good: (column, before, after), "" for no limit."""

    title: str
    changes: tuple[tuple[str, str, str], ...]


@dataclass(slots=True)
class GoodsImport:
    """What came of a table."""

    added: list[str] = field(default_factory=list)
    changed: list[GoodChange] = field(default_factory=list)
    unchanged: int = 0
    faults: list[GoodFault] = field(default_factory=list)


def import_goods(*, village_id: int, store_id: int, content: bytes, actor_id: int) -> GoodsImport:
    """Take over a table of goods (.csv or .xlsx); importing it again changes nothing.

    A new good gets its quantity as first stock. For a known one only title, price, source and
    limit are taken; its stock and its date come from the shelf. A cell left empty changes
    nothing. Raises Invalid when the file as a whole cannot be read.
    """
    store = queries.store(village_id, store_id)
    rows, faults = read_good_rows(content)
    report = GoodsImport(faults=faults)
    for row in rows:
        try:
            _take_over(row, store, actor_id, report)
        except Invalid as refusal:
            report.faults.append(GoodFault(row.line, refusal.code, refusal.facts))
    report.faults.sort(key=lambda fault: fault.line)
    return report


def _take_over(row: GoodRow, store: Store, actor_id: int, report: GoodsImport) -> None:
    good = queries.good_by_barcode(store.id, row.barcode)
    if good is None:
        check_first_stock(row)
        _add(row, store, actor_id)
        report.added.append(row.title)
        return
    if good.unit_word != row.unit_word:
        raise Invalid(
            "good_unit_differs", good=good.title, unit=good.unit_word, unit_given=row.unit_word
        )
    changes = _changes(good, row)
    if changes:
        _change(good, row, actor_id)
        report.changed.append(GoodChange(row.title, changes))
    else:
        report.unchanged += 1


def _add(row: GoodRow, store: Store, actor_id: int) -> None:
    good = add_good(
        village_id=store.village_id,
        store_id=store.id,
        barcode=row.barcode,
        title=row.title,
        unit_word=row.unit_word,
        price=row.price,
        source=row.source,
        expires_on=row.expires_on,
        household_month_max=row.household_month_max,
    )
    if row.quantity:
        stock_in(
            village_id=store.village_id,
            good_id=good.id,
            kind=supply_kind_of(row.source),
            quantity=row.quantity,
            source=row.source,
            actor_id=actor_id,
            expires_on=row.expires_on,
        )


def _changes(good: Good, row: GoodRow) -> tuple[tuple[str, str, str], ...]:
    compared = (
        ("title", good.title, row.title),
        ("price", format_tenths(good.price), format_tenths(row.price)),
        ("source", good.source, row.source or good.source),
        (
            "household_month_max",
            str(good.household_month_max or ""),
            str(row.household_month_max or good.household_month_max or ""),
        ),
    )
    return tuple(each for each in compared if each[1] != each[2])


def _change(good: Good, row: GoodRow, actor_id: int) -> None:
    change_good(
        village_id=good.village_id,
        good_id=good.id,
        title=row.title,
        price=row.price,
        source=row.source or good.source,
        expires_on=good.expires_on,
        household_month_max=row.household_month_max or good.household_month_max,
        active=good.active,
        actor_id=actor_id,
    )
