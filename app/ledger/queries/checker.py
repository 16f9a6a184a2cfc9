"""The checker: reads the books from the first row on and says everything that does not hold."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Subquery, func, or_, select, union_all
from sqlalchemy.orm import aliased

from app.extensions import db
from app.kit.month import Month
from app.ledger.domain.accounts import LIMITED_PURPOSES, Address
from app.ledger.domain.canonical import EntryRow, request_digest
from app.ledger.domain.drafts import EntryKind, mirrored
from app.ledger.domain.sealing import entries_root
from app.ledger.models import (
    LedgerAccount,
    LedgerBalance,
    LedgerEntry,
    LedgerPeriod,
    LedgerTransfer,
)

from .entries import entries
from .heads import heads
from .periods import open_period, periods
from .seals import closing_rows, compute_seal, differences, seals
from .witnesses import Witness, witness_sources


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold: which pass found it, where, and what it is."""

    pass_name: str
    village_id: int
    detail: str


class _Book:
    """A village's book; what several passes read is read once."""

    def __init__(self, village_id: int) -> None:
        self.village_id = village_id

    @cached_property
    def entries(self) -> dict[int, EntryRow]:
        return {row.id: row for row in entries(self.village_id)}


def check(
    village_ids: Sequence[int] | None = None,
    *,
    progress: Callable[[], None] = lambda: None,
) -> list[Finding]:
    """Run every pass over the villages' books (all of them by default); changes nothing.

    `progress` is called after each pass of each village, see `passes_count`. Where others may be
    posting meanwhile, call `view_one_instant` first.
    """
    findings: list[Finding] = []
    for village_id in books() if village_ids is None else village_ids:
        book = _Book(village_id)
        for name, run in _PASSES.items():
            findings.extend(Finding(name, village_id, detail) for detail in _details(run, book))
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


def view_one_instant() -> None:
    """Begin a transaction that only reads and sees the books as they are now.

    The passes compare rows of several statements; a post between two of them would look like a
    fault. A reading transaction on SQLite sees one instant by itself.
    """
    db.session.rollback()
    if db.engine.dialect.name == "postgresql":
        db.session.connection(
            execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )


def _details(run: Callable[[_Book], Iterable[str]], book: _Book) -> list[str]:
    try:
        return list(run(book))
    except ValueError as error:
        # A number or word that the books never contain, such as an unknown purpose.
        return [f"a row cannot be read: {error}"]


def _zero_sums(book: _Book) -> Iterator[str]:
    """Every unit adds up to zero, and every transfer is in the village and unit of its accounts."""
    moved, account = LedgerTransfer, LedgerAccount
    sides = union_all(
        *(
            select(account.unit_id, (sign * moved.amount).label("amount"))
            .join_from(moved, account, account.id == column)
            .where(account.village_id == book.village_id)
            for column, sign in ((moved.credit_account_id, 1), (moved.debit_account_id, -1))
        )
    ).subquery()
    for unit_id, total in db.session.execute(
        select(sides.c.unit_id, func.sum(sides.c.amount)).group_by(sides.c.unit_id)
    ):
        if total != 0:
            yield f"unit {unit_id} adds up to {total}"
    debit, credit = aliased(account), aliased(account)
    strays = db.session.scalars(
        select(moved.id)
        .outerjoin(debit, debit.id == moved.debit_account_id)
        .outerjoin(credit, credit.id == moved.credit_account_id)
        .where(
            moved.village_id == book.village_id,
            or_(
                *(
                    or_(
                        side.id.is_(None),
                        side.village_id != moved.village_id,
                        side.unit_id != moved.unit_id,
                    )
                    for side in (debit, credit)
                )
            ),
        )
    )
    for transfer_id in strays:
        yield f"transfer {transfer_id} is not in the village and unit of its two accounts"


def _balances_equal_fold(book: _Book) -> Iterator[str]:
    """Every limited account has a balance row, which is the fold of its transfers; no other has."""
    account, row = LedgerAccount, LedgerBalance
    folded: Counter[int] = Counter()
    last_ids: Counter[int] = Counter()
    sides = _sides(book)
    for account_id, total, last_id in db.session.execute(
        select(sides.c.account_id, func.sum(sides.c.amount), func.max(sides.c.id)).group_by(
            sides.c.account_id
        )
    ):
        folded[account_id], last_ids[account_id] = int(total), last_id
    for account_id, purpose, held, version in db.session.execute(
        select(account.id, account.purpose, row.balance, row.version)
        .outerjoin(row, row.account_id == account.id)
        .where(account.village_id == book.village_id)
    ):
        total, last_id = folded[account_id], last_ids[account_id]
        has_row, needs_row = version is not None, purpose in LIMITED_PURPOSES
        if has_row != needs_row:
            has = "a" if has_row else "no"
            yield f"account {account_id} of purpose {purpose} has {has} balance row"
        elif has_row and held != total:
            yield f"account {account_id} holds {held}, its transfers give {total}"
        elif has_row and version != last_id:
            yield f"account {account_id} was last moved by {last_id}, its row says {version}"


def _floors_at_every_step(book: _Book) -> Iterator[str]:
    """No limited account was ever beyond its floor or ceiling, in the order of transfer ids."""
    row, sides = LedgerBalance, _sides(book)
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


def _sides(book: _Book) -> Subquery:
    """Each transfer of the village twice: as what one account gains and the other loses."""
    moved = LedgerTransfer
    return union_all(
        *(
            select(column.label("account_id"), moved.id, (sign * moved.amount).label("amount"))
            .where(moved.village_id == book.village_id)
            for column, sign in ((moved.credit_account_id, 1), (moved.debit_account_id, -1))
        )
    ).subquery()  # fmt: skip


def _reversals_exact(book: _Book) -> Iterator[str]:
    """A reversal names one original that is no reversal, and mirrors it exactly, once."""
    seen: set[int] = set()
    for row in book.entries.values():
        if row.reverses_id is None and row.kind != EntryKind.REVERSAL:
            continue
        original = book.entries.get(row.reverses_id or 0)
        if original is None or row.kind != EntryKind.REVERSAL:
            yield f"entry {row.id} is a reversal without an original"
        elif original.kind == EntryKind.REVERSAL:
            yield f"entry {row.id} reverses a reversal"
        elif original.id in seen:
            yield f"entry {original.id} is reversed more than once"
        elif row.drafts != mirrored(original.drafts):
            yield f"entry {row.id} does not mirror entry {original.id}"
        seen.add(row.reverses_id or 0)


def _entries_say_what_was_asked(book: _Book) -> Iterator[str]:
    """Every key has one entry, with transfers, and they are the ones the key was used for."""
    keys = Counter(row.idempotency_key for row in book.entries.values())
    for row in book.entries.values():
        if keys[row.idempotency_key] > 1:
            yield f"entry {row.id} shares its key with another"
        if not row.transfers:
            yield f"entry {row.id} has no transfers"
        elif request_digest(row) != row.request_digest:
            yield f"entry {row.id} differs from what was asked under its key"


def _periods_in_order(book: _Book) -> Iterator[str]:
    """Months follow each other without a gap; the last is open, the others closed and sealed."""
    found = periods(book.village_id)
    if [period.number for period in found] != list(range(1, len(found) + 1)):
        yield "the numbers of the periods have a gap"
    for earlier, later in itertools.pairwise(found):
        if Month.parse(earlier.month).next != Month.parse(later.month):
            yield f"{later.month} does not follow {earlier.month}"
    sealed = {seal.period_id for seal in seals(book.village_id)}
    for period in found[:-1]:
        if period.closed_at is None or period.id not in sealed:
            yield f"period {period.month} is not closed and sealed"
    if found and (found[-1].closed_at is not None or found[-1].id in sealed):
        yield "the last period is not open"


def _entries_in_periods(book: _Book) -> Iterator[str]:
    """Every entry is in a period of its village, its transfers too, and none was added to a
    sealed one.
    """
    known = {period.id for period in periods(book.village_id)}
    for row in book.entries.values():
        if row.period_id not in known:
            yield f"entry {row.id} is in no period of its village"
    moved, entry = LedgerTransfer, LedgerEntry
    strays = db.session.scalars(
        select(moved.id)
        .outerjoin(entry, entry.id == moved.entry_id)
        .where(
            moved.village_id == book.village_id,
            or_(
                entry.id.is_(None),
                entry.village_id != moved.village_id,
                entry.period_id != moved.period_id,
            ),
        )
    )
    for transfer_id in strays:
        yield f"transfer {transfer_id} is not in the village and period of its entry"
    posted = Counter(row.period_id for row in book.entries.values())
    for seal in seals(book.village_id):
        more = posted[seal.period_id] - seal.entry_count
        if more > 0:
            yield f"{more} entries were posted into {seal.month} after its close"


def _seals_recompute(book: _Book) -> Iterator[str]:
    """Every seal follows from the rows and from the seal before it."""
    for stored in seals(book.village_id):
        computed = compute_seal(book.village_id, stored.period_id)
        wrong = differences(stored, computed.header)
        if wrong:
            yield f"the seal of {stored.month} differs in {', '.join(wrong)}"


def _heads_recompute(book: _Book) -> Iterator[str]:
    """The entries under the heads of the open period are as they were when these were written.

    Those of closed periods are under a seal.
    """
    period = open_period(book.village_id)
    if period is None:
        return
    posted = [row for row in book.entries.values() if row.period_id == period.id]
    covered_id = 0
    for head in heads(period.id):
        covered = [row for row in posted if row.id <= head.last_entry_id]
        if (len(covered), entries_root(covered, period.number)) != (
            head.entry_count,
            head.entries_root,
        ):
            yield f"entries under head {head.id} of {period.month} are not as they were"
        covered_id = head.last_entry_id
    if period.head_entry_id < covered_id:
        yield f"ids under the head of {period.month} are free to be used again"


def _closings_equal_fold(book: _Book) -> Iterator[str]:
    """The closing balances of every sealed period are the fold of all transfers up to its end."""
    by_period: dict[int, list[EntryRow]] = {}
    for row in book.entries.values():
        by_period.setdefault(row.period_id, []).append(row)
    folded: Counter[Address] = Counter()
    for stored in seals(book.village_id):
        moved: set[Address] = set()
        for entry in by_period.get(stored.period_id, ()):
            for transfer in entry.transfers:
                folded[transfer.credit] += transfer.amount
                folded[transfer.debit] -= transfer.amount
                moved |= {transfer.credit, transfer.debit}
        expected = {
            account: balance
            for account, balance in folded.items()
            if balance != 0 or account in moved
        }
        found = closing_rows(stored.period_id)
        for account in sorted(expected.keys() | found.keys()):
            if expected.get(account) != found.get(account):
                yield (
                    f"{account} closed {stored.month} at {found.get(account)},"
                    f" its transfers give {expected.get(account)}"
                )


def _witnesses_agree(book: _Book) -> Iterator[str]:
    """Each award, redemption and stock movement points to an entry that says the same; no entry of
    those kinds is without one, and none was reversed without its feature knowing.
    """
    claimed: dict[str, str] = {}
    known: set[int] = set()
    for source in witness_sources():
        claimed.update(dict.fromkeys(source.kinds, source.name))
        for witness in source.testify(book.village_id):
            yield from _compare(witness, book.entries.get(witness.entry_id))
            known.add(witness.entry_id)
    for row in book.entries.values():
        if row.id in known:
            continue
        if row.kind in claimed:
            yield f"entry {row.id} ({row.kind}) is known to nobody in {claimed[row.kind]}"
        original = book.entries.get(row.reverses_id or 0)
        if original is not None and original.kind in claimed:
            yield (
                f"entry {row.id} reverses entry {original.id} ({original.kind}),"
                f" which nobody in {claimed[original.kind]} knows"
            )


def _compare(witness: Witness, found: EntryRow | None) -> Iterable[str]:
    if found is None:
        yield f"{witness.label} points to entry {witness.entry_id}, which is not there"
    elif sorted(found.drafts) != sorted(witness.transfers):
        yield f"{witness.label} and entry {witness.entry_id} do not say the same"


_PASSES: dict[str, Callable[[_Book], Iterable[str]]] = {
    "zero_sums": _zero_sums,
    "balances_equal_fold": _balances_equal_fold,
    "floors_at_every_step": _floors_at_every_step,
    "reversals_exact": _reversals_exact,
    "entries_say_what_was_asked": _entries_say_what_was_asked,
    "periods_in_order": _periods_in_order,
    "entries_in_periods": _entries_in_periods,
    "seals_recompute": _seals_recompute,
    "heads_recompute": _heads_recompute,
    "closings_equal_fold": _closings_equal_fold,
    "witnesses_agree": _witnesses_agree,
}
