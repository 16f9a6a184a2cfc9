"""The bytes that a seal covers. This layout is version 1 and never changes.

Integers are big-endian; i64 is signed 64 bit, u32 and u8 are unsigned. A text is its UTF-8 bytes
behind their number as u32. An absent id is 0. Dates are days since 1970-01-01, instants are
microseconds since 1970-01-01 UTC.

Entry row:    u8 1 · i64 id · i64 village · i64 period · text kind · i64 occurred_on ·
              i64 posted_at · i64 actor · text idempotency key · 32 bytes request digest ·
              i64 reverses · i64 rule version · text memo · u32 number of transfers, then each in
              the order of ids: i64 id · i64 debit account · i64 credit account · i64 unit ·
              i64 amount
Balance row:  u8 2 · i64 account · u8 owner kind · i64 owner · u8 purpose · i64 unit ·
              i64 closing balance
Seal header:  u8 3 · i64 village · u32 period number · text month · 32 bytes previous digest
              (zeros for the first) · u32 entries · 32 bytes entries root · u32 balances ·
              32 bytes balances root · i64 first entry · i64 last entry (0 when there is none)

Rows are ordered by entry id and by account id. The digest of a period is the SHA-256 of its
seal header.
"""

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

NO_DIGEST = bytes(32)

_ENTRY, _BALANCE, _SEAL = 1, 2, 3
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = _EPOCH.date()


@dataclass(frozen=True, slots=True)
class TransferRow:
    """A written transfer."""

    id: int
    debit_account_id: int
    credit_account_id: int
    unit_id: int
    amount: int


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A written entry with its transfers in the order of their ids."""

    id: int
    village_id: int
    period_id: int
    kind: str
    occurred_on: date
    posted_at: datetime
    actor_id: int
    idempotency_key: str
    request_digest: bytes
    reverses_id: int | None
    rule_version_id: int | None
    memo: str
    transfers: tuple[TransferRow, ...]


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """An account's closing balance."""

    account_id: int
    owner_kind: int
    owner_id: int
    purpose: int
    unit_id: int
    balance: int


@dataclass(frozen=True, slots=True)
class SealHeader:
    """What the digest of a period is taken over."""

    village_id: int
    period_number: int
    month: str
    previous_digest: bytes
    entry_count: int
    entries_root: bytes
    balance_count: int
    balances_root: bytes
    first_entry_id: int
    last_entry_id: int

    @property
    def digest(self) -> bytes:
        """SHA-256 of the header's bytes: what the notice prints."""
        return hashlib.sha256(seal_bytes(self)).digest()


def entry_bytes(entry: EntryRow) -> bytes:
    """Canonical bytes of an entry with its transfers."""
    parts = [
        struct.pack(">Bqqq", _ENTRY, entry.id, entry.village_id, entry.period_id),
        _text(entry.kind),
        struct.pack(
            ">qqq",
            (entry.occurred_on - _EPOCH_DAY).days,
            _microseconds(entry.posted_at),
            entry.actor_id,
        ),
        _text(entry.idempotency_key),
        entry.request_digest,
        struct.pack(">qq", entry.reverses_id or 0, entry.rule_version_id or 0),
        _text(entry.memo),
        struct.pack(">I", len(entry.transfers)),
    ]
    parts.extend(
        struct.pack(
            ">qqqqq",
            transfer.id,
            transfer.debit_account_id,
            transfer.credit_account_id,
            transfer.unit_id,
            transfer.amount,
        )
        for transfer in entry.transfers
    )
    return b"".join(parts)


def balance_bytes(row: BalanceRow) -> bytes:
    """Canonical bytes of a closing balance."""
    return struct.pack(
        ">BqBqBqq",
        _BALANCE,
        row.account_id,
        row.owner_kind,
        row.owner_id,
        row.purpose,
        row.unit_id,
        row.balance,
    )


def seal_bytes(seal: SealHeader) -> bytes:
    """Canonical bytes of a seal header."""
    return b"".join(
        (
            struct.pack(">BqI", _SEAL, seal.village_id, seal.period_number),
            _text(seal.month),
            seal.previous_digest,
            struct.pack(">I", seal.entry_count),
            seal.entries_root,
            struct.pack(">I", seal.balance_count),
            seal.balances_root,
            struct.pack(">qq", seal.first_entry_id, seal.last_entry_id),
        )
    )


def printed_digest(digest: bytes) -> str:
    """The first 16 hexadecimal characters in groups of four, as on the notice."""
    text = digest.hex()[:16].upper()
    return " ".join(text[start : start + 4] for start in range(0, 16, 4))


def first_and_last(entries: Sequence[EntryRow]) -> tuple[int, int]:
    """Ids of the first and last entry; zeros for an empty period."""
    return (entries[0].id, entries[-1].id) if entries else (0, 0)


def _text(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack(">I", len(encoded)) + encoded


def _microseconds(moment: datetime) -> int:
    # Whole seconds and microseconds apart: a float would round the last digits.
    past = moment.astimezone(UTC) - _EPOCH
    return (past.days * 86_400 + past.seconds) * 1_000_000 + past.microseconds
