"""The village as a month's computation needs it: ids by grid, link and team, in few statements."""

from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from app.extensions import db
from app.people.domain.households import HouseholdStatus, MemberStatus
from app.people.models import Household, HouseholdMembership, Member, PartyLink, Team, TeamMember

from .households import IS_OPEN


def households_by_grid(village_id: int) -> dict[int, list[int]]:
    """The households on the register that belong to a grid, by grid, by passbook number."""
    rows = db.session.execute(
        select(Household.grid_id, Household.id)
        .where(
            Household.village_id == village_id,
            Household.status == HouseholdStatus.ACTIVE.value,
            Household.grid_id.is_not(None),
        )
        .order_by(Household.grid_id, Household.passbook_no)
    )
    found: dict[int, list[int]] = {}
    for row in rows:
        found.setdefault(row.grid_id or 0, []).append(row.id)
    return found


def household_ids_of_members(village_id: int) -> dict[int, int]:
    """Everybody's household, the last one of those who left."""
    rows = db.session.execute(
        select(HouseholdMembership.member_id, HouseholdMembership.household_id)
        .join(Household, Household.id == HouseholdMembership.household_id)
        .where(IS_OPEN, Household.village_id == village_id)
    )
    return {row.member_id: row.household_id for row in rows}


def links_on(village_id: int, day: date) -> dict[int, list[int]]:
    """The linked households of each party member at the end of a day, as is known now.

    In the order of the register; party members on it who have no link are there too.
    """
    party_members = db.session.scalars(
        select(Member.id)
        .join(HouseholdMembership, HouseholdMembership.member_id == Member.id)
        .join(Household, Household.id == HouseholdMembership.household_id)
        .where(
            IS_OPEN,
            Member.village_id == village_id,
            Member.is_party_member,
            Member.status == MemberStatus.ACTIVE.value,
        )
        .order_by(Household.passbook_no, HouseholdMembership.id)
    )
    links = db.session.execute(
        select(PartyLink.member_id, PartyLink.household_id)
        .join(Household, Household.id == PartyLink.household_id)
        .where(
            PartyLink.village_id == village_id,
            _lasts(PartyLink.began_on, PartyLink.ended_on, day),
        )
        .order_by(Household.passbook_no, PartyLink.member_id)
    )
    found: dict[int, list[int]] = {member_id: [] for member_id in party_members}
    for row in links:
        found.setdefault(row.member_id, []).append(row.household_id)
    return found


def team_members_on(village_id: int, day: date) -> dict[int, list[tuple[int, int]]]:
    """The members of each team at the end of a day, each with the household; without those who
    have died or moved away. Teams in the order they were made.
    """
    rows = db.session.execute(
        select(TeamMember.team_id, TeamMember.member_id, HouseholdMembership.household_id)
        .join(Team, Team.id == TeamMember.team_id)
        .join(Member, Member.id == TeamMember.member_id)
        .join(HouseholdMembership, HouseholdMembership.member_id == Member.id)
        .where(
            IS_OPEN,
            Team.village_id == village_id,
            Member.status == MemberStatus.ACTIVE.value,
            _lasts(TeamMember.joined_on, TeamMember.left_on, day),
        )
        .order_by(TeamMember.team_id, TeamMember.joined_on, TeamMember.id)
    )
    found: dict[int, list[tuple[int, int]]] = {}
    for row in rows:
        found.setdefault(row.team_id, []).append((row.member_id, row.household_id))
    return found


def _lasts(
    began_on: InstrumentedAttribute[date] | InstrumentedAttribute[date | None],
    ended_on: InstrumentedAttribute[date | None],
    day: date,
) -> ColumnElement[bool]:
    return (began_on <= day) & or_(ended_on.is_(None), ended_on > day)
