"""How much of what an award asks for its rule's cap still allows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.kit.points import Tenths

from .rules import Cap, CapPeriod, CapScope


@dataclass(frozen=True, slots=True)
class CapKey:
    """What a cap's counter counts: a rule or group, for somebody, in one period.

    `window` names the period: "2026-10", "2026-Q4", "2026", "" for once, or the source event.
    """

    counted: str
    scope: CapScope
    owner_id: int
    window: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What is granted of what was asked, and how much had been used before (tenths)."""

    granted: Tenths
    cut: Tenths
    used_before: Tenths


def cap_key(
    cap: Cap,
    *,
    rule_code: str,
    member_id: int | None,
    household_id: int,
    occurred_on: date,
    source: str,
) -> CapKey:
    """The counter of a cap that an award falls under.

    An award to the household as a whole, under a rule capped by member, counts on the household.
    `source` names the event the award comes from, such as a session.
    """
    scope = cap.scope if member_id is not None else CapScope.HOUSEHOLD
    owner_id = member_id if scope is CapScope.MEMBER and member_id is not None else household_id
    return CapKey(
        counted=f"group:{cap.group}" if cap.group else f"rule:{rule_code}",
        scope=scope,
        owner_id=owner_id,
        window=_window(cap.period, occurred_on, source),
    )


def decide_grant(asked: Tenths, cap: Cap | None, used: Tenths) -> Grant:
    """Grant what is left under the cap; a counter that is already over leaves nothing."""
    if cap is None:
        return Grant(asked, Tenths(0), used)
    left = max(cap.points_max - used, 0)
    granted = min(asked, left)
    return Grant(Tenths(granted), Tenths(asked - granted), used)


class CapCounters:
    """Used-up amounts by counter; awards of one batch see each other."""

    def __init__(self, used: Mapping[CapKey, int]) -> None:
        self._used = dict(used)

    def grant(self, asked: Tenths, cap: Cap | None, key: CapKey | None) -> Grant:
        """Decide one award and count it."""
        if cap is None or key is None:
            return decide_grant(asked, None, Tenths(0))
        decided = decide_grant(asked, cap, Tenths(self._used.get(key, 0)))
        self._used[key] = decided.used_before + decided.granted
        return decided


def _window(period: CapPeriod, occurred_on: date, source: str) -> str:
    windows = {
        CapPeriod.EVENT: source,
        CapPeriod.MONTH: f"{occurred_on:%Y-%m}",
        CapPeriod.QUARTER: f"{occurred_on.year}-Q{(occurred_on.month + 2) // 3}",
        CapPeriod.YEAR: f"{occurred_on.year}",
        CapPeriod.ONCE: "",
    }
    return windows[period]
