"""Reads of inspection rounds."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from app.claims.domain.inspections import FAILED, Level, bar_from_household, level_word
from app.claims.domain.reviews import Bar
from app.claims.models import (
    InspectionLevel,
    InspectionMark,
    InspectionRound,
)
from app.extensions import db
from app.identity import queries as identity
from app.kit.errors import NotFound
from app.kit.points import Tenths
from app.people import queries as people
from app.people.domain.households import HouseholdRef
from app.rulebook import queries as rulebook
from app.rulebook.domain.awards import RuleRef
from app.rulebook.domain.rules import CapScope

from .rules import claimable_rules
from .turns import reviewers


@dataclass(frozen=True, slots=True)
class InspectionRow:
    """A line of the list; `bar` is why the inspector who looks may not judge it."""

    mark: InspectionMark
    household: HouseholdRef
    bar: Bar | None

    @property
    def checked(self) -> bool:
        return self.mark.checked_by is not None


@dataclass(frozen=True, slots=True)
class InspectionView:
    """A round with its list as one inspector sees it, in the order drawn."""

    round: InspectionRound
    title: str
    grid_name: str
    levels: tuple[Level, ...]
    rows: tuple[InspectionRow, ...]
    names: Mapping[int, str]

    @property
    def is_open(self) -> bool:
        return self.round.posted_at is None and self.round.dropped_at is None

    @property
    def unmarked(self) -> int:
        return sum(row.mark.level is None for row in self.rows)

    @property
    def unchecked(self) -> int:
        return sum(row.mark.checked_by is None for row in self.rows)


def inspection_round(village_id: int, round_id: int) -> InspectionRound:
    """A round of the village; NotFound `inspection_not_found`."""
    found = db.session.get(InspectionRound, round_id)
    if found is None or found.village_id != village_id:
        raise NotFound("inspection_not_found")
    return found


def inspection_rounds(village_id: int) -> list[tuple[InspectionRound, str]]:
    """The last rounds of the village with their titles, newest first."""
    rows = db.session.scalars(
        select(InspectionRound)
        .where(InspectionRound.village_id == village_id)
        .order_by(InspectionRound.id.desc())
        .limit(50)
    ).all()
    return [(row, _title(_levels(village_id, row.id))) for row in rows]


def unfinished_inspections(village_id: int) -> int:
    """How many rounds were opened and neither posted nor dropped."""
    query = select(func.count()).where(
        InspectionRound.village_id == village_id,
        InspectionRound.posted_at.is_(None),
        InspectionRound.dropped_at.is_(None),
    )
    return db.session.scalar(query) or 0


def inspection_marks(round_id: int) -> Sequence[InspectionMark]:
    """The lines of a round in the order drawn."""
    return db.session.scalars(
        select(InspectionMark)
        .where(InspectionMark.round_id == round_id)
        .order_by(InspectionMark.place)
        .execution_options(populate_existing=True)
    ).all()


def inspection_rules(round_id: int) -> dict[int, int]:
    """The rule that each level awards."""
    rows = db.session.execute(
        select(InspectionLevel.level, InspectionLevel.rule_id).where(
            InspectionLevel.round_id == round_id
        )
    )
    return {row.level: row.rule_id for row in rows}


def inspection_view(village_id: int, round_id: int, account_id: int) -> InspectionView:
    """A round as an inspector sees it; NotFound `inspection_not_found`."""
    found = inspection_round(village_id, round_id)
    marks = inspection_marks(round_id)
    rules = _levels(village_id, round_id)
    homes = people.find_households(village_id, {mark.household_id for mark in marks})
    bars = inspection_bars(village_id, account_id, homes)
    grids = {grid.id: grid.name for grid in identity.grids(village_id)}
    concerned = {who for mark in marks for who in (mark.marked_by, mark.checked_by) if who}
    return InspectionView(
        round=found,
        title=_title(rules),
        grid_name=grids.get(found.grid_id or 0, ""),
        levels=(
            Level(FAILED, "不达标", Tenths(0)),
            *(Level(level, level_word(rule.title), rule.points) for level, rule in rules.items()),
        ),
        rows=tuple(
            InspectionRow(mark, homes[mark.household_id], bars[mark.household_id]) for mark in marks
        ),
        names=identity.display_names([found.opened_by, *concerned]),
    )


def inspection_bars(
    village_id: int, account_id: int, household_ids: Collection[int]
) -> dict[int, Bar | None]:
    """Why somebody of the staff may not judge each of the households."""
    inspector = reviewers(village_id)[account_id]
    kin = people.kin_of(village_id, household_ids)
    return {each: bar_from_household(inspector, each, kin[each]) for each in household_ids}


def inspectable_rules(village_id: int, day: date) -> list[RuleRef]:
    """The rules of a day that a household can earn as a whole."""
    return [
        rule
        for rule in claimable_rules(village_id, day)
        if rule.cap is None or rule.cap.scope is CapScope.HOUSEHOLD
    ]


def mark_of_award(award_id: int) -> InspectionMark | None:
    """The line of a round behind an award, if it comes from one."""
    return db.session.scalar(select(InspectionMark).where(InspectionMark.award_id == award_id))


def _levels(village_id: int, round_id: int) -> dict[int, RuleRef]:
    chosen = inspection_rules(round_id)
    rules = rulebook.rules_by_id(village_id, set(chosen.values()))
    return {level: rules[chosen[level]] for level in sorted(chosen)}


def _title(rules: Mapping[int, RuleRef]) -> str:
    best = rules[max(rules)]
    return best.title.replace(":", "：").partition("：")[0]
