"""Codes for cards, posters and the like: random, typable, told apart by their first letter.

The alphabet leaves out 0 O 1 I L. The last character is a check sum over the others, so that a
slip of the finger is told from a code that no longer counts.
"""

import hashlib
import secrets
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_VALUE = {character: value for value, character in enumerate(ALPHABET)}


class CodeKind(Enum):
    """First letter and number of characters (4.95 bits each) between it and the check."""

    CARD = ("K", 26)  # 128.8 bits
    POSTER = ("P", 18)  # 89 bits
    ENROLMENT = ("T", 10)  # 49 bits, one use within ten minutes
    NOTICE = ("N", 10)  # a public address, no secret
    ROTATING = ("R", 33)  # made from a session and the time, see activities
    CHECK_IN_TICKET = ("C", 33)  # the same, for finishing a check-in

    def __init__(self, letter: str, inner_characters: int) -> None:
        self.letter = letter
        self.inner_characters = inner_characters

    @property
    def length(self) -> int:
        return self.inner_characters + 2


_choose: Callable[[str], str] = secrets.choice


@contextmanager
def chosen_by(choose: Callable[[str], str]) -> Iterator[None]:
    """Draw the characters of codes by another function while the block runs; the sample town
    must come out the same every time, so its codes are no secrets.
    """
    global _choose  # noqa: PLW0603 - the source of codes is one thing by nature
    previous, _choose = _choose, choose
    try:
        yield
    finally:
        _choose = previous


def new_code(kind: CodeKind) -> str:
    """A fresh code from the system's random source."""
    return complete_code(
        kind.letter + "".join(_choose(ALPHABET) for _ in range(kind.inner_characters))
    )


def complete_code(body: str) -> str:
    """A code whose letter and characters are given, with its check character."""
    return body + _check_character(body)


def read_code(kind: CodeKind, typed: str) -> str | None:
    """The code in what was typed, scanned or pasted, or None when it is not one of this kind.

    Takes a bare code with or without spaces and hyphens, full-width characters, lower case, or a
    whole link that ends in the code.
    """
    folded = unicodedata.normalize("NFKC", typed).strip().upper()
    tail = folded.split("?")[0].rstrip("/").rsplit("/", 1)[-1]
    code = "".join(character for character in tail if character not in " -\t\u3000")
    if len(code) != kind.length or code[0] != kind.letter:
        return None
    if any(character not in _VALUE for character in code):
        return None
    return code if _check_character(code[:-1]) == code[-1] else None


def group_code(code: str) -> str:
    """The printed form: groups of four."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def code_link(public_url: str, code: str) -> str:
    """The link that goes into a QR code, in capitals: they need fewer modules than small letters.

    `app.web.links` lets such a link find its page.
    """
    return f"{public_url}/{code[0]}/{code}".upper()


def code_digest(code: str) -> bytes:
    """What the database keeps of a secret code: its SHA-256 (32 bytes)."""
    return hashlib.sha256(code.encode("ascii")).digest()


def encode_number(number: int, characters: int) -> str:
    """A non-negative number as exactly so many characters of the alphabet; ValueError if it
    does not fit.
    """
    digits: list[str] = []
    for _ in range(characters):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    if number:
        raise ValueError("number too large for its field")
    return "".join(reversed(digits))


def decode_number(text: str) -> int:
    """The number that `encode_number` wrote; KeyError for a foreign character."""
    number = 0
    for character in text:
        number = number * len(ALPHABET) + _VALUE[character]
    return number


def _check_character(body: str) -> str:
    # Weights 1..30 repeat; the alphabet's size is prime, so every single slip and every swap of
    # neighbours changes the sum.
    total = sum((position % 30 + 1) * _VALUE[character] for position, character in enumerate(body))
    return ALPHABET[total % len(ALPHABET)]
