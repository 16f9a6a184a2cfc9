"""The checker: reads the books from the first row on and says everything that does not hold."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, union_all

from app.extensions import db
from app.ledger.domain.accounts import LIMITED_PURPOSES
from app.ledger.domain.canonical import EntryRow
from app.ledger.domain.drafts import EntryDraft, EntryKind, TransferDraft, request_digest
from app.ledger.models import (
    LedgerAccount,
    LedgerBalance,
    LedgerClosing,
    LedgerEntry,
    LedgerPeriod,
    LedgerTransfer,
)

from .accounts import fold
from .entries import drafts_of, entries
from .seals import compute_seal, differences, seals
from .witnesses import Witness, witness_sources


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold: which pass found it, where, and what it is."""

    pass_name: str
    village_id: int
    detail: str


def check(
    village_ids: Sequence[int] | None = None,
    *,
    progress: Callable[[], None] = lambda: None,
) -> list[Finding]:
    """Run every pass over the villages' books (all of them by default); changes nothing.

    `progress` is called after each pass of each village, see `passes_count`.
    """
    findings: list[Finding] = []
    for village_id in books() if village_ids is None else village_ids:
        for name, run in _PASSES.items():
            findings.extend(Finding(name, village_id, detail) for detail in run(village_id))
            progress()
    return findings


def passes_count(village_ids: Sequence[int]) -> int:
    """How often `check` will call its progress callback."""
    return len(village_ids) * len(_PASSES)


def books() -> list[int]:
    """The villages that have a book."""
    return list(
        db.session.scalars(
            select(LedgerPeriod.village_id).distinct().order_by(LedgerPeriod.village_id)
        )
    )


def _zero_sums(village_id: int) -> Iterator[str]:
    """Every unit adds up to zero, and every transfer stays in its village, unit and period."""
    moved, account = LedgerTransfer, LedgerAccount
    sides = union_all(
        select(account.unit_id, moved.amount.label("amount")).join_from(
            moved, account, account.id == moved.credit_account_id
        ).where(account.village_id == village_id),
        select(account.unit_id, (-moved.amount).label("amount")).join_from(
            moved, account, account.id == moved.debit_account_id
        ).where(account.village_id == village_id),
    ).subquery()  # fmt: skip
    for unit_id, total in db.session.execute(
        select(sides.c.unit_id, func.sum(sides.c.amount)).group_by(sides.c.unit_id)
    ):
        if total != 0:
            yield f"unit {unit_id} adds up to {total}"
    strays = db.session.execute(
        select(moved.id)
        .join(LedgerEntry, LedgerEntry.id == moved.entry_id)
        .where(
            LedgerEntry.village_id == village_id,
            (moved.period_id != LedgerEntry.period_id)
            | (moved.village_id != LedgerEntry.village_id),
        )
    )
    for (transfer_id,) in strays:
        yield f"transfer {transfer_id} is in another village or period than its entry"


def _balances_equal_fold(village_id: int) -> Iterator[str]:
    """Every limited account has a balance row, and it equals the fold of its transfers."""
    account = LedgerAccount
    rows = db.session.execute(
        select(account.id, LedgerBalance.balance)
        .outerjoin(LedgerBalance, LedgerBalance.account_id == account.id)
        .where(account.village_id == village_id, account.purpose.in_(LIMITED_PURPOSES))
    ).all()
    held: dict[int, int | None] = {row.id: row.balance for row in rows}
    folded = fold(list(held))
    for account_id, balance in held.items():
        if balance is None:
            yield f"account {account_id} has no balance row"
            continue
        moved = folded.get(account_id, 0)
        if balance != moved:
            yield f"account {account_id} holds {balance}, its transfers give {moved}"


def _floors_at_every_step(village_id: int) -> Iterator[str]:
    """No limited account was ever beyond its floor or ceiling, in the order of transfer ids."""
    moved, row = LedgerTransfer, LedgerBalance
    sides = union_all(
        *(
            select(column.label("account_id"), moved.id, (sign * moved.amount).label("amount"))
            .where(moved.village_id == village_id)
            for column, sign in ((moved.credit_account_id, 1), (moved.debit_account_id, -1))
        )
    ).subquery()  # fmt: skip
    running = select(
        sides.c.account_id,
        sides.c.id,
        func.sum(sides.c.amount)
        .over(partition_by=sides.c.account_id, order_by=sides.c.id)
        .label("balance"),
    ).subquery()
    broken = db.session.execute(
        select(running.c.account_id, running.c.id, running.c.balance)
        .join(row, row.account_id == running.c.account_id)
        .where((running.c.balance < row.floor) | (running.c.balance > row.ceiling))
        .order_by(running.c.id)
    )
    for account_id, transfer_id, balance in broken:
        yield f"account {account_id} stood at {balance} after transfer {transfer_id}"


def _reversals_exact(village_id: int) -> Iterator[str]:
    """A reversal names one original that is no reversal, and mirrors it exactly, once."""
    reversals = [
        row for row in entries(village_id) if row.reverses_id or row.kind == EntryKind.REVERSAL
    ]
    originals = {
        row.id: row
        for row in entries(village_id, entry_ids=[row.reverses_id or 0 for row in reversals])
    }
    seen: set[int] = set()
    for reversal in reversals:
        original = originals.get(reversal.reverses_id or 0)
        if original is None or reversal.kind != EntryKind.REVERSAL:
            yield f"entry {reversal.id} is a reversal without an original"
        elif original.kind == EntryKind.REVERSAL:
            yield f"entry {reversal.id} reverses a reversal"
        elif original.id in seen:
            yield f"entry {original.id} is reversed more than once"
        elif _moves(original) != _moves(reversal, mirrored=True):
            yield f"entry {reversal.id} does not mirror entry {original.id}"
        seen.add(reversal.reverses_id or 0)


def _moves(row: EntryRow, *, mirrored: bool = False) -> list[tuple[int, int, int]]:
    return [
        (moved.credit_account_id, moved.debit_account_id, moved.amount)
        if mirrored
        else (moved.debit_account_id, moved.credit_account_id, moved.amount)
        for moved in row.transfers
    ]


def _entries_say_what_was_asked(village_id: int) -> Iterator[str]:
    """Every entry has transfers, and they are the ones its key was used for."""
    rows = entries(village_id)
    transfers = drafts_of(rows)
    for row in rows:
        if not row.transfers:
            yield f"entry {row.id} has no transfers"
            continue
        draft = EntryDraft(
            village_id=row.village_id,
            kind=EntryKind(row.kind),
            occurred_on=row.occurred_on,
            actor_id=row.actor_id,
            idempotency_key=row.idempotency_key,
            transfers=transfers[row.id],
            reverses_id=row.reverses_id,
            rule_version_id=row.rule_version_id,
            memo=row.memo,
        )
        if request_digest(draft) != row.request_digest:
            yield f"entry {row.id} differs from what was asked under its key"


def _periods_in_order(village_id: int) -> Iterator[str]:
    """Periods are numbered without a gap, all but the last are closed and sealed."""
    found = db.session.scalars(
        select(LedgerPeriod)
        .where(LedgerPeriod.village_id == village_id)
        .order_by(LedgerPeriod.number)
    ).all()
    if [period.number for period in found] != list(range(1, len(found) + 1)):
        yield "the numbers of the periods have a gap"
    sealed = {seal.period_id for seal in seals(village_id)}
    for period in found[:-1]:
        if period.closed_at is None or period.id not in sealed:
            yield f"period {period.month} is not closed and sealed"
    if found and (found[-1].closed_at is not None or found[-1].id in sealed):
        yield "the last period is not open"


def _seals_recompute(village_id: int) -> Iterator[str]:
    """Every seal follows from the rows and from the seal before it; closing balances too."""
    for stored in seals(village_id):
        computed = compute_seal(village_id, stored.period_id)
        wrong = differences(stored, computed.header)
        if wrong:
            yield f"the seal of {stored.month} differs in {', '.join(wrong)}"
        rows = db.session.execute(
            select(LedgerClosing.account_id, LedgerClosing.balance).where(
                LedgerClosing.period_id == stored.period_id
            )
        )
        closing = {row.account_id: row.balance for row in rows}
        for row in computed.balances:
            if closing.pop(row.account_id, None) != row.balance:
                yield f"the closing balance of account {row.account_id} in {stored.month} differs"
        for account_id in closing:
            yield f"the closing balance of account {account_id} in {stored.month} is unfounded"


def _witnesses_agree(village_id: int) -> Iterator[str]:
    """Each award, redemption and stock movement points to an entry that says the same, and no
    entry of those kinds is without one; a row that was taken back may name its reversal too.
    """
    for source in witness_sources():
        rows = entries(village_id, kinds=source.kinds | {EntryKind.REVERSAL})
        found = drafts_of(rows)
        known: set[int] = set()
        for witness in source.testify(village_id):
            yield from _compare(witness, found.get(witness.entry_id))
            known.add(witness.entry_id)
        for row in rows:
            if row.kind in source.kinds and row.id not in known:
                yield f"entry {row.id} is known to nobody in {source.name}"


def _compare(witness: Witness, found: tuple[TransferDraft, ...] | None) -> Iterable[str]:
    if found is None:
        yield f"{witness.label} points to entry {witness.entry_id}, which is not there"
    elif sorted(found) != sorted(witness.transfers):
        yield f"{witness.label} and entry {witness.entry_id} do not say the same"


_PASSES: dict[str, Callable[[int], Iterable[str]]] = {
    "zero_sums": _zero_sums,
    "balances_equal_fold": _balances_equal_fold,
    "floors_at_every_step": _floors_at_every_step,
    "reversals_exact": _reversals_exact,
    "entries_say_what_was_asked": _entries_say_what_was_asked,
    "periods_in_order": _periods_in_order,
    "seals_recompute": _seals_recompute,
    "witnesses_agree": _witnesses_agree,
}
