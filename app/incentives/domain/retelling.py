"""A past month told once more under another version of the rule book; nothing is guessed.

What people did is taken as it was kept. Only what the other version says of it changes: the points
of the rule, its cap, and what follows from both in the linked scores and bonuses.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from app.kit.points import Tenths
from app.rulebook.domain.caps import CapCounters, Deed
from app.rulebook.domain.rules import Rule, RuleKind

from .computing import MonthResult
from .facts import LedgerFacts


@dataclass(frozen=True, slots=True)
class PastDeed:
    """What was awarded or deducted in the month, under the rule that counted then.

    `asked` and `granted` are tenths. `own_points` says that the points were not those of the rule:
    an activity may give points of its own, and these no rule book changes.
    """

    deed: Deed
    rule: Rule
    asked: int
    granted: int
    own_points: bool


@dataclass(frozen=True, slots=True)
class RetoldDeed:
    """What would have come of it; `rule` is None when no rule gives, or takes, for it any more."""

    past: PastDeed
    rule: Rule | None
    granted: int


@dataclass(frozen=True, slots=True)
class RuleEffect:
    """What a rule gave (or, when it `deducts`, took) in the month, before and after, in tenths."""

    code: str
    title: str
    deducts: bool
    times: int
    before: int
    after: int
    gone: bool


def retell(
    deeds: Sequence[PastDeed], earlier: Iterable[tuple[Deed, int]], rules: Mapping[str, Rule]
) -> list[RetoldDeed]:
    """Grant once more in the same order; `earlier` is what the months before had granted."""
    counters = CapCounters(earlier)
    return [_retold(past, rules.get(past.rule.code), counters) for past in deeds]


def _retold(past: PastDeed, rule: Rule | None, counters: CapCounters) -> RetoldDeed:
    if rule is None or effect_of(rule.kind) != effect_of(past.rule.kind):
        return RetoldDeed(past, None, 0)
    deed = replace(past.deed, cap_group=rule.cap.group if rule.cap else "")
    asked = past.asked
    if not past.own_points:
        # For each full hour, say, so many times the points of the rule.
        asked = past.asked // past.rule.points * rule.points
    return RetoldDeed(past, rule, counters.grant(Tenths(asked), rule.cap, deed).granted)


def effect_of(kind: RuleKind) -> int:
    """1 for what gives points and score, -1 for what takes score, 0 for what does neither."""
    return {RuleKind.EARN: 1, RuleKind.BONUS: 1, RuleKind.DEDUCT: -1}.get(kind, 0)


def effects(retold: Sequence[RetoldDeed]) -> list[RuleEffect]:
    """The sums by rule, in the order of their codes."""
    by_code: dict[str, list[RetoldDeed]] = defaultdict(list)
    for each in retold:
        by_code[each.past.rule.code].append(each)
    return [
        RuleEffect(
            code=code,
            title=(found[-1].rule or found[-1].past.rule).title,
            deducts=found[-1].past.rule.kind is RuleKind.DEDUCT,
            times=len(found),
            before=sum(each.past.granted for each in found),
            after=sum(each.granted for each in found),
            gone=all(each.rule is None for each in found),
        )
        for code, found in sorted(by_code.items())
    ]


def retold_facts(books: LedgerFacts, retold: Sequence[RetoldDeed]) -> LedgerFacts:
    """The month's facts with what the other version would have changed in them."""
    standing = defaultdict(int, books.standing)
    took_part, takes_part = set[int](), set[int]()
    for each in retold:
        deed = each.past.deed
        change = (each.granted - each.past.granted) * effect_of(each.past.rule.kind)
        standing[deed.member_id or deed.household_id] += change
        if each.past.granted and each.past.rule.kind is RuleKind.EARN:
            took_part.add(deed.household_id)
        if each.granted and each.rule is not None and each.rule.kind is RuleKind.EARN:
            takes_part.add(deed.household_id)
    return LedgerFacts(
        standing=dict(standing),
        took_part=frozenset((books.took_part - took_part) | takes_part),
        pool=books.pool,
    )


def points_by_household(retold: Sequence[RetoldDeed], *, after: bool) -> dict[int, int]:
    """Redeemable points that the deeds brought each household, in tenths."""
    points: dict[int, int] = defaultdict(int)
    for each in retold:
        if effect_of(each.past.rule.kind) > 0:
            points[each.past.deed.household_id] += each.granted if after else each.past.granted
    return points


def bonuses_by_household(result: MonthResult) -> dict[int, int]:
    """What grids' and teams' bonuses brought each household, in tenths."""
    bonuses: dict[int, int] = defaultdict(int)
    for grid in result.grids:
        for household in grid.took_part:
            bonuses[household.id] += grid.bonus
    for team in result.teams:
        for _, home in team.members:
            bonuses[home] += team.bonus
    return bonuses
