"""Where each figure of a month comes from: term by term, down to the ledger rows and the people."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.activities import queries as activities
from app.identity import queries as places
from app.incentives.domain.computing import (
    GridResult,
    HouseholdStanding,
    LinkedScore,
    TeamResult,
)
from app.kit.errors import NotFound
from app.kit.month import Month
from app.ledger import queries as books
from app.ledger.domain.accounts import Purpose
from app.ledger.domain.drafts import EntryKind
from app.ledger.queries import PeriodLine
from app.people import queries as people
from app.people.domain.households import HouseholdRef, MemberRef
from app.rulebook import queries as rulebook

from .gathering import AWARDED_TO, TOOK_PART_KINDS
from .months import ComputedMonth, computed_month

_TOLD_KINDS = frozenset({EntryKind.AWARD, EntryKind.BONUS, EntryKind.DEDUCTION, EntryKind.REVERSAL})


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """What one entry added to a term; `title` is that of the rule, `who` a person or household."""

    entry_id: int
    occurred_on: date
    kind: EntryKind
    title: str
    who: str
    amount: int

    @property
    def code(self) -> str:
        """Of the sentence that says what the entry is, with `title` as its fact."""
        return f"row_{self.kind}" if self.kind in _TOLD_KINDS else "row_other"


@dataclass(frozen=True, slots=True)
class Bonus:
    """What somebody received; `entry_id` is None before the close."""

    kind: EntryKind
    group: str
    amount: int
    entry_id: int | None


@dataclass(frozen=True, slots=True)
class HouseholdStory:
    """A household's standing with the rows behind it, the deeds by which it took part, and what
    it received. `grid` is None for a household without one.
    """

    found: ComputedMonth
    household: HouseholdRef
    standing: HouseholdStanding
    rows: tuple[LedgerRow, ...]
    deeds: tuple[LedgerRow, ...]
    grid: GridResult | None
    bonuses: tuple[Bonus, ...]


@dataclass(frozen=True, slots=True)
class MemberStory:
    """A member's own score with its rows; `score` for party members, with each linked household
    and its rows.
    """

    found: ComputedMonth
    member: MemberRef
    own: int
    rows: tuple[LedgerRow, ...]
    score: LinkedScore | None
    linked: tuple[tuple[HouseholdRef, HouseholdStanding, tuple[LedgerRow, ...]], ...]
    entry_id: int | None
    bonuses: tuple[Bonus, ...]


@dataclass(frozen=True, slots=True)
class GridStory:
    """A grid, with each household's standing rows and deeds."""

    found: ComputedMonth
    name: str
    grid: GridResult
    households: tuple[
        tuple[HouseholdRef, HouseholdStanding, tuple[LedgerRow, ...], tuple[LedgerRow, ...]], ...
    ]
    entry_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """A month at a glance: grids and teams by name, party members with their scores."""

    found: ComputedMonth
    grids: tuple[tuple[str, GridResult], ...]
    linked: tuple[tuple[MemberRef, LinkedScore], ...]
    teams: tuple[tuple[str, TeamResult, tuple[str, ...], tuple[str, ...]], ...]


def overview(village_id: int, month: Month) -> Overview:
    """The results of a month with the names of everybody in them; each team with the titles of its
    sessions and the names of its members. NotFound `period_not_found`.
    """
    found = computed_month(village_id, month)
    result = found.result
    wanted = {score.member_id for score in result.linked}
    wanted |= {member_id for team in result.teams for member_id, _ in team.members}
    persons = {person.id: person for person in people.members(village_id, member_ids=wanted)}
    titles = activities.titles_of_sessions(
        village_id, {each for team in result.teams for each in team.session_ids}
    )
    grids, teams = _grid_names(village_id), _team_names(village_id)
    return Overview(
        found=found,
        grids=tuple((grids.get(grid.id, ""), grid) for grid in result.grids),
        linked=tuple((persons[score.member_id], score) for score in result.linked),
        teams=tuple(
            (
                teams.get(team.id, ""),
                team,
                tuple(titles[each] for each in team.session_ids if each in titles),
                tuple(persons[each].name for each, _ in team.members if each in persons),
            )
            for team in result.teams
        ),
    )


def household_story(village_id: int, month: Month, household_id: int) -> HouseholdStory:
    """Raises NotFound `period_not_found` or `household_not_found`."""
    household = people.household(village_id, household_id)
    found = computed_month(village_id, month)
    standing = found.result.households.get(household_id, HouseholdStanding(household_id))
    grids = (grid for grid in found.result.grids if standing in grid.households)
    return HouseholdStory(
        found=found,
        household=household,
        standing=standing,
        rows=_standing_rows(village_id, found, [standing])[household_id],
        deeds=_deeds(village_id, found, [household_id])[household_id],
        grid=next(grids, None),
        bonuses=_bonuses(village_id, found, household_id=household_id),
    )


def member_story(village_id: int, month: Month, member_id: int) -> MemberStory:
    """Raises NotFound `period_not_found` or `member_not_found`."""
    member = people.member(village_id, member_id)
    found = computed_month(village_id, month)
    scores = (score for score in found.result.linked if score.member_id == member_id)
    score = next(scores, None)
    linked = score.linked if score else ()
    households = people.find_households(village_id, [each.id for each in linked])
    rows = _standing_rows(village_id, found, linked)
    own = HouseholdStanding(0, members=((member_id, found.result.standing.get(member_id, 0)),))
    return MemberStory(
        found=found,
        member=member,
        own=own.net,
        rows=_standing_rows(village_id, found, [own])[0],
        score=score,
        linked=tuple((households[each.id], each, rows[each.id]) for each in linked),
        entry_id=found.entry_ids.get(f"incentive:{month}:linked:{member_id}"),
        bonuses=_bonuses(village_id, found, member_id=member_id),
    )


def grid_story(village_id: int, month: Month, grid_id: int) -> GridStory:
    """Raises NotFound `period_not_found` or `incentive_subject_missing`."""
    found = computed_month(village_id, month)
    grids = [grid for grid in found.result.grids if grid.id == grid_id]
    if not grids:
        raise NotFound("incentive_subject_missing")
    (grid,) = grids
    ids = [each.id for each in grid.households]
    households = people.find_households(village_id, ids)
    rows = _standing_rows(village_id, found, grid.households)
    deeds = _deeds(village_id, found, ids)
    prefix = f"incentive:{month}:grid:{grid_id}:"
    return GridStory(
        found=found,
        name=_grid_names(village_id).get(grid_id, ""),
        grid=grid,
        households=tuple(
            (households[each.id], each, rows[each.id], deeds[each.id]) for each in grid.households
        ),
        entry_ids=tuple(
            entry_id for key, entry_id in found.entry_ids.items() if key.startswith(prefix)
        ),
    )


def _standing_rows(
    village_id: int, found: ComputedMonth, households: Sequence[HouseholdStanding]
) -> dict[int, tuple[LedgerRow, ...]]:
    """By household, its own rows and its members'; without what a close itself posted."""
    household_of = {member: each.id for each in households for member, _ in each.members}
    owners = household_of | {each.id: each.id for each in households}
    lines = [
        line
        for line in books.lines_of_period(found.period, [Purpose.STANDING], owners)
        if line.kind is not EntryKind.LINKED_SCORE
    ]
    return _by_household(village_id, lines, owners)


def _deeds(
    village_id: int, found: ComputedMonth, household_ids: Collection[int]
) -> dict[int, tuple[LedgerRow, ...]]:
    """By household, the awards by which it took part."""
    lines = [
        line
        for line in books.lines_of_period(found.period, AWARDED_TO, household_ids)
        if line.kind in TOOK_PART_KINDS and line.amount > 0 and not line.taken_back
    ]
    return _by_household(village_id, lines, {each: each for each in household_ids})


def _by_household(
    village_id: int, lines: Sequence[PeriodLine], household_of: Mapping[int, int]
) -> dict[int, tuple[LedgerRow, ...]]:
    awards = {
        award.entry_id: award
        for award in rulebook.awards(
            village_id, entry_ids={line.reverses_id or line.entry_id for line in lines}
        )
    }
    rules = rulebook.rules_by_id(village_id, {award.rule_id for award in awards.values()})
    persons = {line.owner_id for line in lines}
    persons |= {award.member_id for award in awards.values() if award.member_id is not None}
    names = {each.id: each.name for each in people.members(village_id, member_ids=persons)}
    rows: defaultdict[int, list[LedgerRow]] = defaultdict(list)
    for line in lines:
        award = awards.get(line.reverses_id or line.entry_id)
        rows[household_of[line.owner_id]].append(
            LedgerRow(
                entry_id=line.entry_id,
                occurred_on=line.occurred_on,
                kind=line.kind,
                title=rules[award.rule_id].title if award else "",
                who=names.get(award.member_id if award and award.member_id else line.owner_id, ""),
                amount=line.amount,
            )
        )
    return {each: tuple(rows[each]) for each in household_of.values()}


def _bonuses(
    village_id: int,
    found: ComputedMonth,
    *,
    household_id: int | None = None,
    member_id: int | None = None,
) -> tuple[Bonus, ...]:
    """What a household received for its grid and its members' teams, or a member for a team."""
    grids, teams = _grid_names(village_id), _team_names(village_id)
    received = [
        (EntryKind.GRID_BONUS, grids.get(grid.id, ""), grid.bonus, f"grid:{grid.id}")
        for grid in found.result.grids
        if grid.bonus and household_id in {each.id for each in grid.took_part}
    ]
    received += [
        (EntryKind.TEAM_BONUS, teams.get(team.id, ""), team.bonus, f"team:{team.id}")
        for team in found.result.teams
        for who, home in team.members
        if team.bonus and (who == member_id or home == household_id)
    ]
    return tuple(
        # The first part of a group's entry stands for all of them where there are several.
        Bonus(kind, group, amount, found.entry_ids.get(f"incentive:{found.month}:{key}:0"))
        for kind, group, amount, key in received
    )


def _grid_names(village_id: int) -> dict[int, str]:
    return {grid.id: grid.name for grid in places.grids(village_id)}


def _team_names(village_id: int) -> dict[int, str]:
    return {team.id: team.name for team in people.teams(village_id)}
