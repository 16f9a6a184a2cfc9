"""What stands out in a month, each with its threshold and the reason for it; and the draw."""

import hashlib
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import groupby
from math import comb
from statistics import median

BURST_WITHIN = timedelta(seconds=10)
BURST_CARDS = 6
"""Taking a card, holding it to the camera and giving it back takes two seconds at the very least:
five in ten seconds can be, six cannot.
"""

PHONE_HOUSEHOLDS = 3
"""One phone serves the own family and the parents' household; a third household is to be asked."""

STAFF_SHARE_PERCENT = 50
STAFF_CREDITS_MIN = 5
"""Paper is there for the few who have no card with them. More than half is another way of working,
and below five credits a share says nothing.
"""

PAIRS_CHANCE = Fraction(1, 20)
PAIR_COUNT_MIN = 3
"""In nineteen of twenty months in which nothing but chance decides, no pair at all is named."""

EQUAL_HOUSEHOLDS = 3
EQUAL_CREDITS = 5
"""Most credits are of 2 points, so that whoever came three times has the same as everybody else who
came three times. From five credits on, three households with exactly one sum are worth a look.
"""

RECHECK_PERCENT = 5
NOTE_LENGTH_MAX = 200


class FindingKind(StrEnum):
    """What stands out."""

    BURST = "burst"
    ONE_PHONE = "one_phone"
    STAFF_SESSION = "staff_session"
    STAFF_GRID = "staff_grid"
    PAIR = "pair"
    EQUAL_TOTALS = "equal_totals"


@dataclass(frozen=True, slots=True)
class Scan:
    """One check-in; `card` tells apart what was scanned, `phone` the sign-in of an own scan."""

    attendance_id: int
    session_id: int
    household_id: int
    member_id: int
    at: datetime
    by: int
    card: Hashable | None
    phone: bytes | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about a claim, and since when it had waited for that step.

    `gives` is whether the household gains by an approval; a deduction takes.
    """

    claim_id: int
    household_id: int
    by: int
    kind: str
    at: datetime
    waited_since: datetime
    gives: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """Somebody who approved more for one household than chance explains; `expected` in tenths."""

    by: int
    household_id: int
    count: int
    expected: int


@dataclass(frozen=True, slots=True)
class ApproverFigures:
    """What somebody decided in the month; `median_minutes` is from the step's opening on."""

    by: int
    count: int
    approved: int
    refused: int
    asked_back: int
    median_minutes: int


def bursts(scans: Iterable[Scan]) -> list[tuple[Scan, ...]]:
    """Runs of cards that one account scanned at one session faster than hands can."""
    found = []
    ordered = sorted(
        (scan for scan in scans if scan.card is not None),
        key=lambda scan: (scan.session_id, scan.by, scan.at, scan.attendance_id),
    )
    for _, group in groupby(ordered, key=lambda scan: (scan.session_id, scan.by)):
        found += _runs(list(group))
    return found


def _runs(scans: Sequence[Scan]) -> list[tuple[Scan, ...]]:
    """Stretches of scans each of which lies in some window that holds too many cards."""
    runs: list[tuple[int, int]] = []
    first = 0
    for last, scan in enumerate(scans):
        while scan.at - scans[first].at > BURST_WITHIN:
            first += 1
        if len({each.card for each in scans[first : last + 1]}) < BURST_CARDS:
            continue
        if runs and first <= runs[-1][1]:
            runs[-1] = (runs[-1][0], last)
        else:
            runs.append((first, last))
    return [tuple(scans[first : last + 1]) for first, last in runs]


def shared_phones(scans: Iterable[Scan]) -> list[tuple[Scan, ...]]:
    """The scans of each phone that checked people of too many households in."""
    by_phone: dict[bytes, list[Scan]] = defaultdict(list)
    for scan in scans:
        if scan.phone is not None:
            by_phone[scan.phone].append(scan)
    return [
        tuple(found)
        for found in by_phone.values()
        if len({scan.household_id for scan in found}) >= PHONE_HOUSEHOLDS
    ]


def mostly_by_staff(staff: int, total: int) -> bool:
    """Whether so many of the credits were typed in by staff that it stands out."""
    return total >= STAFF_CREDITS_MIN and 100 * staff > STAFF_SHARE_PERCENT * total


def unlikely_pairs(approvals: Iterable[tuple[int, int]]) -> list[Pair]:
    """Approver and household that came together more often than chance explains.

    If the month's approvals had been handed out by chance, each approver keeping the number of
    theirs and each household that of its own, a pair would meet as in drawing without putting
    back. What is rarer than PAIRS_CHANCE shared among all pairs is named.
    """
    together: dict[tuple[int, int], int] = defaultdict(int)
    by_approver: dict[int, int] = defaultdict(int)
    by_household: dict[int, int] = defaultdict(int)
    for by, household_id in approvals:
        together[by, household_id] += 1
        by_approver[by] += 1
        by_household[household_id] += 1
    total = sum(by_approver.values())
    rare = PAIRS_CHANCE / max(1, len(by_approver) * len(by_household))
    return [
        Pair(by, household, count, 10 * by_approver[by] * by_household[household] // total)
        for (by, household), count in sorted(together.items())
        if count >= PAIR_COUNT_MIN
        and _at_least(count, by_approver[by], by_household[household], total) < rare
    ]


def _at_least(count: int, approver: int, household: int, total: int) -> Fraction:
    """The chance of at least so many meetings in drawing without putting back, exactly."""
    ways = sum(
        comb(approver, each) * comb(total - approver, household - each)
        for each in range(count, min(approver, household) + 1)
    )
    return Fraction(ways, comb(total, household))


def equal_totals(credits_of: Mapping[int, Sequence[int]]) -> list[tuple[int, tuple[int, ...]]]:
    """Sums that several households reached exactly, each with them; `credits_of` in tenths."""
    households: dict[int, list[int]] = defaultdict(list)
    for household_id, granted in credits_of.items():
        if len(granted) >= EQUAL_CREDITS:
            households[sum(granted)].append(household_id)
    return [
        (total, tuple(found))
        for total, found in sorted(households.items())
        if len(found) >= EQUAL_HOUSEHOLDS
    ]


def approver_figures(decisions: Iterable[Decision]) -> list[ApproverFigures]:
    """What each of them decided; in no order of merit."""
    by_account: dict[int, list[Decision]] = defaultdict(list)
    for decision in decisions:
        by_account[decision.by].append(decision)
    return [
        ApproverFigures(
            by=by,
            count=len(made),
            approved=sum(each.kind == "approved" for each in made),
            refused=sum(each.kind == "refused" for each in made),
            asked_back=sum(each.kind == "asked_back" for each in made),
            median_minutes=int(
                median((each.at - each.waited_since) / timedelta(minutes=1) for each in made)
            ),
        )
        for by, made in by_account.items()
    ]


def draw_rechecks(digest: bytes, entry_ids: Iterable[int]) -> list[int]:
    """The entries to be checked again: 5 in 100 of the month's credits, at least one.

    Whoever has the month's digest from the paper and the exported book repeats the draw: SHA-256
    of the 32 bytes of the digest and the 8 bytes of the entry's number (big-endian); the
    entries with the smallest values are drawn.
    """
    ordered = sorted(entry_ids, key=lambda each: _lot(digest, each))
    return ordered[: -(-len(ordered) * RECHECK_PERCENT // 100)]


def _lot(digest: bytes, entry_id: int) -> bytes:
    return hashlib.sha256(digest + entry_id.to_bytes(8, "big")).digest()
