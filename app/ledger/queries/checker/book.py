"""The book that the passes read, whole or its open month; what several read is read once."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import Executable, select

from app.extensions import db
from app.ledger.domain.accounts import Address
from app.ledger.domain.canonical import EntryRow, TransferRow, request_digest
from app.ledger.domain.drafts import EntryKind
from app.ledger.domain.sealing import ComputedSeal
from app.ledger.models import (
    LedgerAccount,
    LedgerBalance,
    LedgerClosing,
    LedgerEntry,
    LedgerPeriod,
    LedgerSeal,
    LedgerTransfer,
)
from app.ledger.queries.accounts import address_columns, find_addresses, to_address
from app.ledger.queries.entries import NOWHERE, entry_rows, with_corrections
from app.ledger.queries.periods import periods
from app.ledger.queries.seals import seal_after, seals


class Moved(NamedTuple):
    """A transfer as its row has it, except for the memory of a table."""

    id: int
    entry_id: int
    village_id: int
    period_id: int
    debit_account_id: int
    credit_account_id: int
    unit_id: int
    amount: int


class Held(NamedTuple):
    """An account of the village with its balance row; `version` is None when it has none."""

    account_id: int
    purpose: int
    balance: int | None
    version: int | None
    floor: int | None
    ceiling: int | None


class Book:
    """A village's book from its first row on; with `only_open` its open month alone, which goes on
    from the last seal.
    """

    def __init__(self, village_id: int, *, only_open: bool = False) -> None:
        self.village_id = village_id
        self.only_open = only_open

    @cached_property
    def periods(self) -> Sequence[LedgerPeriod]:
        """All, oldest first."""
        return periods(self.village_id)

    @cached_property
    def seals(self) -> Sequence[LedgerSeal]:
        """All, oldest first."""
        return seals(self.village_id)

    @cached_property
    def basis(self) -> LedgerSeal | None:
        """The seal whose closing balances the rows go on from; None where nothing came before."""
        return self.seals[-1] if self.only_open and self.seals else None

    @cached_property
    def read_periods(self) -> list[LedgerPeriod]:
        """Those whose entries are read, oldest first."""
        return [each for each in self.periods if not self.only_open or each.closed_at is None]

    @cached_property
    def read_seals(self) -> list[LedgerSeal]:
        """The seals over entries that are read, oldest first."""
        return [] if self.only_open else list(self.seals)

    @cached_property
    def last_sealed_id(self) -> int:
        """No entry under a seal that is not read has a higher id, and those that are read do."""
        return max((seal.last_entry_id for seal in self.seals), default=0) if self.only_open else 0

    @cached_property
    def moved(self) -> Sequence[Moved]:
        """The transfers in the periods that are read, in the order of their ids."""
        row = LedgerTransfer
        return _rows(
            select(*(getattr(row, name) for name in Moved._fields))
            .where(row.period_id.in_([period.id for period in self.read_periods]))
            .order_by(row.id)
        )

    @cached_property
    def addresses(self) -> dict[int, Address]:
        """The accounts of the village, and others that its rows name, by id."""
        account = LedgerAccount
        rows = _rows(
            select(account.id, *address_columns(account)).where(
                account.village_id == self.village_id
            )
        )
        found = {row[0]: to_address(row[1:]) for row in rows}
        named = {account_id for closed in self.closings.values() for account_id in closed}
        for _, _, _, _, debit_id, credit_id, _, _ in self.moved:
            named.add(debit_id)
            named.add(credit_id)
        return found | find_addresses(named - found.keys())

    @cached_property
    def account_ids(self) -> dict[Address, int]:
        """The same the other way round."""
        return {address: account_id for account_id, address in self.addresses.items()}

    @cached_property
    def entries(self) -> dict[int, EntryRow]:
        """The entries of the periods that are read, in the order of their ids; of a whole book also
        those that are in no period of it.
        """
        addresses = self.addresses
        transfers: dict[int, list[TransferRow]] = {}
        for row_id, entry_id, _, _, debit_id, credit_id, _, amount in self.moved:
            debit, credit = addresses.get(debit_id, NOWHERE), addresses.get(credit_id, NOWHERE)
            transfers.setdefault(entry_id, []).append(TransferRow(row_id, debit, credit, amount))
        wanted = [LedgerEntry.village_id == self.village_id]
        if self.only_open:
            wanted.append(LedgerEntry.period_id.in_([each.id for each in self.read_periods]))
        return {row.id: row for row in entry_rows(wanted, transfers)}

    @cached_property
    def entries_by_period(self) -> dict[int, list[EntryRow]]:
        """The same by the id of their period."""
        found: dict[int, list[EntryRow]] = {}
        for row in self.entries.values():
            found.setdefault(row.period_id, []).append(row)
        return found

    @cached_property
    def changed_entries(self) -> list[int]:
        """The ids of entries that are not what was asked for under their keys."""
        return [
            row.id for row in self.entries.values() if request_digest(row) != row.request_digest
        ]

    @cached_property
    def corrected(self) -> dict[int, EntryRow]:
        """The entries that are read, those that they correct, and whatever else corrects these."""
        if not self.only_open:
            return self.entries
        originals = {row.reverses_id for row in self.entries.values() if row.reverses_id}
        originals.update(
            int(row.memo)
            for row in self.entries.values()
            if row.kind == EntryKind.RETURN and row.memo.isdecimal()
        )
        return {row.id: row for row in with_corrections(self.village_id, originals)} | self.entries

    @cached_property
    def closings(self) -> dict[int, dict[int, int]]:
        """The closing balances under `read_seals` and `basis`, by period and account."""
        closing = LedgerClosing
        wanted = [seal.period_id for seal in self.read_seals]
        if self.basis is not None:
            wanted.append(self.basis.period_id)
        found: dict[int, dict[int, int]] = {period_id: {} for period_id in wanted}
        for period_id, account_id, balance in _rows(
            select(closing.period_id, closing.account_id, closing.balance)
            .where(closing.period_id.in_(wanted))
            .order_by(closing.period_id, closing.account_id)
        ):
            found[period_id][account_id] = balance
        return found

    def closed(self, seal: LedgerSeal) -> dict[Address, int]:
        """The closing balances that were written with a seal, of the accounts that there are."""
        addresses = self.addresses
        return {
            addresses[account_id]: balance
            for account_id, balance in self.closings[seal.period_id].items()
            if account_id in addresses
        }

    @cached_property
    def leaves(self) -> dict[int, tuple[bytes, bytes]]:
        """What is kept beside `read_seals`, of entries and of balances, by period."""
        seal = LedgerSeal
        wanted = [each.period_id for each in self.read_seals]
        rows = _rows(
            select(seal.period_id, seal.entry_leaves, seal.balance_leaves).where(
                seal.period_id.in_(wanted)
            )
        )
        return {period_id: (of_entries, of_balances) for period_id, of_entries, of_balances in rows}

    @cached_property
    def openings(self) -> dict[int, int]:
        """What accounts held before the first transfer that is read, by id."""
        if self.basis is None:
            return {}
        return self.closings[self.basis.period_id]

    @cached_property
    def held(self) -> Sequence[Held]:
        """Every account of the village with its balance row."""
        account, row = LedgerAccount, LedgerBalance
        rows = _rows(
            select(account.id, account.purpose, row.balance, row.version, row.floor, row.ceiling)
            .outerjoin(row, row.account_id == account.id)
            .where(account.village_id == self.village_id)
        )
        return [Held(*found) for found in rows]

    @cached_property
    def computed(self) -> dict[int, ComputedSeal]:
        """The periods that are read as their rows would be sealed now, by id; the open one too."""
        by_number = {seal.period_number: seal for seal in self.seals}
        found: dict[int, ComputedSeal] = {}
        for period in self.read_periods:
            previous = by_number.get(period.number - 1)
            found[period.id] = seal_after(
                previous,
                period,
                openings={} if previous is None else self.closed(previous),
                posted=self.entries_by_period.get(period.id, []),
                secret=sealed.secret if (sealed := by_number.get(period.number)) else None,
            )
        return found


def _rows(query: Executable) -> Sequence[Any]:
    # On the connection: the session would take every row in hand once more.
    return db.session.connection().execute(query).all()
