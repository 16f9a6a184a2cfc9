"""Whose passbook the caller may open, and what may be said of its lines."""

from typing import TYPE_CHECKING

from app.activities import service as activities
from app.claims import service as claims
from app.home import queries
from app.identity.access import actor_id, village_id
from app.kit.errors import Conflict
from app.people import queries as people
from app.people.access import own_member
from app.people.domain.households import HouseholdRef

if TYPE_CHECKING:
    from app.activities.models import AttendanceDenial
    from app.claims.models import InspectionDenial


def own_household() -> HouseholdRef:
    """The household of the signed-in villager."""
    return people.household(village_id(), own_member().household_id)


def deny_credit(entry_id: int, statement: str) -> "AttendanceDenial | InspectionDenial":
    """Say that an entry is not the own household's.

    Raises NotFound `entry_not_found`, Conflict `award_not_deniable`.
    """
    household = own_household()
    story = queries.entry_story(village_id(), household.id, entry_id)
    award = story.award
    if award is None:
        raise Conflict("award_not_deniable")
    deny = claims.deny_inspection if story.inspection else activities.deny_award
    return deny(
        village_id=village_id(),
        household_id=household.id,
        award_id=award.id,
        statement=statement,
        actor_id=actor_id(),
    )
