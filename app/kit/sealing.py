"""Encryption at rest, with keys derived from the master key that lives outside the database."""

import hashlib
import hmac
import secrets

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12


class Sealer:
    """Seals and opens values of one purpose (AES-256-GCM), and indexes them for look-up.

    `context` ties a sealed value to its row: moved to another row, it does not open.
    """

    def __init__(self, master_key: bytes, purpose: str) -> None:
        derived = HKDF(
            algorithm=SHA256(), length=64, salt=None, info=f"seal {purpose}".encode()
        ).derive(master_key)
        self._cipher = AESGCM(derived[:32])
        self._index_key = derived[32:]

    def seal(self, plain: bytes, *, context: str) -> bytes:
        """Nonce and ciphertext with its tag: 28 bytes longer than the plain value."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """The plain value; raises InvalidTag for a foreign key, row or changed byte."""
        return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context.encode())

    def index(self, plain: bytes) -> bytes:
        """A keyed digest (32 bytes) by which equal values are found without opening any."""
        return hmac.new(self._index_key, plain, hashlib.sha256).digest()
