"""What a version says about linking a person's results with those of others ("个人+集体").

Each part may be missing: a branch that did not adopt it has none of it. How the figures come about
is decided in `app/incentives/domain`.
"""

from dataclasses import dataclass

from app.kit.points import Tenths

WEIGHT_MAX_HUNDREDTHS = 100
CLAMP_MAX = Tenths(1_000)
LINKED_MIN_MAX = 50
BONUS_MAX = Tenths(200)
"""Far above what any village adopts; a number beyond is a slip of the pen."""

_USUAL_CLAMP = Tenths(200)
_USUAL_BONUS = Tenths(10)


@dataclass(frozen=True, slots=True)
class LinkedScoreTerms:
    """A party member's score takes a share in that of the linked households.

    Their mean net standing counts with `weight_hundredths`, never beyond ± `clamp`, and only for
    whoever is linked with at least `households_min`. `printed` puts the table on the notice.
    """

    weight_hundredths: int = 30
    clamp: Tenths = _USUAL_CLAMP
    households_min: int = 5
    printed: bool = True


@dataclass(frozen=True, slots=True)
class GridTerms:
    """`bonus` for each household that took part, once `threshold_percent` of its grid did."""

    threshold_percent: int = 60
    bonus: Tenths = _USUAL_BONUS


@dataclass(frozen=True, slots=True)
class IncentiveTerms:
    """What the meeting adopted; `team_bonus` is for each member of a team that completed the
    month's theme.
    """

    linked: LinkedScoreTerms | None = None
    grid: GridTerms | None = None
    team_bonus: Tenths | None = None

    def __bool__(self) -> bool:
        return self != NO_INCENTIVES

    def by_name(self) -> dict[str, int | None]:
        """Every number of the terms under a name of its own; None for what was not adopted."""
        linked, grid = self.linked, self.grid
        return {
            "linked_weight_hundredths": linked.weight_hundredths if linked else None,
            "linked_clamp": linked.clamp if linked else None,
            "linked_households_min": linked.households_min if linked else None,
            "linked_printed": linked.printed if linked else None,
            "grid_threshold_percent": grid.threshold_percent if grid else None,
            "grid_bonus": grid.bonus if grid else None,
            "team_bonus": self.team_bonus,
        }


NO_INCENTIVES = IncentiveTerms()
USUAL_INCENTIVES = IncentiveTerms(LinkedScoreTerms(), GridTerms(), _USUAL_BONUS)
"""What the page of a first rule book proposes."""
