"""Whose passbook the caller may open."""

from app.identity.access import principal, village_id
from app.people import queries as people
from app.people.domain.households import HouseholdRef


def own_household() -> HouseholdRef:
    """The household of the signed-in villager."""
    member = people.member(village_id(), principal().member_id or 0)
    return people.household(village_id(), member.household_id)
