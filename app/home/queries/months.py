"""A household's month as its line on the notice tells it, with what is behind each figure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kit.month import Month
from app.ledger import queries as books
from app.notices.domain import MonthFigures, figure_of
from app.notices.queries.figures import month_sums
from app.people import queries as people
from app.people.domain.households import HouseholdRef

from .passbook import PassbookLine, passbook

if TYPE_CHECKING:
    from app.ledger.models import LedgerPeriod

_LINES_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class HouseholdMonth:
    """`behind` has the movements by the figure that they change, oldest first, named as the fields
    of `figures`. What went from one of the household's accounts to another changes none.
    """

    household: HouseholdRef
    month: Month
    closed: bool
    figures: MonthFigures
    behind: Mapping[str, tuple[PassbookLine, ...]]


def household_month(village_id: int, household_id: int, month: Month) -> HouseholdMonth:
    """Raises NotFound `household_not_found` or `period_not_found`."""
    household = people.household(village_id, household_id)
    period = books.period(village_id, month)
    by_household, _ = month_sums(period)
    behind: dict[str, tuple[PassbookLine, ...]] = {}
    for line in reversed(list(_lines_of(period, household_id))):
        if line.change:
            figure = figure_of(line.kind)
            behind[figure] = (*behind.get(figure, ()), line)
    return HouseholdMonth(
        household=household,
        month=month,
        closed=period.closed_at is not None,
        figures=by_household.get(household_id, MonthFigures()),
        behind=behind,
    )


def _lines_of(period: "LedgerPeriod", household_id: int) -> Iterator[PassbookLine]:
    """The household's movements of a period, newest first."""
    before_id: int | None = None
    while True:
        page = passbook(period.village_id, household_id, before_id=before_id, limit=_LINES_AT_ONCE)
        period_of = {
            row.id: row.period_id
            for row in books.entries(period.village_id, entry_ids=[line.entry_id for line in page])
        }
        yield from (line for line in page if period_of[line.entry_id] == period.id)
        # Ids of periods grow as those of entries do.
        if len(page) < _LINES_AT_ONCE or period_of[page[-1].entry_id] < period.id:
            return
        before_id = page[-1].cursor
