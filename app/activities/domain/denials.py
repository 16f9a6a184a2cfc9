"""A household denies a credit: what may be denied, and how it is answered."""

from enum import StrEnum

STATEMENT_LENGTH_MAX = 200


class DenialDecision(StrEnum):
    """Upheld, the credit is taken back; rejected, it stays."""

    UPHELD = "upheld"
    REJECTED = "rejected"
