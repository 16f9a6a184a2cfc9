"""Gathering the facts of a month, in a number of statements that does not grow with the village."""

from typing import TYPE_CHECKING

from app.activities import queries as activities
from app.incentives.domain.facts import LedgerFacts, RegisterFacts, TeamFacts
from app.incentives.domain.postings import BONUS_KINDS
from app.kit.month import Month
from app.ledger import queries as books
from app.ledger.domain.accounts import POINT, SCORE, Purpose, bonus_pool
from app.ledger.domain.drafts import EntryKind
from app.ledger.queries import PeriodSums
from app.people import queries as people

if TYPE_CHECKING:
    from app.ledger.models import LedgerPeriod

TOOK_PART_KINDS = frozenset({EntryKind.AWARD})
"""What counts as taking part: points for a deed. A bonus, or points spent, does not."""

AWARDED_TO = frozenset({Purpose.PENDING, Purpose.SPENDABLE})
"""Where such points go: before the notice, or at once."""


def gather_register(
    village_id: int, month: Month, standing_owners: frozenset[int]
) -> RegisterFacts:
    """What the register and the activities say now about a month.

    Links and teams count as they were at the end of the month's last day, as far as is known now;
    households, grids and families as they are now.
    """
    homes = people.household_ids_of_members(village_id)
    team_members = people.team_members_on(village_id, month.last_day)
    completed = activities.theme_sessions_of_teams(village_id, month)
    return RegisterFacts(
        grids=tuple(
            (grid_id, tuple(households))
            for grid_id, households in people.households_by_grid(village_id).items()
        ),
        home_of={each: homes[each] for each in standing_owners if each in homes},
        links=tuple(
            (member_id, tuple(households))
            for member_id, households in people.links_on(village_id, month.last_day).items()
        ),
        teams=tuple(
            TeamFacts(team_id, completed[team_id], tuple(members))
            for team_id, members in team_members.items()
            if team_id in completed
        ),
    )


def gather_ledger(period: "LedgerPeriod") -> LedgerFacts:
    """What the rows of a period say, the same before and after incentives were posted."""
    sums = books.sums_by_purpose(period, [Purpose.STANDING, Purpose.BONUS_POOL])
    pool = sums[Purpose.BONUS_POOL].get((period.village_id, POINT), PeriodSums())
    return LedgerFacts(
        standing={
            owner_id: _net_without_linked_score(each)
            for (owner_id, unit_id), each in sums[Purpose.STANDING].items()
            if unit_id == SCORE and {*each.credits, *each.debits} - {EntryKind.LINKED_SCORE}
        },
        took_part=frozenset(books.credited_owners(period, AWARDED_TO, TOOK_PART_KINDS)),
        pool=pool.closing + sum(pool.debits.get(kind, 0) for kind in BONUS_KINDS),
    )


def pool_balance(village_id: int) -> int:
    """What the bonus pool holds now, in tenths."""
    return books.balance(bonus_pool(village_id))


def _net_without_linked_score(sums: PeriodSums) -> int:
    linked = EntryKind.LINKED_SCORE
    posted = sums.credits.get(linked, 0) - sums.debits.get(linked, 0)
    return sums.closing - sums.opening - posted
