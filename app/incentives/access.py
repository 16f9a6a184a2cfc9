"""Whose results the caller may see with which detail."""

from app.identity import access
from app.identity.domain import Role
from app.kit.errors import NotFound
from app.people import queries as people
from app.people.access import own_member

STAFF = (Role.BRANCH_PRESIDENT, Role.SUPERVISION)


def sees_everything() -> bool:
    """Whether the caller may see what others did, row by row."""
    return access.principal().has_any(frozenset(STAFF))


def household_in_reach(household_id: int) -> int:
    """The id itself: any of the village for staff, the own one for a villager; NotFound
    `household_not_found`.
    """
    if not sees_everything() and own_member().household_id != household_id:
        raise NotFound("household_not_found")
    return household_id


def member_in_reach(member_id: int) -> int:
    """The same for a member, which for a villager is one of the own household; NotFound
    `member_not_found`.
    """
    member = people.member(access.village_id(), member_id)
    if not sees_everything() and own_member().household_id != member.household_id:
        raise NotFound("member_not_found")
    return member_id
