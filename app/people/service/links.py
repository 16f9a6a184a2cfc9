"""Links between party members and households: wished for by one side, agreed to by the other."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from app.extensions import db
from app.kit import clock
from app.kit.errors import Denied, NotFound
from app.kit.ids import new_id
from app.people import queries
from app.people.domain.links import LinkSide, check_link
from app.people.models import PartyLink


def propose_link(
    *, village_id: int, member_id: int, household_id: int, side: LinkSide, actor_id: int
) -> bool:
    """Wish for a link; it is in force from today when the other side has wished for it before, or
    when the office enters what both have agreed to. Wishing twice changes nothing.

    Returns whether the link is in force now. Raises NotFound `member_not_found` or
    `household_not_found`, and what `check_link` raises.
    """
    check_link(queries.member(village_id, member_id), queries.household(village_id, household_id))
    row = db.session.scalar(
        select(PartyLink).where(
            PartyLink.member_id == member_id,
            PartyLink.household_id == household_id,
            PartyLink.ended_on.is_(None),
        )
    )
    if row is None:
        row = PartyLink(
            id=new_id(),
            village_id=village_id,
            member_id=member_id,
            household_id=household_id,
            proposed_by=side,
            proposed_at=clock.now(),
            proposed_actor_id=actor_id,
        )
        db.session.add(row)
    if row.began_on is None and (side is LinkSide.OFFICE or side != row.proposed_by):
        row.began_on = clock.today()
        row.agreed_actor_id = actor_id
    db.session.flush()
    return row.began_on is not None


def agree_to_link(*, village_id: int, link_id: int, side: LinkSide, actor_id: int) -> None:
    """Say yes to what the other side wished for; NotFound `link_not_found`, Denied
    `link_waits_for_other` to whoever wished for it.
    """
    found = queries.link(village_id, link_id)
    if found.began_on is None and side is found.proposed_by:
        raise Denied("link_waits_for_other")
    propose_link(
        village_id=village_id,
        member_id=found.member.id,
        household_id=found.household.id,
        side=side,
        actor_id=actor_id,
    )


def end_link(*, village_id: int, link_id: int, actor_id: int) -> None:
    """End a link today, or take back or decline what was only wished for.

    Either side may, at any time. Raises NotFound `link_not_found`.
    """
    if not _end([PartyLink.village_id == village_id, PartyLink.id == link_id], actor_id):
        raise NotFound("link_not_found")


def end_links_of_member(member_id: int) -> None:
    """Nobody can keep in touch who has died, moved away or is no party member any more."""
    _end([PartyLink.member_id == member_id])


def end_links_of_household(household_id: int) -> None:
    """A household without anybody in it has nobody to keep in touch with."""
    _end([PartyLink.household_id == household_id])


def end_link_to_own_household(member_id: int, household_id: int) -> None:
    """Who moves into a linked household is one of the family now."""
    _end([PartyLink.member_id == member_id, PartyLink.household_id == household_id])


def _end(conditions: Iterable[Any], actor_id: int | None = None) -> int:
    rows = db.session.scalars(
        select(PartyLink).where(*conditions, PartyLink.ended_on.is_(None))
    ).all()
    for row in rows:
        row.ended_on = clock.today()
        row.ended_actor_id = actor_id
    db.session.flush()
    return len(rows)
