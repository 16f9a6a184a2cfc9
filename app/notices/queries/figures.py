"""The figures of a month, gathered from the ledger and told by household and category."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.activities import queries as activities
from app.claims import queries as claims
from app.incentives import queries as incentives
from app.incentives.domain.computing import MonthResult
from app.kit.errors import Conflict
from app.kit.month import Month
from app.kit.points import Tenths
from app.ledger import queries as books
from app.ledger.domain.accounts import POINT, Purpose
from app.ledger.queries import PeriodSums
from app.notices.domain import EARNED, MonthFigures, month_figures, total
from app.people import queries as people
from app.people.domain.households import HouseholdRef, HouseholdStatus
from app.rulebook import queries as rulebook

if TYPE_CHECKING:
    from app.ledger.models import LedgerPeriod
    from app.rulebook.models import Award

_HOUSEHOLD_PURPOSES = (Purpose.PENDING, Purpose.SPENDABLE, Purpose.HELD)
_OTHER_POINT_PURPOSES = (
    Purpose.ISSUANCE, Purpose.BRANCH_BUDGET, Purpose.BONUS_POOL, Purpose.ACTIVITY_POOL,
    Purpose.ACTIVITY_INCOME, Purpose.STORE_TAKINGS, Purpose.SETTLED, Purpose.EXPIRED,
    Purpose.MOVED_OUT, Purpose.MOVED_IN,
)  # fmt: skip
READ_PURPOSES = (*_HOUSEHOLD_PURPOSES, *_OTHER_POINT_PURPOSES)

_Sums = Mapping[Purpose, Mapping[tuple[int, int], PeriodSums]]
"""What moved in the month, by purpose, owner and unit."""


@dataclass(frozen=True, slots=True)
class HouseholdMonth:
    """One household's line: figures in tenths, and how its credits came about.

    `followed` is what came (positive) or went because a family split, merged or moved.
    """

    household: HouseholdRef
    figures: MonthFigures
    staff_entered: int
    late: int
    followed: int


@dataclass(frozen=True, slots=True)
class CategoryMonth:
    """Awards of one category of the rule book."""

    category: str
    times: int
    points: Tenths


@dataclass(frozen=True, slots=True)
class VillageMonth:
    """Everything a notice says in figures; `computed` are linked scores, grids and bonuses."""

    households: tuple[HouseholdMonth, ...]
    village: MonthFigures
    categories: tuple[CategoryMonth, ...]
    computed: MonthResult

    @property
    def took_part(self) -> int:
        return sum(household.took_part for household in self.computed.households.values())


def village_month(village_id: int, month: Month) -> VillageMonth:
    """Gather a month's figures.

    The households' sum and the village's are taken from the two sides of the transfers; Conflict
    `notice_does_not_add_up` when they differ, which a sound book cannot make happen.
    """
    period = books.period(village_id, month)
    by_household, village = month_sums(period)
    if total(by_household.values()) != village:
        raise Conflict("notice_does_not_add_up")
    awards = _awards_of(period)
    award_ids = [award.id for award in awards]
    staff_entered = activities.staff_entered_awards(village_id, award_ids)
    staff_entered |= claims.office_awards(village_id, award_ids)
    marks = _marks(awards, staff_entered, month)
    followed = people.followed_points(village_id, month)
    lines = tuple(
        HouseholdMonth(
            household,
            by_household.get(household.id, MonthFigures()),
            *marks[household.id],
            followed.get(household.id, 0),
        )
        for household in people.households(village_id)
        if household.status is HouseholdStatus.ACTIVE or household.id in by_household
    )
    computed = incentives.computed_month(village_id, month).result
    return VillageMonth(
        households=lines,
        village=village,
        categories=(*_categories(village_id, awards), *_bonuses(computed)),
        computed=computed,
    )


def month_sums(period: "LedgerPeriod") -> tuple[dict[int, MonthFigures], MonthFigures]:
    """Every household's month by its id, and the village's as all other accounts saw it."""
    sums = books.sums_by_purpose(period, READ_PURPOSES)
    return _household_figures(sums), _village_figures(sums)


def _household_figures(all_sums: _Sums) -> dict[int, MonthFigures]:
    figures: dict[int, MonthFigures] = defaultdict(MonthFigures)
    for purpose in _HOUSEHOLD_PURPOSES:
        for (household_id, unit_id), sums in all_sums[purpose].items():
            if unit_id == POINT:
                figures[household_id] += month_figures(sums.opening, sums.credits, sums.debits)
    return dict(figures)


def _village_figures(all_sums: _Sums) -> MonthFigures:
    """The households' month as all other accounts saw it, sides exchanged."""
    return total(
        month_figures(-sums.opening, sums.debits, sums.credits)
        for purpose in _OTHER_POINT_PURPOSES
        for (_owner_id, unit_id), sums in all_sums[purpose].items()
        if unit_id == POINT
    )


def _awards_of(period: "LedgerPeriod") -> list["Award"]:
    entry_ids = books.entry_ids(period.village_id, period.id, EARNED)
    return list(rulebook.awards(period.village_id, entry_ids=entry_ids))


def _marks(
    awards: list["Award"], staff_entered: frozenset[int], month: Month
) -> dict[int, tuple[int, int]]:
    """Per household: credits typed in by staff, and credits for deeds of an earlier month."""
    typed: Counter[int] = Counter()
    late: Counter[int] = Counter()
    for award in awards:
        typed[award.household_id] += award.id in staff_entered
        late[award.household_id] += award.occurred_on < month.first_day
    return defaultdict(lambda: (0, 0), {key: (typed[key], late[key]) for key in typed})


def _categories(village_id: int, awards: list["Award"]) -> tuple[CategoryMonth, ...]:
    rules = rulebook.rules_by_id(village_id, {award.rule_id for award in awards})
    times: Counter[str] = Counter()
    points: Counter[str] = Counter()
    for award in awards:
        category = rules[award.rule_id].category
        times[category] += 1
        points[category] += award.granted
    return tuple(
        CategoryMonth(category, times[category], Tenths(points[category]))
        for category in sorted(times, key=lambda name: (-points[name], name))
    )


def _bonuses(computed: MonthResult) -> Iterator[CategoryMonth]:
    for category, groups in (
        ("网格奖励", [(grid.bonus, len(grid.took_part)) for grid in computed.grids]),
        ("服务队奖励", [(team.bonus, len(team.members)) for team in computed.teams]),
    ):
        times = sum(receivers for bonus, receivers in groups if bonus)
        if times:
            points = sum(bonus * receivers for bonus, receivers in groups)
            yield CategoryMonth(category, times, Tenths(points))
