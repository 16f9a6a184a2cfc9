"""Passes over periods, their seals and the heads between them."""

import itertools
from collections import Counter
from collections.abc import Iterator

from app.kit.month import Month
from app.ledger.domain.canonical import BalanceRow, balance_bytes
from app.ledger.domain.merkle import leaf_hash, root
from app.ledger.domain.sealing import Leaf, compare_leaves, pack_leaves, unpack_leaves
from app.ledger.models import (
    LedgerAccount,
    LedgerClosing,
    LedgerEntry,
    LedgerHead,
    LedgerPeriod,
    LedgerSeal,
)
from app.ledger.queries.heads import head_record, heads
from app.ledger.queries.seals import differences, header_of

from .book import Book, Moved
from .faults import Fault


def periods_in_order(book: Book) -> Iterator[Fault]:
    """Months follow each other without a gap, each opened by whoever closed the one before and at
    that instant; the last is open, the others closed and sealed.
    """
    sealed = {seal.period_id: seal for seal in book.seals}
    for number, period in enumerate(book.periods, start=1):
        if period.number != number:
            yield _fault(period, f"has number {period.number}, it is the {number}. of its village")
    for earlier, later in itertools.pairwise(book.periods):
        yield from _follows(earlier, later)
        seal = sealed.get(earlier.id)
        if earlier.closed_at is None or seal is None:
            yield _fault(earlier, "is not closed and sealed")
        elif seal.sealed_at != earlier.closed_at:
            yield _seal_fault(seal, "was not written when its month was closed")
    for last in book.periods[-1:]:
        if last.closed_at is not None or last.closed_by is not None or last.id in sealed:
            yield _fault(last, "is the last one and not open")
    known = {period.id for period in book.periods}
    for seal in book.seals:
        if seal.period_id not in known:
            yield _seal_fault(seal, "is of no period of its village")


def _follows(earlier: LedgerPeriod, later: LedgerPeriod) -> Iterator[Fault]:
    for period in (earlier, later):
        if _month(period) is None:
            yield _fault(period, f"is of a month that cannot be read: {period.month}")
    before = _month(earlier)
    if before is not None and before.next != _month(later):
        yield _fault(later, f"does not follow {earlier.month}")
    if (later.opened_at, later.opened_by) != (earlier.closed_at, earlier.closed_by):
        yield _fault(earlier, f"was not closed when and by whom {later.month} was opened")
        yield _fault(later, f"was not opened when and by whom {earlier.month} was closed")


def seals_recompute(book: Book) -> Iterator[Fault]:
    """Every seal follows from the rows and from the seal before it; where one does not, the leaves
    that are kept beside it say which rows were changed, removed or added.
    """
    for stored in book.read_seals:
        computed = book.computed.get(stored.period_id)
        if computed is None:
            continue
        wrong = differences(stored, computed.header)
        if stored.village_id != book.village_id:
            wrong.append("village_id")
        if wrong:
            yield _seal_fault(stored, f"differs in {', '.join(wrong)}")
        entry_leaves, balance_leaves = book.leaves[stored.period_id]
        for kept, found, expected_root, fault in (
            (entry_leaves, computed.entry_leaves, stored.entries_root, _sealed_entry_fault),
            (
                balance_leaves,
                computed.balance_leaves(book.account_ids),
                stored.balances_root,
                _sealed_balance_fault,
            ),
        ):
            if kept == pack_leaves(found):
                # Their root is the computed one, which was compared above.
                continue
            if root([leaf for _, leaf in unpack_leaves(kept)]) != expected_root:
                yield _seal_fault(stored, "does not have the leaves that are kept beside it")
            for row_id, what in compare_leaves(unpack_leaves(kept), found):
                yield fault(stored, row_id, what)


def _sealed_entry_fault(stored: LedgerSeal, entry_id: int, what: str) -> Fault:
    return _entry_fault(entry_id, f"{what} since {stored.month} was sealed")


def _sealed_balance_fault(stored: LedgerSeal, account_id: int, what: str) -> Fault:
    return Fault(
        LedgerAccount.__tablename__,
        str(account_id),
        f"account {account_id} or what it closed {stored.month} with {what} since",
    )


def heads_recompute(book: Book) -> Iterator[Fault]:
    """The entries under the heads of every period are as they were when these were written, and
    new ids go above them.
    """
    below = book.last_sealed_id
    before: LedgerHead | LedgerSeal | None = book.basis
    sealed = {seal.period_id: seal for seal in book.read_seals}
    for period in book.read_periods:
        leaves = book.computed[period.id].entry_leaves
        covered: list[Leaf] = []
        for head in heads(period.id):
            since = len(covered)
            covered = [leaf for leaf in leaves if leaf[0] <= head.last_entry_id]
            yield from _head_faults(period, head, before, covered, since)
            before, below = head, head.last_entry_id
        if period.head_entry_id != below:
            yield _fault(
                period, f"takes ids above {period.head_entry_id}, its last head ends at {below}"
            )
        seal = before = sealed.get(period.id)
        below = max(below, 0 if seal is None else seal.last_entry_id)


def _head_faults(
    period: LedgerPeriod,
    head: LedgerHead,
    before: LedgerHead | LedgerSeal | None,
    covered: list[Leaf],
    since: int,
) -> Iterator[Fault]:
    """`covered` are the entries that should be under the head, the first `since` of them under the
    one before too.
    """
    told = f"head {head.id} of {period.month}"
    as_found = (period.village_id, len(covered), root([leaf for _, leaf in covered]))
    if (head.village_id, head.entry_count, head.entries_root) != as_found:
        yield _head_fault(head, f"{told} is not over the entries that are there")
    if head_record(period, head, before).digest != head.digest:
        yield _head_fault(head, f"{told} or what came before it is not as it was written")
    kept = unpack_leaves(head.leaves)
    if kept != covered[since:]:
        yield _head_fault(head, f"{told} has other leaves than the entries that are there")
    for entry_id, what in compare_leaves(kept, covered[since:]):
        yield _entry_fault(entry_id, f"{what} since {told} was written")


def closings_equal_fold(book: Book) -> Iterator[Fault]:
    """The closing balances of every sealed period are the fold of all transfers up to its end."""
    transfers: dict[int, list[Moved]] = {seal.period_id: [] for seal in book.read_seals}
    for row in book.moved:
        if row.period_id in transfers:
            transfers[row.period_id].append(row)
    folded: Counter[int] = Counter()
    for stored in book.read_seals:
        touched: set[int] = set()
        for _, _, _, _, debit_id, credit_id, _, amount in transfers[stored.period_id]:
            folded[debit_id] -= amount
            folded[credit_id] += amount
            touched.update((debit_id, credit_id))
        expected = {
            account_id: balance
            for account_id, balance in folded.items()
            if balance != 0 or account_id in touched
        }
        for account_id, balance in book.closings[stored.period_id].items():
            due = expected.pop(account_id, None)
            if due != balance:
                yield _closing_fault(stored, account_id, balance, due)
        for account_id, due in expected.items():
            yield _closing_fault(stored, account_id, None, due)


def openings_under_seal(book: Book) -> Iterator[Fault]:
    """What the open month goes on from is under the last seal, and each seal under the next.

    Whoever reads the book from its first row on has recomputed both, see `seals_recompute`.
    """
    for stored in book.seals:
        if header_of(stored).digest != stored.digest:
            yield _seal_fault(stored, "is not what its digest was taken over")
    for earlier, later in itertools.pairwise(book.seals):
        if later.previous_digest != earlier.digest:
            yield _seal_fault(later, f"does not go on from that of {earlier.month}")
    if book.basis is None:
        return
    stored = book.basis
    closed = book.closed(stored)
    hashes = [
        leaf_hash(
            balance_bytes(BalanceRow(account, closed[account]), stored.period_number, stored.secret)
        )
        for account in sorted(closed)
    ]
    if (len(hashes), root(hashes)) != (stored.balance_count, stored.balances_root):
        yield _seal_fault(stored, "is not over the closing balances that are there")


def _closing_fault(
    stored: LedgerSeal, account_id: int, balance: int | None, due: int | None
) -> Fault:
    return Fault(
        LedgerClosing.__tablename__,
        f"{stored.period_id}/{account_id}",
        f"account {account_id} closed {stored.month} at {balance}, its transfers give {due}",
    )


def _month(period: LedgerPeriod) -> Month | None:
    try:
        return Month.parse(period.month)
    except ValueError:
        return None


def _fault(period: LedgerPeriod, what: str) -> Fault:
    return Fault(LedgerPeriod.__tablename__, str(period.id), f"period {period.month} {what}")


def _seal_fault(seal: LedgerSeal, what: str) -> Fault:
    return Fault(LedgerSeal.__tablename__, str(seal.period_id), f"the seal of {seal.month} {what}")


def _head_fault(head: LedgerHead, said: str) -> Fault:
    return Fault(LedgerHead.__tablename__, str(head.id), said)


def _entry_fault(entry_id: int, what: str) -> Fault:
    return Fault(LedgerEntry.__tablename__, str(entry_id), f"entry {entry_id} {what}")
