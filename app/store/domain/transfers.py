"""What each event of the store moves in the ledger; the checker compares entries with it."""

from collections.abc import Iterable

from app.ledger.domain.accounts import (
    Purpose,
    good_account,
    household_spendable,
    store_takings,
)
from app.ledger.domain.drafts import TransferDraft

from .goods import MovementKind
from .redemption import Line

_OPPOSITE = {
    MovementKind.BOUGHT: Purpose.SUPPLIER,
    MovementKind.DONATED: Purpose.SUPPLIER,
    MovementKind.COUNTED: Purpose.COUNT_DIFFERENCE,
    MovementKind.SPOILED: Purpose.SPOILED,
}


def points_transfers(
    *, village_id: int, store_id: int, household_id: int, total: int
) -> tuple[TransferDraft, ...]:
    """A redemption's points: household spendable → store takings."""
    spendable = household_spendable(village_id, household_id)
    return (TransferDraft(spendable, store_takings(village_id, store_id), total),)


def goods_transfers(
    *, village_id: int, store_id: int, counted_lines: Iterable[Line]
) -> tuple[TransferDraft, ...]:
    """A redemption's goods: shelf → handed out, one transfer a counted good."""
    return tuple(
        TransferDraft(
            good_account(village_id, store_id, Purpose.SHELF, line.good_id),
            good_account(village_id, store_id, Purpose.HANDED_OUT, line.good_id),
            line.quantity,
        )
        for line in counted_lines
    )


def movement_transfers(
    *, village_id: int, store_id: int, good_id: int, kind: MovementKind, quantity: int
) -> tuple[TransferDraft, ...]:
    """Goods in, a count or damage: onto the shelf when `quantity` is positive, off it when
    negative; nothing when a count agrees.
    """
    shelf = good_account(village_id, store_id, Purpose.SHELF, good_id)
    opposite = good_account(village_id, store_id, _OPPOSITE[kind], good_id)
    if quantity > 0:
        return (TransferDraft(opposite, shelf, quantity),)
    if quantity < 0:
        return (TransferDraft(shelf, opposite, -quantity),)
    return ()


def mirrored(transfers: Iterable[TransferDraft]) -> tuple[TransferDraft, ...]:
    """What a reversal of these moves."""
    return tuple(TransferDraft(moved.credit, moved.debit, moved.amount) for moved in transfers)
