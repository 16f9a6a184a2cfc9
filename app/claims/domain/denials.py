"""What the office says to a household that denies a credit."""

from enum import StrEnum


class DenialDecision(StrEnum):
    """Upheld, the credit is taken back; rejected, it stays."""

    UPHELD = "upheld"
    REJECTED = "rejected"


DENIABLE_SOURCES = frozenset({"claim", "inspection"})
"""What the awards come from that are denied here; those for attendances have a list behind them,
and are denied there."""
