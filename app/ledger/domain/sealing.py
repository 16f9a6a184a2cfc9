"""Sealing a period: closing balances, the two trees, and the header whose digest is printed;
proofs that a record is under it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from . import merkle
from .accounts import Address
from .canonical import BalanceRow, EntryRow, SealHeader, balance_bytes, entry_bytes, seal_bytes


@dataclass(frozen=True, slots=True)
class ComputedSeal:
    """A period's seal as its rows give it: entries in the order of ids, balances of accounts."""

    header: SealHeader
    entries: tuple[EntryRow, ...]
    balances: tuple[BalanceRow, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """That one record is under the digest of a seal; `seal` is the seal's own record.

    `app/static/verify_proof.py` checks it without any of this code.
    """

    record: bytes
    inclusion: merkle.InclusionProof
    seal: bytes

    def document(self) -> dict[str, object]:
        """The proof as JSON, bytes in hexadecimal digits."""
        return {
            "record": self.record.hex(),
            "index": self.inclusion.index,
            "path": [beside.hex() for beside in self.inclusion.path],
            "seal": self.seal.hex(),
        }


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
        entries_root=entries_root(entries, period_number),
        balance_count=len(balances),
        balances_root=merkle.root(_leaves(_balance_records(balances, period_number))),
        first_entry_id=entries[0].id if entries else 0,
        last_entry_id=entries[-1].id if entries else 0,
    )
    return ComputedSeal(header, tuple(entries), balances)


def entries_root(entries: Sequence[EntryRow], period_number: int) -> bytes:
    """The root over entries in the order of their ids."""
    return merkle.root(_leaves(_entry_records(entries, period_number)))


def prove_entries(computed: ComputedSeal, entry_ids: Collection[int]) -> list[Proof]:
    """Proofs of those entries that are in the period."""
    records = _entry_records(computed.entries, computed.header.period_number)
    wanted = [index for index, row in enumerate(computed.entries) if row.id in entry_ids]
    return _prove(computed, records, wanted)


def prove_balances(computed: ComputedSeal, owner_id: int) -> list[Proof]:
    """Proofs of all closing balances of an owner."""
    records = _balance_records(computed.balances, computed.header.period_number)
    wanted = [
        index for index, row in enumerate(computed.balances) if row.account.owner_id == owner_id
    ]
    return _prove(computed, records, wanted)


def _prove(computed: ComputedSeal, records: Sequence[bytes], wanted: Sequence[int]) -> list[Proof]:
    leaves, seal = _leaves(records), seal_bytes(computed.header)
    return [Proof(records[index], merkle.prove_inclusion(leaves, index), seal) for index in wanted]


def _entry_records(entries: Sequence[EntryRow], period_number: int) -> list[bytes]:
    return [entry_bytes(row, period_number) for row in entries]


def _balance_records(balances: Sequence[BalanceRow], period_number: int) -> list[bytes]:
    return [balance_bytes(row, period_number) for row in balances]


def _leaves(records: Sequence[bytes]) -> list[bytes]:
    return [merkle.leaf_hash(record) for record in records]
