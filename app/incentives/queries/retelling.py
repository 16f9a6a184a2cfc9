"""The last closed month as it would have been under another version of the rule book."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from app.activities import queries as activities
from app.activities.service import AWARD_SOURCE
from app.claims import queries as claims
from app.claims.queries import Deduction
from app.identity import queries as places
from app.incentives.domain.computing import MonthResult, compute
from app.incentives.domain.facts import LedgerFacts
from app.incentives.domain.retelling import (
    PastDeed,
    RetoldDeed,
    RuleEffect,
    bonuses_by_household,
    effects,
    points_by_household,
    retell,
    retold_facts,
)
from app.kit.errors import Invalid
from app.kit.month import Month
from app.ledger import queries as books
from app.ledger.domain.drafts import EntryKind
from app.people import queries as people
from app.people.domain.households import HouseholdRef, MemberRef
from app.rulebook import queries as rulebook
from app.rulebook.domain.awards import RuleRef
from app.rulebook.domain.caps import Deed
from app.rulebook.domain.incentives import NO_INCENTIVES, IncentiveTerms
from app.rulebook.domain.rules import Rule

from .months import ComputedMonth, computed_month

if TYPE_CHECKING:
    from app.claims.models import Claim
    from app.ledger.models import LedgerPeriod
    from app.rulebook.models import Award

_DEED_KINDS = (EntryKind.AWARD, EntryKind.BONUS)


@dataclass(frozen=True, slots=True)
class HouseholdEffect:
    """A household's month before and after, in tenths: redeemable points, and standing."""

    household: HouseholdRef
    points_before: int
    points_after: int
    standing_before: int
    standing_after: int

    @property
    def differs(self) -> bool:
        return (self.points_before, self.standing_before) != (
            self.points_after,
            self.standing_after,
        )


@dataclass(frozen=True, slots=True)
class RetoldMonth:
    """The month as it was (`found`) and as it would have been (`result`).

    `households` and `linked` are those that differ. `new_rules` have no rule of the same code in
    the month, so nobody knows what they would have brought. `own_points_count` deeds kept the
    points that their activity gave; `taken_back_count` were reversed in the month itself and stand
    on neither side.
    """

    found: ComputedMonth
    result: MonthResult
    rules: tuple[RuleEffect, ...]
    new_rules: tuple[Rule, ...]
    households: tuple[HouseholdEffect, ...]
    unchanged_count: int
    points_before: int
    points_after: int
    linked: tuple[tuple[MemberRef, int, int], ...]
    linked_unchanged_count: int
    grids: tuple[tuple[str, int, int], ...]
    own_points_count: int
    taken_back_count: int

    @property
    def gone(self) -> tuple[RuleEffect, ...]:
        return tuple(each for each in self.rules if each.gone)


@dataclass(frozen=True, slots=True)
class _Deeds:
    awards: list[PastDeed]
    deductions: list[PastDeed]
    deducted_earlier: list[tuple[Deed, int]]
    taken_back_count: int


def last_month_under_version(village_id: int, version_id: int) -> RetoldMonth | None:
    """Under a saved version; NotFound `rule_version_not_found`."""
    version = rulebook.version(village_id, version_id)
    return last_month_under(village_id, rulebook.rules(version.id), rulebook.incentives_of(version))


def last_month_under_draft(village_id: int, draft_id: int) -> RetoldMonth | None:
    """Under an uploaded file; what it does not say of linked scores stays as it was before.

    Raises NotFound `rule_draft_not_found`, Invalid `rule_version_refused` for a file that may not
    be saved.
    """
    preview = rulebook.preview(village_id, rulebook.draft(village_id, draft_id).content)
    if not preview.may_be_saved:
        count = len(preview.refused) + len(preview.findings)
        raise Invalid("rule_version_refused", count=count)
    return last_month_under(village_id, preview.rules, preview.proposed_terms or NO_INCENTIVES)


def last_month_under(
    village_id: int, rules: Sequence[Rule], terms: IncentiveTerms
) -> RetoldMonth | None:
    """Tell the last closed month again; None while no month has been closed. Writes nothing."""
    closed = [(each, at) for each in books.periods(village_id) if (at := each.closed_at)]
    if not closed:
        return None
    period, closed_at = closed[-1]
    found = computed_month(village_id, Month.parse(period.month))
    by_code = {rule.code: rule for rule in rules}
    deeds = _deeds(village_id, period, closed_at)
    retold = _retell(village_id, period, deeds, by_code)
    facts = LedgerFacts(
        found.result.standing,
        frozenset(each.id for each in found.result.households.values() if each.took_part),
        found.result.pool,
    )
    homes = {
        each.past.deed.member_id: each.past.deed.household_id
        for each in retold
        if each.past.deed.member_id is not None
    }
    # Who is there only because a cap no longer leaves them nothing is no household.
    register = replace(found.register, home_of={**homes, **found.register.home_of})
    result = compute(terms, register, retold_facts(facts, retold))
    known = {rule.code for rule in rulebook.rules(found.version.id)} if found.version else set()
    before, after = _points(found.result, retold, after=False), _points(result, retold, after=True)
    linked = _linked(village_id, found.result, result)
    compared = _households(village_id, (found.result, before), (result, after))
    return RetoldMonth(
        found=found,
        result=result,
        rules=tuple(effects(retold)),
        new_rules=tuple(rule for rule in rules if rule.code not in known),
        households=tuple(each for each in compared if each.differs),
        unchanged_count=sum(not each.differs for each in compared),
        points_before=sum(before.values()),
        points_after=sum(after.values()),
        linked=tuple(each for each in linked if each[1] != each[2]),
        linked_unchanged_count=sum(old == new for _, old, new in linked),
        grids=_grids(village_id, found.result, result),
        own_points_count=sum(each.past.own_points for each in retold),
        taken_back_count=deeds.taken_back_count,
    )


def _deeds(village_id: int, period: "LedgerPeriod", closed_at: datetime) -> _Deeds:
    """What the month awarded and deducted and did not itself take back."""
    reversals = books.entry_ids(village_id, period.id, {EntryKind.REVERSAL})
    awards = rulebook.awards_of_period(
        village_id,
        books.entry_ids(village_id, period.id, _DEED_KINDS),
        since=period.opened_at,
        until=closed_at,
    )
    taken = books.entry_ids(village_id, period.id, {EntryKind.DEDUCTION})
    last_entry_id = _last_entry_id(period)
    deductions = claims.decided_deductions(village_id)
    of_month = [each for each in deductions if _is_of(period, closed_at, each.claim, taken)]
    earlier_deductions = [
        (each.deed, each.claim.granted or 0)
        for each in deductions
        if (each.claim.entry_id or 0) not in taken
        and 0 < (each.claim.entry_id or 0) <= last_entry_id
        and not 0 < (each.claim.reversal_entry_id or 0) <= last_entry_id
    ]
    standing = [each for each in awards if each.reversal_entry_id not in reversals]
    kept = [each for each in of_month if each.claim.reversal_entry_id not in reversals]
    rules = rulebook.rules_by_id(village_id, {each.rule_id for each in standing})
    sessions = {each.source_id for each in standing if each.source_kind == AWARD_SOURCE}
    given = activities.points_of_sessions(village_id, sessions)
    return _Deeds(
        [_award(each, rules[each.rule_id], given.get(each.source_id)) for each in standing],
        [_deduction(each) for each in kept],
        earlier_deductions,
        len(awards) - len(standing) + len(of_month) - len(kept),
    )


def _award(row: "Award", rule: RuleRef, given: int | None) -> PastDeed:
    own = given != rule.points if given is not None else row.asked % rule.points != 0
    deed = Deed(
        row.rule_code, row.cap_group, row.member_id, row.household_id, row.occurred_on,
        (row.source_kind, row.source_id),
    )  # fmt: skip
    return PastDeed(deed, rule, row.asked, row.granted, own)


def _deduction(found: Deduction) -> PastDeed:
    return PastDeed(
        found.deed, found.rule, found.rule.points, found.claim.granted or 0, own_points=False
    )


def _is_of(
    period: "LedgerPeriod", closed_at: datetime, claim: "Claim", entry_ids: set[int]
) -> bool:
    """Whether the period decided the deduction; one that a cap left nothing of has no entry."""
    if claim.entry_id is not None:
        return claim.entry_id in entry_ids
    decided_at = claim.decided_at or claim.created_at
    return period.opened_at <= decided_at < closed_at


def _last_entry_id(period: "LedgerPeriod") -> int:
    seal = books.seal(period.id)
    return 0 if seal is None else seal.last_entry_id


def _retell(
    village_id: int, period: "LedgerPeriod", deeds: _Deeds, rules: Mapping[str, Rule]
) -> list[RetoldDeed]:
    """Awards and deductions count under caps of their own."""
    earlier = rulebook.awarded_before(
        village_id,
        [
            (replace(each.deed, cap_group=rule.cap.group if rule.cap else ""), rule.cap)
            for each in deeds.awards
            if (rule := rules.get(each.rule.code)) is not None
        ],
        as_of=(period.opened_at, _last_entry_id(period)),
    )
    return [
        *retell(deeds.awards, earlier, rules),
        *retell(deeds.deductions, deeds.deducted_earlier, rules),
    ]


def _points(result: MonthResult, retold: Sequence[RetoldDeed], *, after: bool) -> dict[int, int]:
    """What each household gained in the month, bonuses included."""
    points = points_by_household(retold, after=after)
    for household_id, bonus in bonuses_by_household(result).items():
        points[household_id] = points.get(household_id, 0) + bonus
    return points


def _households(
    village_id: int,
    before: tuple[MonthResult, Mapping[int, int]],
    after: tuple[MonthResult, Mapping[int, int]],
) -> list[HouseholdEffect]:
    """Everybody who is in either month, by passbook number."""
    (old_result, old_points), (new_result, new_points) = before, after
    ids = old_result.households.keys() | new_result.households.keys()
    found = people.find_households(village_id, ids | old_points.keys() | new_points.keys())
    return [
        HouseholdEffect(
            household,
            old_points.get(household.id, 0),
            new_points.get(household.id, 0),
            _net(old_result, household.id),
            _net(new_result, household.id),
        )
        for household in sorted(found.values(), key=lambda each: each.passbook_no)
    ]


def _net(result: MonthResult, household_id: int) -> int:
    found = result.households.get(household_id)
    return 0 if found is None else found.net


def _linked(
    village_id: int, before: MonthResult, after: MonthResult
) -> list[tuple[MemberRef, int, int]]:
    """What of the linked households counted for each party member, before and after."""
    old = {each.member_id: each.term for each in before.linked}
    new = {each.member_id: each.term for each in after.linked}
    found = people.members(village_id, member_ids=old.keys() | new.keys())
    return [(each, old.get(each.id, 0), new.get(each.id, 0)) for each in found]


def _grids(
    village_id: int, before: MonthResult, after: MonthResult
) -> tuple[tuple[str, int, int], ...]:
    """Each grid's name, and the bonus of a household there before and after."""
    names = {grid.id: grid.name for grid in places.grids(village_id)}
    old = {grid.id: grid.bonus for grid in before.grids}
    return tuple((names.get(grid.id, ""), old.get(grid.id, 0), grid.bonus) for grid in after.grids)
