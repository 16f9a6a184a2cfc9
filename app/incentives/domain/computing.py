"""Linked scores and group bonuses of a month, from its facts.

Amounts are whole tenths. Where a division does not come out, the nearest tenth counts and a half
goes away from zero, as people round, so that a gain and a loss of the same size weigh the same.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.kit.points import Tenths
from app.rulebook.domain.incentives import IncentiveTerms, LinkedScoreTerms

from .facts import LedgerFacts, RegisterFacts


@dataclass(frozen=True, slots=True)
class HouseholdStanding:
    """A household's month: its own score and that of each member, and whether it took part."""

    id: int
    own: int = 0
    members: tuple[tuple[int, int], ...] = ()
    took_part: bool = False

    @property
    def net(self) -> int:
        return self.own + sum(amount for _, amount in self.members)


@dataclass(frozen=True, slots=True)
class LinkedScore:
    """A party member's linked score: `own` + `term`.

    `unclamped` is weight × mean of the linked households, rounded; `term` is what of it counts:
    nothing for whoever has too few linked households.
    """

    member_id: int
    own: int
    linked: tuple[HouseholdStanding, ...]
    unclamped: int
    term: int
    enough_links: bool

    @property
    def linked_sum(self) -> int:
        return sum(household.net for household in self.linked)

    @property
    def linked_mean(self) -> int:
        return rounded(self.linked_sum, len(self.linked))

    @property
    def total(self) -> int:
        return self.own + self.term


@dataclass(frozen=True, slots=True)
class GridResult:
    """A grid's month; `bonus` is what each household that took part receives."""

    id: int
    households: tuple[HouseholdStanding, ...]
    reached: bool
    bonus: Tenths

    @property
    def took_part(self) -> tuple[HouseholdStanding, ...]:
        return tuple(household for household in self.households if household.took_part)

    @property
    def standing_sum(self) -> int:
        return sum(household.net for household in self.households)

    @property
    def mean_standing(self) -> int:
        return rounded(self.standing_sum, len(self.households))

    @property
    def rate_percent(self) -> int:
        """Cut, not rounded: what reads as the threshold has reached it."""
        return 100 * len(self.took_part) // len(self.households) if self.households else 0


@dataclass(frozen=True, slots=True)
class TeamResult:
    """A team that completed the month's theme; `bonus` is what each of `members` receives, whose
    second half is the household.
    """

    id: int
    session_ids: tuple[int, ...]
    members: tuple[tuple[int, int], ...]
    bonus: Tenths


@dataclass(frozen=True, slots=True)
class MonthResult:
    """Everything a close computes. `needed` is what all bonuses come to in full, `pool` what there
    was for them; where that is less, every bonus is cut in proportion.
    """

    terms: IncentiveTerms
    households: Mapping[int, HouseholdStanding] = field(default_factory=dict)
    standing: Mapping[int, int] = field(default_factory=dict)
    linked: tuple[LinkedScore, ...] = ()
    grids: tuple[GridResult, ...] = ()
    teams: tuple[TeamResult, ...] = ()
    pool: int = 0
    needed: int = 0

    @property
    def paid(self) -> int:
        """What leaves the pool."""
        return sum(grid.bonus * len(grid.took_part) for grid in self.grids) + sum(
            team.bonus * len(team.members) for team in self.teams
        )


def compute(terms: IncentiveTerms, register: RegisterFacts, books: LedgerFacts) -> MonthResult:
    """The month's results; the same facts give the same results, in the same order."""
    households = _households(register, books)
    reached = {
        grid_id: _reaches(terms, [households[each] for each in ids])
        for grid_id, ids in register.grids
    }
    teams = _each_member_once(register) if terms.team_bonus else []
    grid_bonus = terms.grid.bonus if terms.grid else Tenths(0)
    team_bonus = terms.team_bonus or Tenths(0)
    receiving = sum(
        households[each].took_part for grid_id, ids in register.grids if reached[grid_id]
        for each in ids
    )  # fmt: skip
    needed = grid_bonus * receiving + team_bonus * sum(len(members) for *_, members in teams)
    return MonthResult(
        terms=terms,
        households=households,
        standing=books.standing,
        linked=_linked_scores(terms.linked, register, households, books),
        grids=tuple(
            GridResult(
                grid_id,
                tuple(households[each] for each in ids),
                reached[grid_id],
                _share(grid_bonus, books.pool, needed) if reached[grid_id] else Tenths(0),
            )
            for grid_id, ids in register.grids
        ),
        teams=tuple(
            TeamResult(team_id, sessions, members, _share(team_bonus, books.pool, needed))
            for team_id, sessions, members in teams
        ),
        pool=books.pool,
        needed=needed,
    )


def rounded(dividend: int, divisor: int) -> int:
    """The nearest whole number, a half away from zero; nothing divided by nothing is nothing."""
    if divisor == 0:
        return 0
    whole = (2 * abs(dividend) + divisor) // (2 * divisor)
    return whole if dividend >= 0 else -whole


def _households(register: RegisterFacts, books: LedgerFacts) -> dict[int, HouseholdStanding]:
    members: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for owner_id, amount in sorted(books.standing.items()):
        if owner_id in register.home_of:
            members[register.home_of[owner_id]].append((owner_id, amount))
    known = {each for _, ids in (*register.grids, *register.links) for each in ids}
    known |= {owner_id for owner_id in books.standing if owner_id not in register.home_of}
    return {
        each: HouseholdStanding(
            each, books.standing.get(each, 0), tuple(members[each]), each in books.took_part
        )
        for each in sorted(known | members.keys() | books.took_part)
    }


def _reaches(terms: IncentiveTerms, households: list[HouseholdStanding]) -> bool:
    if terms.grid is None or not households:
        return False
    took_part = sum(household.took_part for household in households)
    return 100 * took_part >= terms.grid.threshold_percent * len(households)


def _each_member_once(
    register: RegisterFacts,
) -> list[tuple[int, tuple[int, ...], tuple[tuple[int, int], ...]]]:
    """The completing teams; who is in several of them counts in the first."""
    seen: set[int] = set()
    teams = []
    for team in register.teams:
        members = tuple(pair for pair in team.members if pair[0] not in seen)
        seen |= {member_id for member_id, _ in members}
        teams.append((team.id, team.session_ids, members))
    return teams


def _share(bonus: Tenths, pool: int, needed: int) -> Tenths:
    """The bonus, or what of it the pool has for everybody alike; never more than there is."""
    return bonus if needed <= pool else Tenths(bonus * max(pool, 0) // needed)


def _linked_scores(
    terms: LinkedScoreTerms | None,
    register: RegisterFacts,
    households: Mapping[int, HouseholdStanding],
    books: LedgerFacts,
) -> tuple[LinkedScore, ...]:
    if terms is None:
        return ()
    scores = []
    for member_id, household_ids in register.links:
        linked = tuple(households[each] for each in household_ids)
        mean_of = sum(household.net for household in linked)
        unclamped = rounded(terms.weight_hundredths * mean_of, 100 * len(linked))
        enough = len(linked) >= terms.households_min
        term = max(-terms.clamp, min(terms.clamp, unclamped)) if enough else 0
        own = books.standing.get(member_id, 0)
        scores.append(LinkedScore(member_id, own, linked, unclamped, term, enough))
    return tuple(scores)
