"""Amounts of points and score: whole tenths, never a float."""

import re
from typing import NewType

from .errors import Invalid

Tenths = NewType("Tenths", int)

_HUNDREDTHS = re.compile(r"(\d{1,7})(?:\.(\d{1,2}))?", re.ASCII)
_AMOUNT = re.compile(r"(-?)(\d{1,9})(?:\.(\d))?", re.ASCII)


def parse_tenths(text: str) -> Tenths:
    """Read "2", "0.5" or "-1.5" as tenths.

    Raises Invalid `bad_amount` for anything else, more than one decimal included: rounding a
    villager's points silently is worse than asking again.
    """
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise Invalid("bad_amount", value=text.strip()[:20])
    sign, whole, tenth = found.groups()
    amount = int(whole) * 10 + int(tenth or 0)
    return Tenths(-amount if sign else amount)


def format_tenths(amount: int) -> str:
    """Write tenths as people do: 20 → "2", 5 → "0.5", -15 → "-1.5"."""
    whole, tenth = divmod(abs(amount), 10)
    sign = "-" if amount < 0 else ""
    return f"{sign}{whole}.{tenth}" if tenth else f"{sign}{whole}"


def parse_hundredths(text: str) -> int:
    """Read "0.3" or "1.25" as hundredths; Invalid `bad_amount` for anything else."""
    found = _HUNDREDTHS.fullmatch(text.strip())
    if found is None:
        raise Invalid("bad_amount", value=text.strip()[:20])
    return int(found[1]) * 100 + int(f"{found[2] or '':0<2}")


def format_hundredths(number: int) -> str:
    """Write hundredths without needless zeros: 30 → "0.3", 100 → "1"."""
    return f"{number // 100}.{number % 100:02d}".rstrip("0").rstrip(".")
