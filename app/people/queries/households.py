"""Reads of households and members."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, func, or_, select

from app.extensions import db, settings
from app.identity.queries import grids
from app.kit.db import among, table_of
from app.kit.errors import NotFound
from app.kit.sealing import Sealer
from app.kit.statements import Prepared
from app.kit.text import normalise_name
from app.people.domain.households import (
    Gender,
    HouseholdRef,
    HouseholdStatus,
    MemberRef,
    MemberStatus,
    NoticeNameMode,
)
from app.people.domain.numbers import normalise_passbook_no, normalise_phone
from app.people.models import (
    Household,
    HouseholdMembership,
    Member,
)

IS_OPEN = HouseholdMembership.ended_on.is_(None)


def household(village_id: int, household_id: int) -> HouseholdRef:
    """A household of the village; NotFound `household_not_found`."""
    return _one_household(village_id, Household.id == household_id)


def household_by_passbook(village_id: int, passbook_no: str) -> HouseholdRef:
    """The household of a passbook number as typed ("23", "0023"); NotFound
    `household_not_found`.
    """
    number = normalise_passbook_no(passbook_no)
    return _one_household(village_id, Household.passbook_no == number)


def households(
    village_id: int,
    *,
    search: str = "",
    grid_id: int | None = None,
    after: str = "",
    limit: int | None = None,
) -> list[HouseholdRef]:
    """The households of the village by passbook number, ended ones too; `after` a number.

    `search` is part of a member's name, a passbook number or a whole phone number.
    """
    query = _households(village_id).where(Household.passbook_no > after).limit(limit)
    if grid_id is not None:
        query = query.where(Household.grid_id == grid_id)
    if search.strip():
        wanted = Member.name.contains(normalise_name(search), autoescape=True)
        phone = normalise_phone(search)
        if phone is not None:
            wanted = Member.phone_index == phone_sealer().index(phone.encode())
        found = (
            select(HouseholdMembership.household_id)
            .join(Member, Member.id == HouseholdMembership.member_id)
            .where(IS_OPEN, Member.village_id == village_id, wanted)
        )
        query = query.where(
            or_(
                Household.passbook_no == normalise_passbook_no(search),
                Household.id.in_(found),
            )
        )
    return _household_refs(village_id, query)


def household_counts(village_ids: Collection[int]) -> dict[int, int]:
    """How many households are on the register of each village."""
    rows = db.session.execute(
        select(Household.village_id, func.count().label("households"))
        .where(
            Household.village_id.in_(village_ids), Household.status == HouseholdStatus.ACTIVE.value
        )
        .group_by(Household.village_id)
    )
    return dict.fromkeys(village_ids, 0) | {row.village_id: row.households for row in rows}


def households_of(village_id: int, member_ids: Collection[int]) -> dict[int, HouseholdRef]:
    """The household of each of the members, the last one of somebody who left.

    Ids that are not of the village are left out.
    """
    rows = db.session.execute(
        select(HouseholdMembership.member_id, HouseholdMembership.household_id)
        .join(Member, Member.id == HouseholdMembership.member_id)
        .where(IS_OPEN, Member.village_id == village_id, among(Member.id, set(member_ids)))
    ).all()
    known = find_households(village_id, {row.household_id for row in rows})
    return {row.member_id: known[row.household_id] for row in rows}


def find_households(village_id: int, household_ids: Collection[int]) -> dict[int, HouseholdRef]:
    """Those of the households that are of the village, by id."""
    wanted = among(Household.id, set(household_ids))
    found = _household_refs(village_id, _households(village_id).where(wanted))
    return {household.id: household for household in found}


def member(village_id: int, member_id: int) -> MemberRef:
    """A member of the village; NotFound `member_not_found`."""
    row = _MEMBER.first(db.session, member_id=member_id, village_id=village_id)
    if row is None:
        raise NotFound("member_not_found")
    return _member_ref(row, row)


def members(
    village_id: int, *, member_ids: Collection[int] | None = None, search: str = ""
) -> list[MemberRef]:
    """Members of the village in the order of the register: all, the given ones, or by name.

    Those who died or moved away are among them; see `status`.
    """
    query = member_rows(village_id)
    if member_ids is not None:
        query = query.where(Member.id.in_(set(member_ids)))
    if search.strip():
        query = query.where(Member.name.contains(normalise_name(search), autoescape=True))
    return [to_member_ref(row) for row in db.session.execute(query)]


def members_of(household_id: int) -> list[MemberRef]:
    """Everybody whose present or last household this is, the head first."""
    query = member_rows(None).where(HouseholdMembership.household_id == household_id)
    return [to_member_ref(row) for row in db.session.execute(query)]


def former_members_of(household_id: int) -> list[tuple[str, HouseholdMembership]]:
    """Names and times of those who went over to another household."""
    rows = db.session.execute(
        select(Member.name, HouseholdMembership)
        .join(Member, Member.id == HouseholdMembership.member_id)
        .where(
            HouseholdMembership.household_id == household_id,
            HouseholdMembership.ended_on.is_not(None),
        )
        .order_by(HouseholdMembership.ended_on, HouseholdMembership.id)
    )
    return [(row.name, row.HouseholdMembership) for row in rows]


def phone_of(village_id: int, member_id: int) -> str | None:
    """A member's phone number in the clear, for staff who have to call."""
    sealed = db.session.scalar(
        select(Member.phone_sealed).where(Member.id == member_id, Member.village_id == village_id)
    )
    return None if sealed is None else phone_sealer().open(sealed, context=str(member_id)).decode()


def phone_sealer() -> Sealer:
    """Seals phone numbers; the context of each is its member's id."""
    return Sealer(settings().master_key, "member phone")


def _households(village_id: int) -> Select[Household, str]:
    return (
        select(Household, Member.name.label("head_name"))
        .outerjoin(
            HouseholdMembership,
            and_(
                HouseholdMembership.household_id == Household.id,
                HouseholdMembership.is_head,
                IS_OPEN,
            ),
        )
        .outerjoin(Member, Member.id == HouseholdMembership.member_id)
        .where(Household.village_id == village_id)
        .order_by(Household.passbook_no)
    )


def _one_household(village_id: int, condition: Any) -> HouseholdRef:
    found = _household_refs(village_id, _households(village_id).where(condition))
    if not found:
        raise NotFound("household_not_found")
    return found[0]


def _household_refs(village_id: int, query: Select[Household, str]) -> list[HouseholdRef]:
    grid_names = {grid.id: grid.name for grid in grids(village_id)}
    return [
        HouseholdRef(
            id=row.Household.id,
            passbook_no=row.Household.passbook_no,
            head_name=row.head_name or "",
            grid_id=row.Household.grid_id,
            grid_name=grid_names.get(row.Household.grid_id, ""),
            notice_name_mode=NoticeNameMode(row.Household.notice_name_mode),
            status=HouseholdStatus(row.Household.status),
        )
        for row in db.session.execute(query)
    ]


def member_rows(village_id: int | None) -> Select[Member, HouseholdMembership]:
    query = (
        select(Member, HouseholdMembership)
        .join(HouseholdMembership, and_(HouseholdMembership.member_id == Member.id, IS_OPEN))
        .join(Household, Household.id == HouseholdMembership.household_id)
        .order_by(Household.passbook_no, HouseholdMembership.is_head.desc(), HouseholdMembership.id)
    )
    return query if village_id is None else query.where(Member.village_id == village_id)


# Asked for at every card scanned.
_PERSON, _MEMBERSHIP = table_of(Member), table_of(HouseholdMembership)
_MEMBER = Prepared(
    select(
        _PERSON.c.id,
        _PERSON.c.name,
        _PERSON.c.gender,
        _PERSON.c.birth_month,
        _PERSON.c.is_party_member,
        _PERSON.c.status,
        _PERSON.c.status_on,
        _MEMBERSHIP.c.household_id,
        _MEMBERSHIP.c.relation,
        _MEMBERSHIP.c.is_head,
    )
    .join(
        _MEMBERSHIP,
        and_(_MEMBERSHIP.c.member_id == _PERSON.c.id, _MEMBERSHIP.c.ended_on.is_(None)),
    )
    .where(_PERSON.c.id == bindparam("member_id"), _PERSON.c.village_id == bindparam("village_id"))
)


def to_member_ref(row: Row[Member, HouseholdMembership]) -> MemberRef:
    """The member that a row of `member_rows` spells."""
    return _member_ref(row.Member, row.HouseholdMembership)


def _member_ref(person: Any, membership: Any) -> MemberRef:
    return MemberRef(
        id=person.id,
        household_id=membership.household_id,
        name=person.name,
        gender=None if person.gender is None else Gender(person.gender),
        birth_month=person.birth_month,
        is_party_member=person.is_party_member,
        relation=membership.relation,
        is_head=membership.is_head,
        status=MemberStatus(person.status),
        status_on=person.status_on,
    )
