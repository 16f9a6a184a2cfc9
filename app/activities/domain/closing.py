"""What a closed session is worth to somebody who came.

Points are given for each time, or for each full hour. Hours run from the start of the session
(from the check-in for whoever came late) to the check-out, never beyond the session's end. A
missing check-out counts as the planned end; the time counted so is capped at four hours.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.kit.points import Tenths

from .check_in import Window

UNWATCHED_MINUTES_MAX = 240
CLOSING_DUE_AFTER = timedelta(days=2)


class MinutesRule(StrEnum):
    """How the minutes of an attendance were counted; kept on its row."""

    CHECKED_OUT = "checked_out"
    PLANNED = "planned"
    PLANNED_CAPPED = "planned_capped"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True)
class Counted:
    """Whole minutes, and the rule that gave them."""

    minutes: int
    rule: MinutesRule


@dataclass(frozen=True, slots=True)
class Worth:
    """What one attendance earns or costs, in tenths; `hourly` multiplies by full hours."""

    points: Tenths
    hourly: bool = False

    def for_minutes(self, minutes: int) -> Tenths:
        return Tenths(self.points * (minutes // 60)) if self.hourly else self.points


def count_minutes(
    window: Window, checked_in_at: datetime | None, checked_out_at: datetime | None
) -> Counted:
    """How long somebody was there; without a check-in time they were there from the start."""
    began = window.starts_at
    if checked_in_at is not None and checked_in_at > window.late_from:
        began = min(checked_in_at, window.ends_at)
    if checked_out_at is not None:
        ended = min(max(checked_out_at, began), window.ends_at)
        return Counted(_minutes(ended - began), MinutesRule.CHECKED_OUT)
    planned = _minutes(window.ends_at - began)
    if planned > UNWATCHED_MINUTES_MAX:
        return Counted(UNWATCHED_MINUTES_MAX, MinutesRule.PLANNED_CAPPED)
    return Counted(planned, MinutesRule.PLANNED)


def reserve_needed(window: Window, worth: Worth, seats: int) -> Tenths:
    """The budget that a session with all seats taken needs."""
    return Tenths(seats * worth.for_minutes(_minutes(window.ends_at - window.starts_at)))


def _minutes(length: timedelta) -> int:
    return int(length / timedelta(minutes=1))
