"""The sealed bytes and the tree over them, written a second time from their description."""

import hashlib
import hmac
import struct
from collections.abc import Sequence
from datetime import UTC, datetime

ENTRY, BALANCE, SEAL, BLINDED = 1, 2, 3, 6
SECRET = bytes(range(32))
"""What blinds every month's closing balances here, so that both databases have the same roots."""

Value = int | str | bytes


def record(kind: int, values: Sequence[Value]) -> bytes:
    """Layout 1, the type, the values one after the other."""
    out = bytearray((1, kind))
    for value in values:
        if isinstance(value, int):
            out += struct.pack(">q", value)
        elif isinstance(value, str):
            out += struct.pack(">q", len(value.encode())) + value.encode()
        else:
            out += value
    return bytes(out)


def blinded(values: Sequence[Value]) -> bytes:
    """The record of a closing balance, which nobody finds by trying."""
    blinding = hmac.new(SECRET, record(BALANCE, values), hashlib.sha256).digest()
    return record(BLINDED, [*values, blinding])


def instant(moment: datetime) -> int:
    """Microseconds since 1970."""
    seconds = int(moment.astimezone(UTC).replace(microsecond=0).timestamp())
    return seconds * 10**6 + moment.microsecond


def root(records: Sequence[bytes]) -> bytes:
    """RFC 6962 section 2.1, word for word."""
    if not records:
        return hashlib.sha256().digest()
    if len(records) == 1:
        return hashlib.sha256(b"\x00" + records[0]).digest()
    split = 1
    while split * 2 < len(records):
        split *= 2
    return hashlib.sha256(b"\x01" + root(records[:split]) + root(records[split:])).digest()
