"""How much of what an award asks for its rule's cap still allows."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.kit.month import Month
from app.kit.points import Tenths

from .rules import Cap, CapPeriod, CapScope, Rule


@dataclass(frozen=True, slots=True)
class Deed:
    """What is awarded, as caps see it: under which rule, for whom, when, in which event.

    Rules of one `cap_group` ("" for none) share a counter. Code and group outlive the versions of
    the rule book, so an award counts under every later version. `source` is kind and id of the
    event, such as a session.
    """

    rule_code: str
    cap_group: str
    member_id: int | None
    household_id: int
    occurred_on: date
    source: tuple[str, int]


@dataclass(frozen=True, slots=True)
class Grant:
    """What is granted of what was asked, and how much had been used before (tenths)."""

    granted: Tenths
    cut: Tenths
    used_before: Tenths


def period_days(period: CapPeriod, day: date) -> tuple[date, date]:
    """First and last day of the calendar period around a day; an event has its day alone."""
    if period is CapPeriod.ONCE:
        return date.min, date.max
    if period is CapPeriod.YEAR:
        return date(day.year, 1, 1), date(day.year, 12, 31)
    if period is CapPeriod.QUARTER:
        last = Month(day.year, (day.month + 2) // 3 * 3)
        return last.previous.previous.first_day, last.last_day
    if period is CapPeriod.MONTH:
        return Month.of(day).first_day, Month.of(day).last_day
    return day, day


def decide_grant(asked: Tenths, cap: Cap | None, used: Tenths) -> Grant:
    """Grant what is left under the cap; a counter that is already over leaves nothing."""
    if cap is None:
        return Grant(asked, Tenths(0), used)
    granted = min(asked, max(cap.points_max - used, 0))
    return Grant(Tenths(granted), Tenths(asked - granted), used)


class CapCounters:
    """What was granted so far; awards of one batch see each other."""

    def __init__(self, awarded: Iterable[tuple[Deed, int]]) -> None:
        self._by_household: dict[int, list[tuple[Deed, int]]] = defaultdict(list)
        self._by_member: dict[int, list[tuple[Deed, int]]] = defaultdict(list)
        for deed, granted in awarded:
            self._count(deed, granted)

    def grant(self, asked: Tenths, cap: Cap | None, deed: Deed) -> Grant:
        """Decide one award and count it."""
        used = 0 if cap is None else self._used(cap, deed)
        decided = decide_grant(asked, cap, Tenths(used))
        self._count(deed, decided.granted)
        return decided

    def _count(self, deed: Deed, granted: int) -> None:
        self._by_household[deed.household_id].append((deed, granted))
        if deed.member_id is not None:
            self._by_member[deed.member_id].append((deed, granted))

    def _used(self, cap: Cap, deed: Deed) -> int:
        """What the rule's own cap counts together with the deed."""
        if cap.scope is CapScope.HOUSEHOLD:
            candidates = self._by_household[deed.household_id]
        elif deed.member_id is not None:
            candidates = self._by_member[deed.member_id]
        else:
            # Awarded as a whole, under a rule capped by member, the household stands for one.
            whole = self._by_household[deed.household_id]
            candidates = [(other, granted) for other, granted in whole if other.member_id is None]
        return sum(
            granted
            for other, granted in candidates
            if _share_a_counter(deed, other) and _in_one_period(cap.period, deed, other)
        )


def _share_a_counter(deed: Deed, other: Deed) -> bool:
    same_group = deed.cap_group != "" and deed.cap_group == other.cap_group
    return same_group or deed.rule_code == other.rule_code


def _in_one_period(period: CapPeriod, deed: Deed, other: Deed) -> bool:
    if period is CapPeriod.EVENT:
        return deed.source == other.source
    first, last = period_days(period, deed.occurred_on)
    return first <= other.occurred_on <= last


def cap_groups(rules: Iterable[Rule]) -> dict[str, list[str]]:
    """The codes of the rules that share each cap."""
    shared: dict[str, list[str]] = defaultdict(list)
    for rule in rules:
        if rule.cap is not None and rule.cap.group:
            shared[rule.cap.group].append(rule.code)
    return dict(shared)
