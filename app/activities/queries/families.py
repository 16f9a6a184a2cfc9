"""Whom a signed-in villager may act for."""

from app.identity.domain import Principal
from app.kit.errors import NotFound
from app.people import queries as people
from app.people.domain.households import MemberRef, MemberStatus


def family(principal: Principal) -> list[MemberRef]:
    """The villager's own household, without those who left, oneself first."""
    own_id = principal.member_id or 0
    household_id = people.member(principal.village_id or 0, own_id).household_id
    living = [
        person for person in people.members_of(household_id) if person.status is MemberStatus.ACTIVE
    ]
    return sorted(living, key=lambda person: person.id != own_id)


def of_family(principal: Principal, member_id: int) -> int:
    """The id itself, when it is one of the family; NotFound `member_not_found`."""
    if member_id not in {person.id for person in family(principal)}:
        raise NotFound("member_not_found")
    return member_id
