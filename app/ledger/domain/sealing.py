"""Sealing a period: closing balances, the two trees, and the header whose digest is printed;
proofs that a record is under it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from . import merkle
from .accounts import Address
from .canonical import BalanceRow, EntryRow, SealHeader, balance_bytes, entry_bytes, seal_bytes

_LEAF_SIZE = 8 + 32
SECRET_BYTES = 32

Leaf = tuple[int, bytes]
"""The id of an entry, or of the account of a closing balance, and the hash of its record."""


@dataclass(frozen=True, slots=True)
class ComputedSeal:
    """A period's seal as its rows give it: entries in the order of ids, balances of accounts, the
    secret that blinds them, and the leaf hashes of both.
    """

    header: SealHeader
    entries: tuple[EntryRow, ...]
    balances: tuple[BalanceRow, ...]
    secret: bytes | None
    entry_hashes: tuple[bytes, ...]
    balance_hashes: tuple[bytes, ...]

    @property
    def entry_leaves(self) -> list[Leaf]:
        """The leaves of the entries."""
        return [(row.id, leaf) for row, leaf in zip(self.entries, self.entry_hashes, strict=True)]

    def balance_leaves(self, account_ids: Mapping[Address, int]) -> list[Leaf]:
        """The leaves of the closing balances; an account without an id is one that is gone."""
        return [
            (account_ids.get(row.account, 0), leaf)
            for row, leaf in zip(self.balances, self.balance_hashes, strict=True)
        ]


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


@dataclass(frozen=True, slots=True)
class Growth:
    """That the entries which were under an earlier root are the first ones of what came of them:
    of a later head, or of the seal when the month is closed.
    """

    earlier_count: int
    earlier_root: bytes
    later_count: int
    later_root: bytes
    path: tuple[bytes, ...]
    seal: bytes | None

    def document(self) -> dict[str, object]:
        """The proof as JSON, bytes in hexadecimal digits."""
        later: dict[str, object] = (
            {"later_entries": self.later_count, "later_root": self.later_root.hex()}
            if self.seal is None
            else {"seal": self.seal.hex()}
        )
        return {
            "earlier_entries": self.earlier_count,
            "earlier_root": self.earlier_root.hex(),
            "path": [beside.hex() for beside in self.path],
        } | later


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
    secret: bytes | None,
) -> ComputedSeal:
    """The seal of a period; `openings` are the closing balances under the previous digest, and
    `secret` what blinds those of this one, None where they are not blinded.
    """
    balances = closing_balances(openings, entries)
    entry_hashes = hashes_of(entries, period_number)
    balance_hashes = tuple(
        merkle.leaf_hash(balance_bytes(row, period_number, secret)) for row in balances
    )
    header = SealHeader(
        village_id=village_id,
        period_number=period_number,
        month=month,
        previous_digest=previous_digest,
        entry_count=len(entries),
        entries_root=merkle.root(entry_hashes),
        balance_count=len(balances),
        balances_root=merkle.root(balance_hashes),
        first_entry_id=entries[0].id if entries else 0,
        last_entry_id=entries[-1].id if entries else 0,
    )
    return ComputedSeal(header, tuple(entries), balances, secret, entry_hashes, balance_hashes)


def hashes_of(entries: Sequence[EntryRow], period_number: int) -> tuple[bytes, ...]:
    """The leaf hashes of entries."""
    return tuple(merkle.leaf_hash(entry_bytes(row, period_number)) for row in entries)


def pack_leaves(leaves: Iterable[Leaf]) -> bytes:
    """Leaves as they are kept beside a root: 8 bytes of id and 32 of hash each.

    A root says that something is not as it was; the leaves under it say what.
    """
    return b"".join(row_id.to_bytes(8, "big") + leaf for row_id, leaf in leaves)


def unpack_leaves(packed: bytes) -> list[Leaf]:
    """What `pack_leaves` packed; ValueError when a piece is missing."""
    if len(packed) % _LEAF_SIZE:
        raise ValueError("leaves are cut off")
    return [
        (int.from_bytes(packed[start : start + 8], "big"), packed[start + 8 : start + _LEAF_SIZE])
        for start in range(0, len(packed), _LEAF_SIZE)
    ]


def compare_leaves(kept: Sequence[Leaf], found: Sequence[Leaf]) -> Iterator[tuple[int, str]]:
    """The ids of rows that are not as they were, and what became of each."""
    before, now = dict(kept), dict(found)
    for row_id, leaf in before.items():
        if row_id not in now:
            yield row_id, "was removed"
        elif now[row_id] != leaf:
            yield row_id, "was changed"
    for row_id in now:
        if row_id not in before:
            yield row_id, "was added"


def prove_growth(computed: ComputedSeal, earlier_count: int, *, sealed: bool) -> Growth:
    """The proof that the first entries of a period are still its first ones; IndexError when it
    has not so many. Without a seal, what they grew to is the root over all entries.
    """
    hashes = computed.entry_hashes
    return Growth(
        earlier_count=earlier_count,
        earlier_root=merkle.root(hashes[:earlier_count]),
        later_count=len(hashes),
        later_root=computed.header.entries_root,
        path=merkle.prove_growth(hashes, earlier_count),
        seal=seal_bytes(computed.header) if sealed else None,
    )


def chain_document(seals: Iterable[SealHeader]) -> dict[str, object]:
    """Seals of consecutive months as JSON: each carries the digest of the one before."""
    return {"seals": [seal_bytes(seal).hex() for seal in seals]}


def prove_entries(computed: ComputedSeal, entry_ids: Collection[int]) -> list[Proof]:
    """Proofs of those entries that are in the period."""
    number, seal = computed.header.period_number, seal_bytes(computed.header)
    return [
        Proof(entry_bytes(row, number), merkle.prove_inclusion(computed.entry_hashes, index), seal)
        for index, row in enumerate(computed.entries)
        if row.id in entry_ids
    ]


def prove_owner(computed: ComputedSeal, owner_id: int) -> list[Proof]:
    """Proofs of all closing balances of an owner."""
    owned = {row.account for row in computed.balances if row.account.owner_id == owner_id}
    return prove_balances(computed, owned)


def prove_balances(computed: ComputedSeal, accounts: Collection[Address]) -> list[Proof]:
    """Proofs of the closing balances of those accounts that have one under the seal."""
    number, seal = computed.header.period_number, seal_bytes(computed.header)
    return [
        Proof(
            balance_bytes(row, number, computed.secret),
            merkle.prove_inclusion(computed.balance_hashes, index),
            seal,
        )
        for index, row in enumerate(computed.balances)
        if row.account in accounts
    ]
