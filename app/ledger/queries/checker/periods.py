"""Passes over periods, their seals and the heads between them."""

import itertools
from collections import Counter
from collections.abc import Iterator

from app.kit.month import Month
from app.ledger.domain.accounts import Address
from app.ledger.domain.sealing import entries_root
from app.ledger.models import (
    LedgerClosing,
    LedgerHead,
    LedgerPeriod,
    LedgerSeal,
)
from app.ledger.queries.accounts import find_accounts
from app.ledger.queries.heads import heads
from app.ledger.queries.seals import differences, seal_after

from .faults import Book, Fault


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
            yield Fault(
                LedgerSeal.__tablename__,
                str(seal.period_id),
                f"the seal of {seal.month} was not written when its month was closed",
            )
    for last in book.periods[-1:]:
        if last.closed_at is not None or last.closed_by is not None or last.id in sealed:
            yield _fault(last, "is the last one and not open")
    known = {period.id for period in book.periods}
    for seal in book.seals:
        if seal.period_id not in known:
            yield Fault(
                LedgerSeal.__tablename__,
                str(seal.period_id),
                f"the seal of {seal.month} is of no period of its village",
            )


def _follows(earlier: LedgerPeriod, later: LedgerPeriod) -> Iterator[Fault]:
    for period in (earlier, later):
        if _month(period) is None:
            yield _fault(period, f"is of a month that cannot be read: {period.month}")
    before = _month(earlier)
    if before is not None and before.next != _month(later):
        yield _fault(later, f"does not follow {earlier.month}")
    if (later.opened_at, later.opened_by) != (earlier.closed_at, earlier.closed_by):
        yield _fault(later, f"was not opened by the close of {earlier.month}")


def seals_recompute(book: Book) -> Iterator[Fault]:
    """Every seal follows from the rows and from the seal before it."""
    periods = {period.id: period for period in book.periods}
    by_number = {seal.period_number: seal for seal in book.seals}
    for stored in book.seals:
        period = periods.get(stored.period_id)
        if period is None:
            continue
        previous = by_number.get(period.number - 1)
        closed = [] if previous is None else book.closings[previous.period_id]
        computed = seal_after(
            previous,
            period,
            openings={row.account: row.balance for row in closed if row.account is not None},
            posted=book.entries_by_period.get(period.id, []),
        )
        wrong = differences(stored, computed.header)
        if wrong:
            yield Fault(
                LedgerSeal.__tablename__,
                str(stored.period_id),
                f"the seal of {stored.month} differs in {', '.join(wrong)}",
            )


def heads_recompute(book: Book) -> Iterator[Fault]:
    """The entries under the heads of every period are as they were when these were written, and
    new ids go above them.
    """
    below = 0
    last_entry_ids = {seal.period_id: seal.last_entry_id for seal in book.seals}
    for period in book.periods:
        posted = book.entries_by_period.get(period.id, [])
        for head in heads(period.id):
            below = head.last_entry_id
            covered = [row for row in posted if row.id <= head.last_entry_id]
            if (head.village_id, head.entry_count, head.entries_root) != (
                period.village_id,
                len(covered),
                entries_root(covered, period.number),
            ):
                yield Fault(
                    LedgerHead.__tablename__,
                    str(head.id),
                    f"entries under head {head.id} of {period.month} are not as they were",
                )
        if period.head_entry_id != below:
            yield _fault(
                period, f"takes ids above {period.head_entry_id}, its last head ends at {below}"
            )
        below = max(below, last_entry_ids.get(period.id, 0))


def closings_equal_fold(book: Book) -> Iterator[Fault]:
    """The closing balances of every sealed period are the fold of all transfers up to its end."""
    folded: Counter[Address] = Counter()
    for stored in book.seals:
        moved: set[Address] = set()
        for entry in book.entries_by_period.get(stored.period_id, ()):
            for transfer in entry.transfers:
                folded[transfer.credit] += transfer.amount
                folded[transfer.debit] -= transfer.amount
                moved.add(transfer.credit)
                moved.add(transfer.debit)
        expected = {
            account: balance
            for account, balance in folded.items()
            if balance != 0 or account in moved
        }
        for account_id, account, balance in book.closings[stored.period_id]:
            due = None if account is None else expected.pop(account, None)
            if due != balance:
                yield _closing_fault(stored, account_id, balance, due)
        missing = find_accounts(expected)
        for account, due in expected.items():
            yield _closing_fault(stored, missing.get(account, 0), None, due)


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
