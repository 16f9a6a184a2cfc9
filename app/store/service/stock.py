"""Goods onto the shelf, counted, and taken off as spoiled; the shelf itself is in the ledger."""

from dataclasses import dataclass
from datetime import date

from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict, Invalid
from app.kit.ids import new_id
from app.ledger import queries as ledger_queries
from app.ledger import service as ledger
from app.ledger.domain.drafts import EntryDraft, EntryKind
from app.store import queries
from app.store.domain.goods import MovementKind, expiry_on_shelf
from app.store.domain.transfers import movement_transfers
from app.store.models import Good, StockMovement

_ENTRY_KINDS = {
    MovementKind.BOUGHT: EntryKind.STOCK_IN,
    MovementKind.DONATED: EntryKind.STOCK_IN,
    MovementKind.COUNTED: EntryKind.STOCK_COUNT,
    MovementKind.SPOILED: EntryKind.SPOILAGE,
}


@dataclass(frozen=True, slots=True)
class _Movement:
    """What is to be written down; `quantity` with its sign."""

    kind: MovementKind
    quantity: int
    note: str
    occurred_on: date
    counted: int | None = None


def stock_in(
    *,
    village_id: int,
    good_id: int,
    kind: MovementKind,
    quantity: int,
    source: str,
    actor_id: int,
    expires_on: date | None = None,
    occurred_on: date | None = None,
) -> StockMovement:
    """Put bought or donated goods onto the shelf; `source` says by whom.

    The earliest date on the shelf follows. Raises Invalid `good_not_counted`.
    """
    good = _counted_good(village_id, good_id)
    left = _held_shelf(good)
    good.expires_on = expiry_on_shelf(good.expires_on, expires_on, left)
    return _move(good, _Movement(kind, quantity, source, occurred_on or clock.today()), actor_id)


def record_count(
    *,
    village_id: int,
    good_id: int,
    counted: int,
    book_seen: int,
    note: str,
    actor_id: int,
) -> StockMovement:
    """Make the book agree with what was found on the shelf, the difference on record.

    `book_seen` is what the book said when counting began. Raises Conflict `stock_moved` (book)
    when something was sold since, Invalid `good_not_counted`.
    """
    good = _counted_good(village_id, good_id)
    book = _held_shelf(good)
    if book != book_seen:
        raise Conflict("stock_moved", good=good.title, book=book, book_seen=book_seen)
    movement = _Movement(MovementKind.COUNTED, counted - book, note, clock.today(), counted)
    return _move(good, movement, actor_id)


def record_spoilage(
    *, village_id: int, good_id: int, quantity: int, note: str, actor_id: int
) -> StockMovement:
    """Take spoiled goods off the shelf.

    Raises Conflict `insufficient_stock`, Invalid `good_not_counted`.
    """
    good = _counted_good(village_id, good_id)
    left = _held_shelf(good)
    if quantity > left:
        raise Conflict(
            "insufficient_stock", good=good.title, unit=good.unit_word, left=left, wanted=quantity
        )
    movement = _Movement(MovementKind.SPOILED, -quantity, note, clock.today())
    return _move(good, movement, actor_id)


def _counted_good(village_id: int, good_id: int) -> Good:
    good = queries.good(village_id, good_id)
    if not good.counted:
        raise Invalid("good_not_counted", good=good.title)
    return good


def _held_shelf(good: Good) -> int:
    """What is on the shelf, locked until the movement is posted."""
    shelf = queries.shelf_of(good)
    ledger.hold_accounts(good.village_id, [shelf])
    return ledger_queries.balance(shelf)


def _move(good: Good, movement: _Movement, actor_id: int) -> StockMovement:
    movement_id = new_id()
    entry_id = period_id = None
    transfers = movement_transfers(
        village_id=good.village_id,
        store_id=good.store_id,
        good_id=good.id,
        kind=movement.kind,
        quantity=movement.quantity,
    )
    if transfers:
        posted = ledger.post(
            [
                EntryDraft(
                    village_id=good.village_id,
                    kind=_ENTRY_KINDS[movement.kind],
                    occurred_on=movement.occurred_on,
                    actor_id=actor_id,
                    idempotency_key=f"stock:{movement_id}",
                    transfers=transfers,
                )
            ]
        )[0]
        entry_id, period_id = posted.entry_id, posted.period_id
    row = StockMovement(
        id=movement_id,
        village_id=good.village_id,
        store_id=good.store_id,
        good_id=good.id,
        kind=movement.kind,
        quantity=movement.quantity,
        counted=movement.counted,
        note=movement.note,
        occurred_on=movement.occurred_on,
        entry_id=entry_id,
        period_id=period_id,
        actor_id=actor_id,
        created_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    return row
