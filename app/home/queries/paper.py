"""The paper passbook: which movement stands in which row, and what is not printed yet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.extensions import db
from app.home.domain import PASSBOOK_ROWS_A_PAGE
from app.home.models import PassbookPrint, PassbookRow
from app.kit.errors import NotFound
from app.kit.points import Tenths

from .passbook import PassbookLine, passbook

_LINES_MAX = 5000
"""More than a household moves in a lifetime; a passbook is read whole, for its balances."""


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A movement in its row, counted from 0 through all pages; `balance` is what the household had
    after it, pending points included.
    """

    row: int
    line: PassbookLine
    balance: Tenths
    print_number: int

    @property
    def page(self) -> int:
        """Counted from 1."""
        return self.row // PASSBOOK_ROWS_A_PAGE + 1


@dataclass(frozen=True, slots=True)
class PaperPassbook:
    """Everything that stands on paper, in its rows, and what is new since, the oldest first."""

    rows: tuple[PaperRow, ...]
    new: tuple[PassbookLine, ...]
    prints: tuple[PassbookPrint, ...]

    @property
    def pages(self) -> int:
        return self.rows[-1].page if self.rows else 0


def paper_passbook(village_id: int, household_id: int) -> PaperPassbook:
    """The paper passbook of a household, as the last print left it.

    Movements within the household (made spendable, put aside) have no row: they change nothing of
    what it has. Which movements were printed is kept one by one, because one that is posted at the
    same moment as a print may have an earlier number.
    """
    lines = passbook(village_id, household_id, limit=_LINES_MAX)[::-1]
    changes = {line.cursor: line for line in lines if line.change}
    kept = db.session.scalars(
        select(PassbookRow)
        .where(PassbookRow.household_id == household_id)
        .order_by(PassbookRow.row)
    ).all()
    prints = db.session.scalars(
        select(PassbookPrint)
        .where(PassbookPrint.household_id == household_id)
        .order_by(PassbookPrint.number)
    ).all()
    printed = {row.transfer_id for row in kept}
    return PaperPassbook(
        rows=tuple(_rows(kept, changes)),
        new=tuple(line for cursor, line in changes.items() if cursor not in printed),
        prints=tuple(prints),
    )


def rows_of_print(book: PaperPassbook, number: int) -> list[PaperRow]:
    """What one print added; NotFound `passbook_print_not_found`."""
    return _found(row for row in book.rows if row.print_number == number)


def rows_of_page(book: PaperPassbook, page: int) -> list[PaperRow]:
    """What stands on a page; NotFound `passbook_print_not_found`."""
    return _found(row for row in book.rows if row.page == page)


def _found(rows: Iterable[PaperRow]) -> list[PaperRow]:
    found = list(rows)
    if not found:
        raise NotFound("passbook_print_not_found")
    return found


def _rows(kept: Sequence[PassbookRow], changes: dict[int, PassbookLine]) -> Iterable[PaperRow]:
    balance = 0
    for each in kept:
        line = changes[each.transfer_id]
        balance += line.change
        yield PaperRow(each.row, line, Tenths(balance), each.print_number)
