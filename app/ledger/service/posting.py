"""The posting function: the only way into the books.

In one transaction, read aloud: name the accounts; lock the open period against closing; lock the
limited balances in order; look the keys up; judge the drafts one after the other on what is
locked; write entries, transfers and balances. Nothing else happens while the locks are held.
What is said to the database is in `on_postgresql` and `on_sqlite`; what is decided, in
`domain.judging`, is the same for both. PostgreSQL is told everything in one call, and writes at
once what no judge could refuse.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import ModuleType

from sqlalchemy import Connection

from app.extensions import db
from app.kit.errors import Conflict, DomainError, Invalid
from app.ledger.domain.accounts import LIMITED_PURPOSES, Address
from app.ledger.domain.canonical import request_digest
from app.ledger.domain.drafts import EntryDraft, Posted, addresses_of, form_fault
from app.ledger.domain.judging import (
    Accepted,
    Books,
    LimitedBalance,
    Original,
    Outcome,
    Verdict,
    Way,
    amounts_by_way,
    judge,
)
from app.ledger.queries.entries import entries, returns_of, reversals_of

from . import on_postgresql, on_sqlite
from .accounts import open_accounts
from .batches import Batch, Found, batch_of

_ACCOUNTS_MAX = 1000
_NO_DIGEST = b""


@dataclass(frozen=True, slots=True)
class Held:
    """What is ours until the transaction ends, and what it was when we came by it.

    New ids go above `last_id`, see LedgerBalance and LedgerPeriod. `batch` are the rows of all
    drafts that it is held for, as long as nothing is known against them.
    """

    village_id: int
    period_id: int
    account_ids: dict[Address, int]
    balances: dict[Address, LimitedBalance]
    keys: frozenset[str]
    outcomes: dict[str, Outcome]
    last_id: int
    batch: Batch | None

    def balance(self, address: Address) -> int:
        """What a limited one of the accounts holds, in tenths or pieces, as what was posted with
        it since leaves it.
        """
        return self.balances[address].balance


def post(drafts: Sequence[EntryDraft], held: Held | None = None) -> list[Posted]:
    """Write all the drafts, or none; in their order, all of one village.

    `held` is what `hold_accounts` gave for all their accounts and keys, if it was called. A draft
    whose key is known gives the entry that is there. Raises Conflict
    `insufficient_balance` (owner, purpose, unit, balance, needed), `balance_ceiling`,
    `idempotency_mismatch`, `already_reversed`, `reversal_of_reversal`, `partly_returned`,
    `not_returnable`, `more_than_original` (unit, left, wanted) or `no_open_period`, NotFound
    `entry_not_found`, Invalid `bad_entry` or `batch_too_large`.
    """
    if not drafts:
        return []
    standing: list[Accepted | Posted] = []
    verdicts, held = _judge_all(drafts, held)
    for verdict in verdicts:
        if isinstance(verdict, DomainError):
            raise verdict
        standing.append(verdict)
    written = _write(standing, held)
    return [_posted(verdict, written) for verdict in standing]


def post_each(drafts: Sequence[EntryDraft]) -> list[Posted | DomainError]:
    """Write every draft that stands on its own; a refused one gives its refusal instead."""
    if not drafts:
        return []
    verdicts, held = _judge_all(drafts)
    written = _write(verdicts, held)
    return [
        verdict if isinstance(verdict, DomainError) else _posted(verdict, written)
        for verdict in verdicts
    ]


def _posted(verdict: Accepted | Posted, written: dict[str, Posted]) -> Posted:
    return verdict if isinstance(verdict, Posted) else written[verdict.draft.idempotency_key]


def hold_accounts(village_id: int, addresses: Iterable[Address], keys: Sequence[str] = ()) -> Held:
    """Lock the open period and the limited ones of these accounts, as posting to them will.

    For what must be read before posting, such as how much of a cap is used up: read after this,
    and no other posting to these accounts comes between. Name all accounts that will be posted
    to: locks taken in two steps may meet those of somebody else the other way round. `keys` of
    the drafts that will be posted are looked up too; then `post` needs not ask again.
    """
    return _hold(village_id, addresses, keys)


def _check_held(drafts: Sequence[EntryDraft], addresses: set[Address], held: Held) -> None:
    """What was not held would be posted to without a limit, or twice under one key."""
    keys = {draft.idempotency_key for draft in drafts}
    if not (addresses <= held.account_ids.keys() and keys <= held.keys):
        raise RuntimeError("posting to an account or under a key that was not held")


def _hold(
    village_id: int,
    addresses: Iterable[Address],
    keys: Sequence[str] = (),
    batch: Batch | None = None,
) -> Held:
    wanted = list(addresses)
    found = _find(village_id, wanted, keys)
    if None in found.account_ids:
        open_accounts(wanted)
        found = _find(village_id, wanted, keys)
    if found.period is None:
        raise Conflict("no_open_period")
    period_id, head_entry_id = found.period
    account_ids = {
        address: account_id
        for address, account_id in zip(wanted, found.account_ids, strict=True)
        if account_id is not None
    }
    limited = {
        address: found.balances.get(account_id)
        for address, account_id in account_ids.items()
        if address.purpose in LIMITED_PURPOSES
    }
    balances = {address: balance for address, balance in limited.items() if balance is not None}
    if len(balances) < len(limited):
        raise RuntimeError("a limited account has no balance row; run `ledger check`")
    last_id = max(head_entry_id, *found.versions, 0)
    return Held(
        village_id=village_id,
        period_id=period_id,
        account_ids=account_ids,
        balances=balances,
        keys=frozenset(keys),
        outcomes=found.outcomes,
        last_id=last_id,
        batch=batch,
    )


def _find(village_id: int, addresses: Sequence[Address], keys: Sequence[str]) -> Found:
    # What the session still keeps to itself goes out first, as before any other statement.
    db.session.flush()
    connection = db.session.connection()
    found: Found = _statements(connection).hold(connection, village_id, addresses, keys)
    return found


def _judge_all(
    drafts: Sequence[EntryDraft], held: Held | None = None
) -> tuple[list[Verdict], Held]:
    """The verdicts, and what is held for the accepted ones to be written."""
    village_id = drafts[0].village_id
    faults = [form_fault(draft, village_id) for draft in drafts]
    # Nothing of what is wrong was ever written, so its digest is none.
    digests = [
        _NO_DIGEST if fault else request_digest(draft)
        for draft, fault in zip(drafts, faults, strict=True)
    ]
    sound = [draft for draft, fault in zip(drafts, faults, strict=True) if fault is None]
    addresses = addresses_of(sound)
    if held is None:
        held = _hold_for(drafts, digests, list(addresses))
    else:
        _check_held(drafts, addresses, held)
    named = [draft.original_id for draft in sound if draft.original_id is not None]
    books = Books(
        balances=held.balances,
        outcomes=held.outcomes,
        originals=_originals(held.village_id, named),
        reversed_ids=set(reversals_of(held.village_id, named)) if named else set(),
        returned=_returned(held.village_id, named),
    )
    asked = zip(drafts, digests, faults, strict=True)
    return [judge(draft, digest, books, fault) for draft, digest, fault in asked], held


def _hold_for(
    drafts: Sequence[EntryDraft], digests: Sequence[bytes], addresses: Sequence[Address]
) -> Held:
    """Hold the accounts and keys of the drafts; on PostgreSQL they may be posted with that."""
    if len(addresses) > _ACCOUNTS_MAX:
        raise Invalid("batch_too_large", accounts=len(addresses), accounts_max=_ACCOUNTS_MAX)
    village_id, keys = drafts[0].village_id, [draft.idempotency_key for draft in drafts]
    if _NO_DIGEST in digests or len(set(keys)) < len(keys) or any(map(_corrects, drafts)):
        return _hold(village_id, addresses, keys)
    batch = batch_of(list(zip(drafts, digests, strict=True)), addresses)
    return _post_at_once(batch) or _hold(village_id, addresses, keys, batch)


def _corrects(draft: EntryDraft) -> bool:
    return draft.original_id is not None


def _post_at_once(batch: Batch) -> Held | None:
    """Where a statement is a round trip, write what nothing can be against while holding it: it is
    then found as the outcome of its keys. None if there is anything to be judged.
    """
    db.session.flush()
    connection = db.session.connection()
    if _statements(connection) is on_sqlite:
        return None
    period_id = on_postgresql.post(connection, batch)
    if period_id is None:
        return None
    outcomes = {
        entry.idempotency_key: Outcome(
            Posted(entry.id, period_id, replayed=False), entry.request_digest
        )
        for entry in batch.entries
    }
    return Held(
        village_id=batch.village_id,
        period_id=period_id,
        account_ids={},
        balances={},
        keys=frozenset(outcomes),
        outcomes=outcomes,
        last_id=0,
        batch=batch,
    )


def _originals(village_id: int, entry_ids: Sequence[int]) -> dict[int, Original]:
    if not entry_ids:
        return {}
    found = entries(village_id, entry_ids=entry_ids)
    return {row.id: Original(row.kind, row.drafts) for row in found}


def _returned(village_id: int, entry_ids: Sequence[int]) -> dict[int, Counter[Way]]:
    if not entry_ids:
        return {}
    return {
        entry_id: amounts_by_way(moved for part in parts for moved in part.drafts)
        for entry_id, parts in returns_of(village_id, entry_ids).items()
    }


def _write(verdicts: Sequence[Verdict], held: Held) -> dict[str, Posted]:
    """Insert the accepted entries with their transfers and bring the balances along."""
    accepted = {
        verdict.draft.idempotency_key: verdict
        for verdict in verdicts
        if isinstance(verdict, Accepted)
    }
    if not accepted:
        return {}
    batch = held.batch
    if batch is None or len(batch.entries) > len(accepted) or batch.entries[0].id <= held.last_id:
        rows = [(verdict.draft, verdict.request_digest) for verdict in accepted.values()]
        batch = batch_of(rows, list(held.account_ids), after=held.last_id)
    connection = db.session.connection()
    _statements(connection).write(
        connection,
        batch,
        period_id=held.period_id,
        account_ids=[held.account_ids[address] for address in batch.accounts],
    )
    return {
        entry.idempotency_key: Posted(entry.id, held.period_id, replayed=False)
        for entry in batch.entries
    }


def _statements(connection: Connection) -> ModuleType:
    return on_postgresql if connection.dialect.name == "postgresql" else on_sqlite
