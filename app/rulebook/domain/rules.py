"""What a rule is."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.kit.points import Tenths

RULE_POINTS_MAX = Tenths(10_000)
CAP_POINTS_MAX = Tenths(100_000)
"""Far above what any village gives; a number beyond is a slip of the pen."""


class RuleKind(StrEnum):
    """What following the rule does; a deduction touches the standing score only."""

    EARN = "earn"
    SPEND = "spend"
    DEDUCT = "deduct"
    BONUS = "bonus"


class CapPeriod(StrEnum):
    """Over what a cap counts; calendar periods by the day the deed was done."""

    EVENT = "event"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    ONCE = "once"


class CapScope(StrEnum):
    """Whose awards a cap counts."""

    MEMBER = "member"
    HOUSEHOLD = "household"


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `points_max` in each period for each member or household.

    Rules of one group share one counter; a rule without a group has its own.
    """

    points_max: Tenths
    period: CapPeriod
    scope: CapScope
    group: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the rule book; `line` is where it stood in the file."""

    code: str
    category: str
    title: str
    kind: RuleKind
    points: Tenths
    cap: Cap | None
    evidence: str
    review: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Adoption:
    """The meeting that adopted a version; without it a version may not be saved."""

    meeting_on: date
    meeting_kind: str
    present: int
    votes_for: int
    votes_against: int
    record_number: str
