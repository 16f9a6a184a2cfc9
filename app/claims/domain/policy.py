"""How a village reviews its claims."""

from dataclasses import dataclass

PANEL_MAX = 50


@dataclass(frozen=True, slots=True)
class Policy:
    """`quorum` of a panel decide; `drawn` of the reviewers sit on each panel, 0 for all of them.

    A deduction may be appealed for `appeal_days` after it was decided.
    """

    quorum: int = 2
    drawn: int = 0
    appeal_days: int = 7
