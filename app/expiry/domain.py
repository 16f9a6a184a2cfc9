"""What expires on a day, and on which days anything may; values and decisions only."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Protocol, TypeVar

from app.kit.errors import Invalid
from app.kit.month import Month
from app.kit.points import Tenths
from app.ledger.domain.drafts import EntryKind

MONTHS_MIN = 3
MONTHS_MAX = 120
CEILING_MAX = Tenths(1_000_000)
REASON_LENGTH_MAX = 100

EARNED_KINDS = frozenset(
    {
        EntryKind.AWARD,
        EntryKind.BONUS,
        EntryKind.GRID_BONUS,
        EntryKind.TEAM_BONUS,
        EntryKind.MOVE,
        EntryKind.SUCCESSION,
    }
)
"""Whatever gives a household points; what followed people to it ages from that day on."""


class ExpiryKind(StrEnum):
    """What a policy lets expire."""

    NONE = "none"
    AGE = "age"
    CEILING = "ceiling"


@dataclass(frozen=True, slots=True)
class Terms:
    """Points earned more than `months` months before, or what is above `ceiling` (tenths)."""

    kind: ExpiryKind
    months: int | None = None
    ceiling: Tenths | None = None


@dataclass(frozen=True, slots=True)
class Lot:
    """Points of one entry that are still there, in tenths, and the day they were earned."""

    entry_id: int
    earned_on: date
    amount: int


class Announced(Protocol):
    """What of a policy decides when it acts."""

    @property
    def terms(self) -> Terms: ...

    @property
    def acts_from(self) -> date: ...


P = TypeVar("P", bound=Announced)


def check_terms(terms: Terms) -> None:
    """Invalid `expiry_terms_bad` unless exactly what the kind needs is given."""
    given = (terms.months is not None, terms.ceiling is not None)
    if given != (terms.kind is ExpiryKind.AGE, terms.kind is ExpiryKind.CEILING):
        raise Invalid("expiry_terms_bad")
    if terms.months is not None and not MONTHS_MIN <= terms.months <= MONTHS_MAX:
        raise Invalid("expiry_months_bad", months_min=MONTHS_MIN, months_max=MONTHS_MAX)
    if terms.ceiling is not None and not 0 < terms.ceiling <= CEILING_MAX:
        raise Invalid("expiry_ceiling_bad")


def earliest_acting_day(terms: Terms, announced_on: date) -> date:
    """A whole calendar month lies between the announcement and the first day a policy acts.

    To end all expiry takes nothing from anybody and needs no notice.
    """
    if terms.kind is ExpiryKind.NONE:
        return announced_on
    return Month.of(announced_on).next.next.first_day


def check_notice(terms: Terms, acts_from: date, announced_on: date) -> None:
    """Invalid `expiry_notice_short` (first_day) for a policy that would act too soon."""
    first_day = earliest_acting_day(terms, announced_on)
    if acts_from < first_day:
        raise Invalid("expiry_notice_short", first_day=first_day.isoformat())


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or that month's last."""
    years, number = divmod(day.year * 12 + day.month - 1 - months, 12)
    return _day_in(Month(years, number + 1), day.day)


def free_lots(lots: Iterable[Lot], free: int) -> list[Lot]:
    """What `free` tenths consist of, oldest first: whatever was used were the oldest points."""
    kept: list[Lot] = []
    for lot in sorted(lots, key=lambda each: (each.earned_on, each.entry_id), reverse=True):
        if free <= 0:
            break
        kept.append(replace(lot, amount=min(lot.amount, free)))
        free -= lot.amount
    return kept[::-1]


def expiring_lots(terms: Terms, on: date, lots: Iterable[Lot], free: int) -> list[Lot]:
    """Of a household's spendable lots, with `free` tenths to spend, what expires on a day.

    Never more than `free`, and never what no entry gave.
    """
    kept = free_lots(lots, free)
    if terms.kind is ExpiryKind.AGE:
        cutoff = months_before(on, terms.months or 0)
        return [lot for lot in kept if lot.earned_on < cutoff]
    if terms.kind is ExpiryKind.CEILING:
        return list(_oldest(kept, free - (terms.ceiling or 0)))
    return []


def _oldest(lots: Iterable[Lot], amount: int) -> Iterator[Lot]:
    for lot in lots:
        if amount <= 0:
            return
        yield replace(lot, amount=min(lot.amount, amount))
        amount -= lot.amount


def in_force(policies: Sequence[P], day: date) -> P | None:
    """The policy of a day: of those that have begun, the one announced last."""
    return next((each for each in reversed(policies) if each.acts_from <= day), None)


def due_day(policies: Sequence[P], today: date, posted: Collection[date]) -> tuple[P, date] | None:
    """The policy in force and its last acting day that has come and was not posted.

    An earlier day that was missed is made up for by a later one: by then more is too old.
    """
    policy = in_force(policies, today)
    if policy is None:
        return None
    day = _last_acting_day(policy, today)
    if day is None or any(each >= day for each in posted):
        return None
    return policy, day


def next_day(policies: Sequence[P], today: date, posted: Collection[date]) -> tuple[P, date] | None:
    """The next day on which something may expire: one that is due already, or the first to come.

    `policies` in the order in which they were announced.
    """
    due = due_day(policies, today, posted)
    if due is not None:
        return due
    coming = [(day, policy) for policy in policies for day in _days_after(policy, today)]
    real = [(day, policy) for day, policy in coming if in_force(policies, day) is policy]
    day, policy = min(real, key=lambda each: each[0], default=(None, None))
    return None if day is None or policy is None else (policy, day)


def _last_acting_day(policy: Announced, until: date) -> date | None:
    if policy.terms.kind is ExpiryKind.NONE:
        return None
    if policy.terms.kind is ExpiryKind.CEILING:
        return policy.acts_from
    month = Month.of(until)
    day = _day_in(month, policy.acts_from.day)
    return day if day <= until else _day_in(month.previous, policy.acts_from.day)


def _days_after(policy: Announced, today: date) -> Iterator[date]:
    """The policy's first acting day after today, if it ever acts again."""
    if policy.terms.kind is ExpiryKind.NONE:
        return
    if policy.acts_from > today:
        yield policy.acts_from
    elif policy.terms.kind is ExpiryKind.AGE:
        this_month = _day_in(Month.of(today), policy.acts_from.day)
        later = _day_in(Month.of(today).next, policy.acts_from.day)
        yield this_month if this_month > today else later


def _day_in(month: Month, day: int) -> date:
    return month.first_day.replace(day=min(day, month.last_day.day))
