"""The organiser's rotating code: R, session, 30-second slot, 64-bit HMAC, check character.

The key of a session is derived from the installation's master key with HKDF-SHA-256 and never
stored. The HMAC is checked, in constant time, over the characters as they stand; only then are
they read as numbers. A screenshot is worthless a minute later; whoever opened the page in time
has five minutes to finish, for which the page carries a ticket made the same way.
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.kit.codes import CodeKind, complete_code, decode_number, encode_number, read_code

SLOT_SECONDS = 30
# A third of a slot: a code on the screen is good for at least another twenty seconds.
NEW_CODE_EVERY_SECONDS = SLOT_SECONDS // 3
FINISH_WITHIN = timedelta(minutes=5)

_SESSION_CHARACTERS = 13  # 31**13 > 2**63
_TIME_CHARACTERS = 7  # 31**7 seconds reach beyond the year 2800
_MAC_CHARACTERS = 13  # 31**13 > 2**64


@dataclass(frozen=True, slots=True)
class Scanned:
    """A code that the organiser's screen did show; `fresh` while it may still be used."""

    session_id: int
    fresh: bool


def make_code(master_key: bytes, session_id: int, at: datetime) -> str:
    """What the organiser's screen shows at that instant."""
    slot = _seconds(at) // SLOT_SECONDS * SLOT_SECONDS
    return _complete(CodeKind.ROTATING, master_key, session_id, slot)


def read_rotating_code(master_key: bytes, typed: str, at: datetime) -> Scanned | None:
    """The session of a scanned code; None for nonsense, other kinds and forgeries alike."""
    found = _read(CodeKind.ROTATING, master_key, typed)
    if found is None:
        return None
    session_id, slot = found
    return Scanned(session_id, fresh=0 <= _seconds(at) - slot < 2 * SLOT_SECONDS)


def make_ticket(master_key: bytes, session_id: int, at: datetime) -> str:
    """Proof that the page was opened with a fresh code at that instant."""
    return _complete(CodeKind.CHECK_IN_TICKET, master_key, session_id, _seconds(at))


def read_ticket(master_key: bytes, typed: str, at: datetime) -> Scanned | None:
    """The session of a ticket; fresh for five minutes after the page was opened."""
    found = _read(CodeKind.CHECK_IN_TICKET, master_key, typed)
    if found is None:
        return None
    session_id, opened = found
    age = timedelta(seconds=_seconds(at) - opened)
    return Scanned(session_id, fresh=timedelta() <= age <= FINISH_WITHIN)


def _complete(kind: CodeKind, master_key: bytes, session_id: int, seconds: int) -> str:
    session = encode_number(session_id, _SESSION_CHARACTERS)
    body = kind.letter + session + encode_number(seconds, _TIME_CHARACTERS)
    return complete_code(body + _mac(master_key, session, body))


def _read(kind: CodeKind, master_key: bytes, typed: str) -> tuple[int, int] | None:
    code = read_code(kind, typed)
    if code is None:
        return None
    session, seconds = 1 + _SESSION_CHARACTERS, 1 + _SESSION_CHARACTERS + _TIME_CHARACTERS
    expected = _mac(master_key, code[1:session], code[:seconds])
    if not hmac.compare_digest(expected, code[seconds:-1]):
        return None
    return decode_number(code[1:session]), decode_number(code[session:seconds])


def _mac(master_key: bytes, session: str, body: str) -> str:
    key = HKDF(
        algorithm=SHA256(), length=32, salt=None, info=b"session check-in 1 " + session.encode()
    ).derive(master_key)
    tag = hmac.digest(key, body.encode("ascii"), sha256)
    return encode_number(int.from_bytes(tag[:8]), _MAC_CHARACTERS)


def _seconds(at: datetime) -> int:
    return int(at.astimezone(UTC).timestamp())
