"""Sealing a period: closing balances, the two trees, and the header whose digest is printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from . import merkle
from .accounts import Address
from .canonical import BalanceRow, EntryRow, SealHeader, balance_bytes, entry_bytes


@dataclass(frozen=True, slots=True)
class ComputedSeal:
    """A period's seal as its rows give it: entries in the order of ids, balances of accounts."""

    header: SealHeader
    entries: tuple[EntryRow, ...]
    balances: tuple[BalanceRow, ...]

    @property
    def entry_records(self) -> list[bytes]:
        return [entry_bytes(row, self.header.period_number) for row in self.entries]

    @property
    def balance_records(self) -> list[bytes]:
        return [balance_bytes(row, self.header.period_number) for row in self.balances]


def closing_balances(
    openings: Mapping[Address, int], entries: Sequence[EntryRow]
) -> tuple[BalanceRow, ...]:
    """The closing balance of every account that moved in the period or does not stand at zero."""
    closing = {account: balance for account, balance in openings.items() if balance != 0}
    for entry in entries:
        for transfer in entry.transfers:
            closing[transfer.debit] = closing.get(transfer.debit, 0) - transfer.amount
            closing[transfer.credit] = closing.get(transfer.credit, 0) + transfer.amount
    return tuple(BalanceRow(account, closing[account]) for account in sorted(closing))


def seal_period(
    *,
    village_id: int,
    period_number: int,
    month: str,
    previous_digest: bytes,
    openings: Mapping[Address, int],
    entries: Sequence[EntryRow],
) -> ComputedSeal:
    """The seal of a period; `openings` are the closing balances under the previous digest."""
    balances = closing_balances(openings, entries)
    header = SealHeader(
        village_id=village_id,
        period_number=period_number,
        month=month,
        previous_digest=previous_digest,
        entry_count=len(entries),
        entries_root=_root([entry_bytes(row, period_number) for row in entries]),
        balance_count=len(balances),
        balances_root=_root([balance_bytes(row, period_number) for row in balances]),
        first_entry_id=entries[0].id if entries else 0,
        last_entry_id=entries[-1].id if entries else 0,
    )
    return ComputedSeal(header, tuple(entries), balances)


def _root(records: Sequence[bytes]) -> bytes:
    return merkle.root([merkle.leaf_hash(record) for record in records])
