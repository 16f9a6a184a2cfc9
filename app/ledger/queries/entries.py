"""Entries and transfers as they were written."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from app.extensions import db
from app.kit.db import among
from app.kit.errors import NotFound
from app.ledger.domain.accounts import Address, OwnerKind, Purpose
from app.ledger.domain.canonical import EntryRow, TransferRow
from app.ledger.domain.drafts import EntryKind
from app.ledger.models import LedgerEntry, LedgerTransfer

from .accounts import find_addresses

# Stands for an account that is gone; only a tampered book has one, and the checker must go on.
NOWHERE = Address(0, OwnerKind.VILLAGE, 0, Purpose.ISSUANCE, 0)

_ENTRY_COLUMNS = (
    "id", "village_id", "period_id", "kind", "occurred_on", "posted_at", "actor_id",
    "idempotency_key", "request_digest", "reverses_id", "rule_version_id", "memo",
)  # fmt: skip
"""In the order of EntryRow."""


def entry(village_id: int, entry_id: int) -> EntryRow:
    """An entry of the village with its transfers; NotFound `entry_not_found`."""
    found = entries(village_id, entry_ids=[entry_id])
    if not found:
        raise NotFound("entry_not_found")
    return found[0]


def entries(
    village_id: int,
    *,
    period_id: int | None = None,
    entry_ids: Sequence[int] | None = None,
    kinds: Collection[EntryKind] | None = None,
) -> list[EntryRow]:
    """Entries of a village with their transfers, in the order of their ids."""
    wanted = [LedgerEntry.village_id == village_id]
    if period_id is not None:
        wanted.append(LedgerEntry.period_id == period_id)
    if entry_ids is not None:
        wanted.append(among(LedgerEntry.id, entry_ids))
    if kinds is not None:
        wanted.append(LedgerEntry.kind.in_(kinds))
    return entry_rows(wanted, _transfers(wanted))


def entry_rows(
    wanted: Sequence[ColumnElement[bool]], transfers: Mapping[int, Sequence[TransferRow]]
) -> list[EntryRow]:
    """Entries in the order of their ids, with transfers that were read already, by entry."""
    columns = [getattr(LedgerEntry, name) for name in _ENTRY_COLUMNS]
    query = select(*columns).where(*wanted).order_by(LedgerEntry.id)
    # On the connection: the session would take every row in hand once more.
    rows = db.session.connection().execute(query).all()
    return [EntryRow(*(*row, tuple(transfers.get(row[0], ())))) for row in rows]


def entry_ids(village_id: int, period_id: int, kinds: Collection[EntryKind]) -> set[int]:
    """Which entries of these kinds a period has."""
    return set(
        db.session.scalars(
            select(LedgerEntry.id).where(
                LedgerEntry.village_id == village_id,
                LedgerEntry.period_id == period_id,
                LedgerEntry.kind.in_(kinds),
            )
        )
    )


def entry_by_key(village_id: int, idempotency_key: str) -> int | None:
    """The id of the entry that was posted under a key."""
    return db.session.scalar(
        select(LedgerEntry.id).where(
            LedgerEntry.village_id == village_id, LedgerEntry.idempotency_key == idempotency_key
        )
    )


def reversals_of(village_id: int, entry_ids: Sequence[int]) -> dict[int, int]:
    """Which of the entries were reversed, and by which entry."""
    rows = db.session.execute(
        select(LedgerEntry.reverses_id, LedgerEntry.id).where(
            LedgerEntry.village_id == village_id, LedgerEntry.reverses_id.in_(entry_ids)
        )
    )
    return {reversed_id: reversal_id for reversed_id, reversal_id in rows if reversed_id}


def returns_of(village_id: int, entry_ids: Sequence[int]) -> dict[int, list[EntryRow]]:
    """The partial returns of entries, without those that were reversed; see EntryDraft.memo."""
    reversal = aliased(LedgerEntry)
    found = db.session.scalars(
        select(LedgerEntry.id)
        .outerjoin(reversal, reversal.reverses_id == LedgerEntry.id)
        .where(
            LedgerEntry.village_id == village_id,
            LedgerEntry.kind == EntryKind.RETURN,
            LedgerEntry.memo.in_([str(entry_id) for entry_id in entry_ids]),
            reversal.id.is_(None),
        )
    ).all()
    returns: dict[int, list[EntryRow]] = {}
    for row in entries(village_id, entry_ids=found) if found else ():
        returns.setdefault(int(row.memo), []).append(row)
    return returns


def with_corrections(village_id: int, entry_ids: Collection[int]) -> list[EntryRow]:
    """The entries, their partial returns, and the reversals of all these."""
    if not entry_ids:
        return []
    returns = db.session.scalars(
        select(LedgerEntry.id).where(
            LedgerEntry.village_id == village_id,
            LedgerEntry.kind == EntryKind.RETURN,
            LedgerEntry.memo.in_([str(entry_id) for entry_id in entry_ids]),
        )
    ).all()
    taken_back = [*entry_ids, *returns]
    reversals = db.session.scalars(
        select(LedgerEntry.id).where(
            LedgerEntry.village_id == village_id, LedgerEntry.reverses_id.in_(taken_back)
        )
    ).all()
    return entries(village_id, entry_ids=[*taken_back, *reversals])


def _transfers(of_entries: Sequence[ColumnElement[bool]]) -> dict[int, list[TransferRow]]:
    """By entry, in the order of ids. Each account is read once, however often it moved."""
    moved = LedgerTransfer
    rows = db.session.execute(
        select(
            moved.entry_id, moved.id, moved.debit_account_id, moved.credit_account_id, moved.amount
        )
        .join(LedgerEntry, LedgerEntry.id == moved.entry_id)
        .where(*of_entries)
        .order_by(moved.id)
    ).all()
    accounts = find_addresses({account_id for row in rows for account_id in row[2:4]})
    found: dict[int, list[TransferRow]] = {}
    for entry_id, transfer_id, debit_id, credit_id, amount in rows:
        debit, credit = accounts.get(debit_id, NOWHERE), accounts.get(credit_id, NOWHERE)
        found.setdefault(entry_id, []).append(TransferRow(transfer_id, debit, credit, amount))
    return found
