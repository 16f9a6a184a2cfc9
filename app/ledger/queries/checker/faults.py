"""What a pass hands over, and the book it reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from sqlalchemy import select

from app.extensions import db
from app.ledger.domain.accounts import Address
from app.ledger.domain.canonical import EntryRow
from app.ledger.domain.sealing import ComputedSeal
from app.ledger.models import LedgerClosing, LedgerPeriod, LedgerSeal
from app.ledger.queries.accounts import find_addresses
from app.ledger.queries.entries import entries
from app.ledger.queries.periods import periods
from app.ledger.queries.seals import seal_after, seals


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

    @cached_property
    def closings(self) -> dict[int, list["Closing"]]:
        """The closing balances of every sealed period by its id, in the order of accounts."""
        closing = LedgerClosing
        rows = db.session.execute(
            select(closing.period_id, closing.account_id, closing.balance)
            .where(closing.period_id.in_([seal.period_id for seal in self.seals]))
            .order_by(closing.period_id, closing.account_id)
        ).all()
        addresses = find_addresses({row[1] for row in rows})
        found: dict[int, list[Closing]] = {seal.period_id: [] for seal in self.seals}
        for period_id, account_id, balance in rows:
            found[period_id].append(Closing(account_id, addresses.get(account_id), balance))
        return found

    @cached_property
    def computed(self) -> dict[int, ComputedSeal]:
        """Every period as its rows would be sealed now, by its id; the open one too."""
        by_number = {seal.period_number: seal for seal in self.seals}
        found: dict[int, ComputedSeal] = {}
        for period in self.periods:
            previous = by_number.get(period.number - 1)
            closed = [] if previous is None else self.closings[previous.period_id]
            found[period.id] = seal_after(
                previous,
                period,
                openings={row.account: row.balance for row in closed if row.account is not None},
                posted=self.entries_by_period.get(period.id, []),
            )
        return found


class Closing(NamedTuple):
    """A closing balance as it was written; `account` is None when there is no such account."""

    account_id: int
    account: Address | None
    balance: int
