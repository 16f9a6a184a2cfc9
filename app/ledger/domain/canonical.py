"""The bytes that digests are taken over: layout version 1, which never changes.

A record is the byte 1 (the layout version), one byte that names its type, and its values in the
order given here. Every integer is 8 bytes, big-endian, two's complement. A text is the number of
its UTF-8 bytes as such an integer, then these bytes. A digest or root is its 32 bytes. An absent
id is 0. A day is the text 2026-10-09; an instant is an integer, the microseconds since 1970-01-01
UTC. An account is three integers: owner kind, owner, purpose.

1 entry     id, village, period number, kind (text), occurred on (day), posted at (instant),
            actor, idempotency key (text), entry that it reverses, rule version, memo (text),
            number of transfers; then for each transfer in the order of ids: id, debit account,
            credit account, unit, amount
2 balance   village, period number, account, unit, closing balance
3 seal      village, period number, month (text 2026-10), digest of the seal before (zeros for the
            first), number of entries, root of the entries, number of balances, root of the
            balances, id of the first entry and of the last (0 where there is none)
4 request   kind (text), occurred on (day), entry that it reverses, rule version, memo (text),
            number of transfers; then for each: debit account, credit account, unit, amount
5 head      village, period number, digest of the head before (of the last seal for the first of
            a month, zeros where there is neither), head id, number of entries, id of the last
            entry, root of the entries, written at (instant)
6 blinded   as 2, then a blinding value (32 bytes) that nobody can guess: the HMAC-SHA256 of
  balance   record 2 under the period's secret of 32 bytes

A seal's digest is the SHA-256 of its record, and so is a head's. Leaves are hashed and roots made
as in RFC 6962 section 2.1: a leaf is SHA-256 of a zero byte and the record, an inner node SHA-256
of a byte 1 and the two below it, a tree of n leaves splits at the largest power of two below n,
the root of nothing is SHA-256 of nothing. The leaves are the entries in the order of their ids,
and the balances in the order of owner kind, owner, purpose, unit; a balance is listed when its
account moved in the period or does not stand at zero. They are blinded since seals have a secret:
a path shows the hash of the record beside, and a small number behind a hash is found by trying.

`tests/ledger/golden.json` has one record of each type with its bytes.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from struct import Struct
from typing import NamedTuple

from .accounts import Address
from .drafts import EntryDraft, TransferDraft

NO_DIGEST = bytes(32)

_ENTRY, _BALANCE, _SEAL, _REQUEST, _HEAD, _BLINDED = (bytes((1, kind)) for kind in range(1, 7))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_one, _two, _three, _seven, _eight = (Struct(f">{count}q").pack for count in (1, 2, 3, 7, 8))
"""So many integers of 8 bytes: one call for all costs little more than one call for one."""


class TransferRow(NamedTuple):
    """A written transfer."""

    id: int
    debit: Address
    credit: Address
    amount: int


class EntryRow(NamedTuple):
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

    @property
    def drafts(self) -> tuple[TransferDraft, ...]:
        """What the transfers say, without the ids they were given."""
        return tuple(TransferDraft(row.debit, row.credit, row.amount) for row in self.transfers)


class BalanceRow(NamedTuple):
    """An account's closing balance."""

    account: Address
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


@dataclass(frozen=True, slots=True)
class HeadRecord:
    """What the digest of a head of the open month is taken over."""

    village_id: int
    period_number: int
    previous_digest: bytes
    id: int
    entry_count: int
    last_entry_id: int
    entries_root: bytes
    written_at: datetime

    @property
    def digest(self) -> bytes:
        """SHA-256 of the record's bytes."""
        return hashlib.sha256(head_bytes(self)).digest()


def entry_bytes(entry: EntryRow, period_number: int) -> bytes:
    """Canonical bytes of an entry with its transfers."""
    return b"".join(
        (
            _ENTRY,
            _three(entry.id, entry.village_id, period_number),
            _word(entry.kind),
            _day(entry.occurred_on),
            _two(_microseconds(entry.posted_at), entry.actor_id),
            _text(entry.idempotency_key),
            _two(entry.reverses_id or 0, entry.rule_version_id or 0),
            _text(entry.memo),
            _one(len(entry.transfers)),
            *(_one(transfer.id) + _moved(transfer) for transfer in entry.transfers),
        )
    )


def balance_bytes(row: BalanceRow, period_number: int, secret: bytes | None) -> bytes:
    """Canonical bytes of a closing balance, blinded where the period's seal has a secret."""
    village_id, owner_kind, owner_id, purpose, unit_id = row.account
    values = _seven(village_id, period_number, owner_kind, owner_id, purpose, unit_id, row.balance)
    if secret is None:
        return _BALANCE + values
    return _BLINDED + values + hmac.digest(secret, _BALANCE + values, "sha256")


def seal_bytes(seal: SealHeader) -> bytes:
    """Canonical bytes of a seal header."""
    return b"".join(
        (
            _SEAL,
            _two(seal.village_id, seal.period_number),
            _text(seal.month),
            seal.previous_digest,
            _one(seal.entry_count),
            seal.entries_root,
            _one(seal.balance_count),
            seal.balances_root,
            _two(seal.first_entry_id, seal.last_entry_id),
        )
    )


def head_bytes(head: HeadRecord) -> bytes:
    """Canonical bytes of a head."""
    return b"".join(
        (
            _HEAD,
            _two(head.village_id, head.period_number),
            head.previous_digest,
            _three(head.id, head.entry_count, head.last_entry_id),
            head.entries_root,
            _one(_microseconds(head.written_at)),
        )
    )


def request_digest(request: EntryDraft | EntryRow) -> bytes:
    """SHA-256 over what was asked for; the same key with another digest is a conflict.

    Who asks is left out: a colleague who repeats a colleague's request repeats it.
    """
    record = b"".join(
        (
            _REQUEST,
            _word(request.kind),
            _day(request.occurred_on),
            _two(request.reverses_id or 0, request.rule_version_id or 0),
            _text(request.memo),
            _one(len(request.transfers)),
            *(_moved(transfer) for transfer in request.transfers),
        )
    )
    return hashlib.sha256(record).digest()


def printed_digest(digest: bytes) -> str:
    """The first 16 hexadecimal characters in groups of four, as on the notice."""
    text = digest.hex()[:16]
    return " ".join(text[start : start + 4] for start in range(0, 16, 4))


def _moved(transfer: TransferDraft | TransferRow) -> bytes:
    _, debit_kind, debit_owner, debit_purpose, unit_id = transfer.debit
    _, credit_kind, credit_owner, credit_purpose, _ = transfer.credit
    return _eight(
        debit_kind, debit_owner, debit_purpose, credit_kind, credit_owner, credit_purpose,
        unit_id, transfer.amount,
    )  # fmt: skip


def _text(value: str) -> bytes:
    encoded = value.encode()
    return _one(len(encoded)) + encoded


@lru_cache(maxsize=100)
def _word(kind: str) -> bytes:
    return _text(kind)


@lru_cache(maxsize=10_000)
def _day(day: date) -> bytes:
    return _text(day.isoformat())


def _microseconds(moment: datetime) -> int:
    # Whole seconds and microseconds apart: a float would round the last digits.
    past = moment.astimezone(UTC) - _EPOCH
    return (past.days * 86_400 + past.seconds) * 1_000_000 + past.microseconds
