"""Reads of the links between party members and households."""

from collections import Counter
from typing import Any

from sqlalchemy import select

from app.extensions import db
from app.kit.errors import NotFound
from app.people.domain.households import MemberRef, MemberStatus
from app.people.domain.links import LinkRef, LinkSide
from app.people.models import Household, Member, PartyLink

from .households import find_households, member_rows, members, to_member_ref


def party_members(village_id: int) -> list[tuple[MemberRef, int]]:
    """The party members on the register, each with the number of linked households."""
    linked = Counter(
        db.session.scalars(
            select(PartyLink.member_id).where(
                PartyLink.village_id == village_id,
                PartyLink.began_on.is_not(None),
                PartyLink.ended_on.is_(None),
            )
        )
    )
    query = member_rows(village_id).where(
        Member.is_party_member, Member.status == MemberStatus.ACTIVE.value
    )
    found = [to_member_ref(row) for row in db.session.execute(query)]
    return [(member, linked[member.id]) for member in found]


def links_of_member(village_id: int, member_id: int) -> list[LinkRef]:
    """The links and proposals of a party member that are not over, by passbook number."""
    return _open_links(village_id, PartyLink.member_id == member_id)


def links_of_household(village_id: int, household_id: int) -> list[LinkRef]:
    """The links and proposals of a household that are not over."""
    return _open_links(village_id, PartyLink.household_id == household_id)


def link(village_id: int, link_id: int) -> LinkRef:
    """A link or proposal that is not over; NotFound `link_not_found`."""
    found = _open_links(village_id, PartyLink.id == link_id)
    if not found:
        raise NotFound("link_not_found")
    return found[0]


def _open_links(village_id: int, condition: Any) -> list[LinkRef]:
    rows = db.session.scalars(
        select(PartyLink)
        .join(Household, Household.id == PartyLink.household_id)
        .where(PartyLink.village_id == village_id, PartyLink.ended_on.is_(None), condition)
        .order_by(Household.passbook_no, PartyLink.id)
    ).all()
    wanted = members(village_id, member_ids={row.member_id for row in rows})
    party_members = {member.id: member for member in wanted}
    households = find_households(village_id, {row.household_id for row in rows})
    return [
        LinkRef(
            id=row.id,
            member=party_members[row.member_id],
            household=households[row.household_id],
            proposed_by=LinkSide(row.proposed_by),
            began_on=row.began_on,
            ended_on=row.ended_on,
        )
        for row in rows
    ]
