"""Printed cards and PINs: shown once, then only their digests are known."""

from sqlalchemy import ColumnElement, func, select, update

from app.extensions import db
from app.identity import service as identity
from app.kit import clock
from app.kit.codes import CodeKind, code_digest, new_code
from app.kit.errors import Conflict
from app.kit.ids import new_id
from app.people import queries
from app.people.domain.households import HouseholdStatus, MemberStatus
from app.people.models import Card


def issue_card(
    *,
    village_id: int,
    actor_id: int,
    member_id: int | None = None,
    household_id: int | None = None,
) -> str:
    """A new card for exactly one owner; the code is returned once, an old card stops at once.

    Raises Conflict `already_departed` or `household_ended`.
    """
    if member_id is not None:
        member = queries.member(village_id, member_id)
        if member.status is not MemberStatus.ACTIVE:
            raise Conflict("already_departed", name=member.name)
        owned = Card.member_id == member_id
    elif household_id is not None:
        household = queries.household(village_id, household_id)
        if household.status is not HouseholdStatus.ACTIVE:
            raise Conflict("household_ended", passbook_no=household.passbook_no)
        owned = Card.household_id == household_id
    else:
        raise ValueError("a card needs an owner")
    version = db.session.scalar(select(func.max(Card.version)).where(owned)) or 0
    _end_cards(owned)
    code = new_code(CodeKind.CARD)
    db.session.add(
        Card(
            id=new_id(),
            village_id=village_id,
            member_id=member_id,
            household_id=household_id,
            code_digest=code_digest(code),
            version=version + 1,
            issued_by=actor_id,
            issued_at=clock.now(),
        )
    )
    db.session.flush()
    return code


def end_cards_of_member(member_id: int) -> None:
    """Stop a member's card at once."""
    _end_cards(Card.member_id == member_id)


def end_cards_of_household(household_id: int) -> None:
    """Stop the card of a whole household: nobody spends what belongs to a closed one."""
    _end_cards(Card.household_id == household_id)


def set_fresh_pin(*, village_id: int, member_id: int) -> str:
    """A new random PIN for a member, returned once for a printed slip.

    Raises Conflict `already_departed`.
    """
    member = queries.member(village_id, member_id)
    if member.status is not MemberStatus.ACTIVE:
        raise Conflict("already_departed", name=member.name)
    pin = identity.fresh_pin()
    identity.set_member_pin(
        member_id=member_id, village_id=village_id, display_name=member.name, pin=pin
    )
    return pin


def _end_cards(owned: ColumnElement[bool]) -> None:
    db.session.execute(
        update(Card).where(owned, Card.ended_at.is_(None)).values(ended_at=clock.now())
    )
