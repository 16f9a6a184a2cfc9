"""The posting function: the only way into the books.

In one transaction: look the keys up, lock the open period against closing, lock the limited
balances in order, check every step on the locked rows, then write entries, transfers and balances
with one statement each. Nothing else happens while the locks are held.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, select

from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict, DomainError, Invalid
from app.kit.ids import new_id
from app.ledger.domain.accounts import LIMITED_PURPOSES, Address
from app.ledger.domain.drafts import EntryDraft, Posted, request_digest
from app.ledger.models import LedgerBalance, LedgerEntry, LedgerPeriod, LedgerTransfer

from .accounts import open_accounts
from .rows import Row, insert_rows, update_rows

_ACCOUNTS_MAX = 1000

Verdict = Posted | DomainError


@dataclass(slots=True)
class _LockedBalance:
    """A balance row under our lock, as the drafts so far leave it."""

    balance: int
    version: int
    floor: int | None
    ceiling: int | None
    touched: bool = False


def post(drafts: Sequence[EntryDraft]) -> list[Posted]:
    """Write all the drafts, or none; in their order, all of one village.

    A draft whose key is known gives the entry that is there. Raises Conflict
    `insufficient_balance` (owner, purpose, unit, balance, needed), `balance_ceiling`,
    `idempotency_mismatch` or `no_open_period`, Invalid `bad_entry` or `batch_too_large`.
    """
    verdicts = _post(drafts, all_or_nothing=True)
    return [cast("Posted", verdict) for verdict in verdicts]


def post_each(drafts: Sequence[EntryDraft]) -> list[Verdict]:
    """Write every draft that stands on its own; a refused one gives its refusal instead."""
    return _post(drafts, all_or_nothing=False)


def hold_accounts(village_id: int, addresses: Iterable[Address]) -> None:
    """Lock the open period and the limited ones of these accounts, as posting to them will.

    For what must be read before posting, such as how much of a cap is used up: read after this,
    and no other posting to these accounts comes between.
    """
    accounts = open_accounts(addresses)
    _lock_open_period(village_id)
    _lock_balances(accounts)


def _post(drafts: Sequence[EntryDraft], *, all_or_nothing: bool) -> list[Verdict]:
    if not drafts:
        return []
    village_id = drafts[0].village_id
    for draft in drafts:
        _check_form(draft, village_id)
    verdicts = _known_verdicts(village_id, drafts, raising=all_or_nothing)
    fresh: dict[str, EntryDraft] = {}
    for draft in drafts:
        if draft.idempotency_key not in verdicts:
            fresh.setdefault(draft.idempotency_key, draft)
    if fresh:
        accounts = open_accounts(_addresses(fresh.values()))
        if len(accounts) > _ACCOUNTS_MAX:
            raise Invalid("batch_too_large", accounts=len(accounts), accounts_max=_ACCOUNTS_MAX)
        period_id = _lock_open_period(village_id)
        locked = _lock_balances(accounts)
        accepted: list[EntryDraft] = []
        for draft in fresh.values():
            refusal = _apply(draft, accounts, locked)
            if refusal is None:
                accepted.append(draft)
            elif all_or_nothing:
                raise refusal
            else:
                verdicts[draft.idempotency_key] = refusal
        written = _write(accepted, period_id=period_id, accounts=accounts, locked=locked)
        verdicts.update(written)
    return [verdicts[draft.idempotency_key] for draft in drafts]


def _check_form(draft: EntryDraft, village_id: int) -> None:
    if draft.village_id != village_id or not draft.transfers:
        raise Invalid("bad_entry", reason="village or transfers")
    for transfer in draft.transfers:
        debit, credit = transfer.debit, transfer.credit
        if not (
            transfer.amount > 0
            and debit != credit
            and debit.unit_id == credit.unit_id
            and debit.village_id == credit.village_id == village_id
        ):
            raise Invalid("bad_entry", reason="transfer")


def _known_verdicts(
    village_id: int, drafts: Sequence[EntryDraft], *, raising: bool
) -> dict[str, Verdict]:
    """What is already decided: keys that are in the books, and keys used twice for two things."""
    digests: dict[str, bytes] = {}
    verdicts: dict[str, Verdict] = {}
    mismatch = Conflict("idempotency_mismatch")
    for draft in drafts:
        digest = request_digest(draft)
        if digests.setdefault(draft.idempotency_key, digest) != digest:
            raise mismatch
    entry = LedgerEntry
    rows = db.session.execute(
        select(entry.id, entry.period_id, entry.idempotency_key, entry.request_digest).where(
            entry.village_id == village_id, entry.idempotency_key.in_(digests)
        )
    )
    for row in rows:
        if row.request_digest == digests[row.idempotency_key]:
            verdicts[row.idempotency_key] = Posted(row.id, row.period_id, replayed=True)
        elif raising:
            raise mismatch
        else:
            verdicts[row.idempotency_key] = mismatch
    return verdicts


def _addresses(drafts: Iterable[EntryDraft]) -> set[Address]:
    return {
        address
        for draft in drafts
        for transfer in draft.transfers
        for address in (transfer.debit, transfer.credit)
    }


def _lock_open_period(village_id: int) -> int:
    """The open period, kept open until we commit.

    The key-share lock is shared by all who post and waits for one who closes. A posting that had
    to wait finds its row closed, that is, no row; looking again finds the next period.
    """
    query = (
        select(LedgerPeriod.id)
        .where(LedgerPeriod.village_id == village_id, LedgerPeriod.closed_at.is_(None))
        .with_for_update(read=True, key_share=True)
    )
    period_id = db.session.scalar(query) or db.session.scalar(query)
    if period_id is None:
        raise Conflict("no_open_period")
    return period_id


def _lock_balances(accounts: dict[Address, int]) -> dict[int, _LockedBalance]:
    """Lock the limited accounts' rows in the order of their ids, which no two batches reverse.

    On PostgreSQL a row that had to be waited for is returned as its last holder left it.
    """
    ids = [accounts[address] for address in accounts if address.purpose in LIMITED_PURPOSES]
    if not ids:
        return {}
    row = LedgerBalance
    rows = db.session.execute(
        select(row.account_id, row.balance, row.version, row.floor, row.ceiling)
        .where(row.account_id.in_(ids))
        .order_by(row.account_id)
        .with_for_update(key_share=True)
    )
    return {found[0]: _LockedBalance(*found[1:]) for found in rows}


def _apply(
    draft: EntryDraft, accounts: dict[Address, int], locked: dict[int, _LockedBalance]
) -> DomainError | None:
    """Carry the draft's amounts over to the locked balances, or leave them and say why not."""
    before: dict[int, int] = {}
    refusal: DomainError | None = None
    for transfer in draft.transfers:
        sides = ((transfer.debit, -transfer.amount), (transfer.credit, transfer.amount))
        for address, change in sides:
            row = locked.get(accounts[address])
            if row is None:
                continue
            before.setdefault(accounts[address], row.balance)
            row.balance += change
            if row.floor is not None and row.balance < row.floor:
                refusal = refusal or _insufficient(address, row.balance - change, transfer.amount)
            if row.ceiling is not None and row.balance > row.ceiling:
                refusal = refusal or Conflict("balance_ceiling", ceiling=row.ceiling)
    for account_id, balance in before.items():
        if refusal is None:
            locked[account_id].touched = True
        else:
            locked[account_id].balance = balance
    return refusal


def _insufficient(address: Address, balance: int, needed: int) -> Conflict:
    return Conflict(
        "insufficient_balance",
        owner_id=str(address.owner_id),
        purpose=address.purpose.name.lower(),
        unit_id=str(address.unit_id),
        balance=balance,
        needed=needed,
    )


def _write(
    drafts: Sequence[EntryDraft],
    *,
    period_id: int,
    accounts: dict[Address, int],
    locked: dict[int, _LockedBalance],
) -> dict[str, Posted]:
    """Insert what was accepted and set the balances it touched."""
    posted_at = clock.now()
    entries: list[Row] = []
    transfers: list[Row] = []
    # Ids are taken under the locks and above every version, see LedgerBalance.
    last_id = max((row.version for row in locked.values()), default=0)
    for draft in drafts:
        entry_id = last_id = new_id(after=last_id)
        entries.append(_entry_row(draft, entry_id, period_id, posted_at))
        for transfer in draft.transfers:
            last_id = new_id(after=last_id)
            debit_id, credit_id = accounts[transfer.debit], accounts[transfer.credit]
            transfers.append(
                {
                    "id": last_id,
                    "entry_id": entry_id,
                    "village_id": draft.village_id,
                    "period_id": period_id,
                    "debit_account_id": debit_id,
                    "credit_account_id": credit_id,
                    "unit_id": transfer.debit.unit_id,
                    "amount": transfer.amount,
                }
            )
            for account_id in (debit_id, credit_id):
                if account_id in locked:
                    locked[account_id].version = last_id
    insert_rows(cast("Table", LedgerEntry.__table__), entries)
    insert_rows(cast("Table", LedgerTransfer.__table__), transfers)
    update_rows(
        cast("Table", LedgerBalance.__table__),
        "account_id",
        [
            {"account_id": account_id, "balance": row.balance, "version": row.version}
            for account_id, row in locked.items()
            if row.touched
        ],
    )
    return {
        draft.idempotency_key: Posted(entry["id"], period_id, replayed=False)
        for draft, entry in zip(drafts, entries, strict=True)
    }


def _entry_row(draft: EntryDraft, entry_id: int, period_id: int, posted_at: Any) -> Row:
    return {
        "id": entry_id,
        "village_id": draft.village_id,
        "period_id": period_id,
        "kind": draft.kind.value,
        "occurred_on": draft.occurred_on,
        "posted_at": posted_at,
        "actor_id": draft.actor_id,
        "idempotency_key": draft.idempotency_key,
        "request_digest": request_digest(draft),
        "reverses_id": draft.reverses_id,
        "rule_version_id": draft.rule_version_id,
        "memo": draft.memo,
    }
