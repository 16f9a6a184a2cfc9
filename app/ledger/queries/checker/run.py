"""Running the passes over one book, or over all of them."""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select

from app.extensions import db
from app.kit.errors import DomainError
from app.ledger.models import LedgerPeriod

from .accounts import accounts_readable, balances_equal_fold, floors_at_every_step, zero_sums
from .book import Book
from .entries import (
    entries_in_periods,
    entries_say_what_was_asked,
    returns_within_originals,
    reversals_exact,
    witnesses_agree,
)
from .faults import Fault
from .periods import (
    closings_equal_fold,
    heads_recompute,
    openings_under_seal,
    periods_in_order,
    seals_recompute,
)
from .strays import rows_in_books

PASSES: dict[str, Callable[[Book], Iterable[Fault]]] = {
    "accounts_readable": accounts_readable,
    "zero_sums": zero_sums,
    "balances_equal_fold": balances_equal_fold,
    "floors_at_every_step": floors_at_every_step,
    "reversals_exact": reversals_exact,
    "returns_within_originals": returns_within_originals,
    "entries_say_what_was_asked": entries_say_what_was_asked,
    "periods_in_order": periods_in_order,
    "entries_in_periods": entries_in_periods,
    "seals_recompute": seals_recompute,
    "heads_recompute": heads_recompute,
    "closings_equal_fold": closings_equal_fold,
    "witnesses_agree": witnesses_agree,
}
"""Passes over one book."""
ROWS_IN_BOOKS = rows_in_books.__name__
_BEFORE_A_CLOSE = PASSES | {"openings_under_seal": openings_under_seal}
_NO_VILLAGE = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold: which pass found it, in which village's book (0 for rows
    that are in none), and what it is.
    """

    pass_name: str
    village_id: int
    fault: Fault

    @property
    def detail(self) -> str:
        """The fault as a sentence."""
        return self.fault.detail


def check(
    village_ids: Sequence[int] | None = None,
    *,
    progress: Callable[[], None] = lambda: None,
) -> list[Finding]:
    """Run every pass over the villages' books; changes nothing.

    Without villages: over all books, and over the rows that are in none. `progress` is called
    after each pass of each village, see `passes_count`. Where others may be posting meanwhile,
    call `view_one_instant` first.
    """
    findings: list[Finding] = []
    for village_id in books() if village_ids is None else village_ids:
        with _uncollected():
            book = Book(village_id)
            for name, run in PASSES.items():
                findings.extend(_findings(name, village_id, partial(run, book)))
                progress()
    if village_ids is None:
        findings.extend(check_strays())
        progress()
    return findings


def check_strays() -> list[Finding]:
    """What is wrong with rows that are in no village's book."""
    return _findings(ROWS_IN_BOOKS, _NO_VILLAGE, rows_in_books)


def check_open_month(village_id: int) -> list[Finding]:
    """Run every pass over what the next seal of a village will be taken over: its open month, and
    the closing balances under the last seal. Changes nothing.

    It costs the same however old the book is; what was sealed earlier is read by `check`.
    """
    book = Book(village_id, only_open=True)
    return [
        finding
        for name, run in _BEFORE_A_CLOSE.items()
        for finding in _findings(name, village_id, partial(run, book))
    ]


def passes_count(village_ids: Sequence[int] | None = None) -> int:
    """How often `check` will call its progress callback."""
    if village_ids is None:
        return len(books()) * len(PASSES) + 1
    return len(village_ids) * len(PASSES)


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


@contextmanager
def _uncollected() -> Iterator[None]:
    """A book is a million small objects that live as long as it is read: looking among them for
    cycles, again and again, costs a fifth of the check.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _findings(name: str, village_id: int, run: Callable[[], Iterable[Fault]]) -> list[Finding]:
    try:
        return [Finding(name, village_id, fault) for fault in run()]
    except (ValueError, TypeError, AttributeError, OverflowError, DomainError) as error:
        # Something that the books never contain: an unknown purpose, a text where a number was.
        unreadable = Fault("", "", f"a row cannot be read: {error}")
        return [Finding(name, village_id, unreadable)]
