"""What the store's rows say about their entries in the ledger, for the checker to compare."""

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import ColumnElement, select

from app.extensions import db
from app.ledger.domain.drafts import EntryKind
from app.ledger.queries.witnesses import Witness, WitnessSource, names_newer
from app.store.domain.goods import MovementKind
from app.store.domain.redemption import Line
from app.store.domain.transfers import (
    goods_transfers,
    mirrored,
    movement_transfers,
    points_transfers,
)
from app.store.models import Good, Redemption, RedemptionLine, StockMovement

# Columns, not whole rows: there are a hundred thousands of them.
_TESTIMONY = (
    Redemption.id, Redemption.store_id, Redemption.household_id, Redemption.total,
    Redemption.entry_id, Redemption.goods_entry_id, Redemption.void_entry_id,
    Redemption.goods_void_entry_id,
)  # fmt: skip


def _testify(village_id: int, since: int | None) -> Iterator[Witness]:
    """One witness for every redemption, void and stock movement of the village."""
    yield from _redemptions(village_id, since)
    yield from _movements(village_id, since)


def _redemptions(village_id: int, since: int | None) -> Iterator[Witness]:
    wanted = names_newer(
        since,
        Redemption.entry_id,
        Redemption.goods_entry_id,
        Redemption.void_entry_id,
        Redemption.goods_void_entry_id,
    )
    lines = _lines(village_id, wanted)
    for row in db.session.execute(
        select(*_TESTIMONY).where(Redemption.village_id == village_id, wanted)
    ):
        points = points_transfers(
            village_id=village_id,
            store_id=row.store_id,
            household_id=row.household_id,
            total=row.total,
        )
        counted = [line for line, _, is_counted in lines[row.id] if is_counted]
        goods = goods_transfers(village_id=village_id, store_id=row.store_id, counted_lines=counted)
        yield Witness(row.entry_id, points, f"redemption {row.id} (points)")
        if row.goods_entry_id is not None:
            yield Witness(row.goods_entry_id, goods, f"redemption {row.id} (goods)")
        if row.void_entry_id is not None:
            yield Witness(row.void_entry_id, mirrored(points), f"void of {row.id} (points)")
        if row.goods_void_entry_id is not None:
            yield Witness(row.goods_void_entry_id, mirrored(goods), f"void of {row.id} (goods)")
        priced = points_transfers(
            village_id=village_id,
            store_id=row.store_id,
            household_id=row.household_id,
            total=sum(line.quantity * price for line, price, _ in lines[row.id]),
        )
        yield Witness(row.entry_id, priced, f"lines of redemption {row.id}")


def _lines(village_id: int, wanted: ColumnElement[bool]) -> dict[int, list[tuple[Line, int, bool]]]:
    """The lines of redemptions with their price and whether the good is counted."""
    line = RedemptionLine
    rows = db.session.execute(
        select(line.redemption_id, line.good_id, line.quantity, line.price, Good.counted)
        .join(Good, Good.id == line.good_id)
        .join(Redemption, Redemption.id == line.redemption_id)
        .where(Good.village_id == village_id, wanted)
    )
    found: dict[int, list[tuple[Line, int, bool]]] = defaultdict(list)
    for redemption_id, good_id, quantity, price, counted in rows:
        found[redemption_id].append((Line(good_id, quantity), price, counted))
    return found


def _movements(village_id: int, since: int | None) -> Iterator[Witness]:
    for row in db.session.scalars(
        select(StockMovement).where(
            StockMovement.village_id == village_id,
            StockMovement.entry_id.is_not(None),
            names_newer(since, StockMovement.entry_id),
        )
    ):
        transfers = movement_transfers(
            village_id=village_id,
            store_id=row.store_id,
            good_id=row.good_id,
            kind=MovementKind(row.kind),
            quantity=row.quantity,
        )
        yield Witness(row.entry_id or 0, transfers, f"stock movement {row.id}")


STORE_WITNESS = WitnessSource(
    name="store",
    kinds=frozenset(
        {
            EntryKind.REDEMPTION,
            EntryKind.GOODS_OUT,
            EntryKind.STOCK_IN,
            EntryKind.STOCK_COUNT,
            EntryKind.SPOILAGE,
        }
    ),
    testify=_testify,
)
