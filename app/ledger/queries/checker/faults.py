"""What a pass hands over, and the book it reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from app.ledger.domain.canonical import EntryRow
from app.ledger.models import LedgerPeriod, LedgerSeal
from app.ledger.queries.entries import entries
from app.ledger.queries.periods import periods
from app.ledger.queries.seals import seals


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not hold.

    `row` is the primary key of the row in `table` that it is about (its parts joined by "/"), or
    "unit …" or "village …" for what no single row can be blamed for; `detail` is a sentence.
    """

    table: str
    row: str
    detail: str


class Book:
    """A village's book; what several passes read is read once."""

    def __init__(self, village_id: int) -> None:
        self.village_id = village_id

    @cached_property
    def entries(self) -> dict[int, EntryRow]:
        """All entries in the order of their ids."""
        return {row.id: row for row in entries(self.village_id)}

    @cached_property
    def entries_by_period(self) -> dict[int, list[EntryRow]]:
        """The same by the id of their period."""
        found: dict[int, list[EntryRow]] = {}
        for row in self.entries.values():
            found.setdefault(row.period_id, []).append(row)
        return found

    @cached_property
    def periods(self) -> Sequence[LedgerPeriod]:
        """Oldest first."""
        return periods(self.village_id)

    @cached_property
    def seals(self) -> Sequence[LedgerSeal]:
        """Oldest first."""
        return seals(self.village_id)
