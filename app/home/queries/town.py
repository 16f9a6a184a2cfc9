"""The town's villages as the head bank sees them: by code, not in order of merit."""

from dataclasses import dataclass

from app.identity import queries as places
from app.kit.month import Month
from app.kit.points import Tenths
from app.ledger import queries as books
from app.ledger.domain.accounts import branch_budget
from app.people import queries as people
from app.rulebook import queries as rulebook
from app.rulebook.queries import Participation

_NOBODY = Participation(0, Tenths(0))


@dataclass(frozen=True, slots=True)
class VillageMonth:
    """A village's month: households that took part of all, points awarded, budget left."""

    name: str
    households: int
    took_part: int
    points: Tenths
    budget: Tenths


def town_month(town_id: int, month: Month) -> list[VillageMonth]:
    """The month of every village of the town, by the villages' codes."""
    villages = places.villages(town_id)
    village_ids = [village.id for village in villages]
    households = people.household_counts(village_ids)
    took_part = rulebook.participation(
        village_ids, first_day=month.first_day, last_day=month.last_day
    )
    budgets = books.balances([branch_budget(village_id) for village_id in village_ids])
    return [
        VillageMonth(
            name=village.name,
            households=households[village.id],
            took_part=took_part.get(village.id, _NOBODY).households,
            points=took_part.get(village.id, _NOBODY).points,
            budget=Tenths(budgets[branch_budget(village.id)]),
        )
        for village in villages
    ]
