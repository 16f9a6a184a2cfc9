"""Entries and transfers as they were written."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, literal, select, union_all

from app.extensions import db
from app.kit.errors import NotFound
from app.ledger.domain.accounts import Address, OwnerKind, Purpose
from app.ledger.domain.canonical import EntryRow, TransferRow
from app.ledger.domain.drafts import EntryKind, TransferDraft
from app.ledger.models import LedgerAccount, LedgerBalance, LedgerEntry, LedgerTransfer

from .accounts import find_accounts

# Stands for an account that is gone; only a tampered book has one, and the checker must go on.
_NOWHERE = Address(0, OwnerKind.VILLAGE, 0, Purpose.ISSUANCE, 0)


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One movement of an account: `amount` is positive when it came in."""

    transfer_id: int
    entry_id: int
    kind: EntryKind
    occurred_on: date
    posted_at: datetime
    amount: int
    balance_after: int
    reverses_id: int | None
    memo: str


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
        wanted.append(LedgerEntry.id.in_(entry_ids))
    if kinds is not None:
        wanted.append(LedgerEntry.kind.in_(kinds))
    transfers: dict[int, list[TransferRow]] = {}
    moved = LedgerTransfer
    for row in db.session.execute(
        select(
            moved.entry_id, moved.id, moved.debit_account_id, moved.credit_account_id,
            moved.unit_id, moved.amount,
        )
        .join(LedgerEntry, LedgerEntry.id == moved.entry_id)
        .where(*wanted)
        .order_by(moved.id)
    ):  # fmt: skip
        transfers.setdefault(row.entry_id, []).append(TransferRow(*row[1:]))
    columns = [getattr(LedgerEntry, name) for name in _ENTRY_COLUMNS]
    rows = db.session.execute(select(*columns).where(*wanted).order_by(LedgerEntry.id))
    return [
        EntryRow(**dict(row._mapping), transfers=tuple(transfers.get(row.id, ()))) for row in rows
    ]


_ENTRY_COLUMNS = (
    "id", "village_id", "period_id", "kind", "occurred_on", "posted_at", "actor_id",
    "idempotency_key", "request_digest", "reverses_id", "rule_version_id", "memo",
)  # fmt: skip


def entry_by_key(village_id: int, idempotency_key: str) -> int | None:
    """The id of the entry that was posted under a key."""
    return db.session.scalar(
        select(LedgerEntry.id).where(
            LedgerEntry.village_id == village_id, LedgerEntry.idempotency_key == idempotency_key
        )
    )


def drafts_of(rows: Sequence[EntryRow]) -> dict[int, tuple[TransferDraft, ...]]:
    """The transfers of entries with addresses instead of account ids, by entry id."""
    by_id = _addresses(rows)
    return {row.id: _drafts(row, by_id) for row in rows}


def _drafts(row: EntryRow, by_id: dict[int, Address]) -> tuple[TransferDraft, ...]:
    return tuple(
        TransferDraft(
            by_id.get(transfer.debit_account_id, _NOWHERE),
            by_id.get(transfer.credit_account_id, _NOWHERE),
            transfer.amount,
        )
        for transfer in row.transfers
    )


def _addresses(rows: Sequence[EntryRow]) -> dict[int, Address]:
    account = LedgerAccount
    account_ids = {
        account_id
        for row in rows
        for transfer in row.transfers
        for account_id in (transfer.debit_account_id, transfer.credit_account_id)
    }
    found = db.session.execute(
        select(
            account.id, account.village_id, account.owner_kind, account.owner_id,
            account.purpose, account.unit_id,
        ).where(account.id.in_(account_ids))
    )  # fmt: skip
    return {
        row.id: Address(
            row.village_id, OwnerKind(row.owner_kind), row.owner_id, Purpose(row.purpose),
            row.unit_id,
        )
        for row in found
    }  # fmt: skip


def reversals_of(village_id: int, entry_ids: Sequence[int]) -> dict[int, int]:
    """Which of the entries were reversed, and by which entry."""
    rows = db.session.execute(
        select(LedgerEntry.reverses_id, LedgerEntry.id).where(
            LedgerEntry.village_id == village_id, LedgerEntry.reverses_id.in_(entry_ids)
        )
    )
    return {reversed_id: reversal_id for reversed_id, reversal_id in rows if reversed_id}


def statement(
    address: Address, *, before_id: int | None = None, limit: int = 50
) -> list[StatementLine]:
    """The movements of a limited account, newest first, with the balance after each.

    `before_id` is the transfer id of the last line of the page before. Two branches follow the
    (account, id) indexes and stop at the limit; the balance is counted back from the present
    one, so an old account costs as little as a new one.
    """
    account_id = find_accounts([address]).get(address)
    if account_id is None:
        return []
    lines = db.session.execute(_newest(account_id, before_id, limit)).all()
    balance = _balance_at(account_id, before_id)
    result: list[StatementLine] = []
    for row in lines:
        result.append(
            StatementLine(
                transfer_id=row.id,
                entry_id=row.entry_id,
                kind=EntryKind(row.kind),
                occurred_on=row.occurred_on,
                posted_at=row.posted_at,
                amount=row.amount,
                balance_after=balance,
                reverses_id=row.reverses_id,
                memo=row.memo,
            )
        )
        balance -= row.amount
    return result


def _newest(account_id: int, before_id: int | None, limit: int) -> Select[Any]:
    moved = LedgerTransfer
    branches = []
    for column, sign in ((moved.credit_account_id, 1), (moved.debit_account_id, -1)):
        branch = select(moved.id, moved.entry_id, (literal(sign) * moved.amount).label("amount"))
        branch = branch.where(column == account_id)
        if before_id is not None:
            branch = branch.where(moved.id < before_id)
        limited = branch.order_by(moved.id.desc()).limit(limit).subquery()
        branches.append(select(limited.c.id, limited.c.entry_id, limited.c.amount))
    both = union_all(*branches).subquery()
    return (
        select(
            both.c.id, both.c.entry_id, both.c.amount, LedgerEntry.kind, LedgerEntry.occurred_on,
            LedgerEntry.posted_at, LedgerEntry.reverses_id, LedgerEntry.memo,
        )
        .join(LedgerEntry, LedgerEntry.id == both.c.entry_id)
        .order_by(both.c.id.desc())
        .limit(limit)
    )  # fmt: skip


def _balance_at(account_id: int, before_id: int | None) -> int:
    """The balance just before transfer `before_id`, or now."""
    balance = db.session.scalar(
        select(LedgerBalance.balance).where(LedgerBalance.account_id == account_id)
    )
    if before_id is None or balance is None:
        return balance or 0
    moved = LedgerTransfer
    for column, sign in ((moved.credit_account_id, 1), (moved.debit_account_id, -1)):
        newer = db.session.scalars(
            select(moved.amount).where(column == account_id, moved.id >= before_id)
        )
        balance -= sign * sum(newer)
    return balance
