"""Reads of cards."""

from collections.abc import Sequence

from sqlalchemy import Select, and_, bindparam, or_, select

from app.extensions import db
from app.kit.codes import CodeKind, code_digest, read_code
from app.kit.errors import NotFound
from app.people.domain.households import CardOwner
from app.people.models import (
    Card,
    HouseholdMembership,
)

from .households import IS_OPEN


def owner_of_card(village_id: int | None, typed_code: str) -> CardOwner:
    """Whom a typed or scanned card stands for; None as village takes cards of every village.

    Raises NotFound `card_not_found` alike for nonsense, codes of other kinds, cards that were
    replaced and cards of another village.
    """
    code = read_code(CodeKind.CARD, typed_code)
    if code is None:
        raise NotFound("card_not_found")
    return _owner(village_id, _BY_CODE, code_digest(code))


def owner_of_card_id(village_id: int, card_id: int) -> CardOwner:
    """Whom a card that was read before stands for now; NotFound `card_not_found` as above."""
    return _owner(village_id, _BY_ID, card_id)


# Made once: one of them is asked at every card scanned.
_LIVE = (
    select(Card, HouseholdMembership.household_id)
    .outerjoin(HouseholdMembership, and_(HouseholdMembership.member_id == Card.member_id, IS_OPEN))
    .where(Card.ended_at.is_(None))
)
_BY_CODE = _LIVE.where(Card.code_digest == bindparam("wanted"))
_BY_ID = _LIVE.where(Card.id == bindparam("wanted"))


def _owner(
    village_id: int | None, query: Select[Card, int | None], wanted: int | bytes
) -> CardOwner:
    row = db.session.execute(query, {"wanted": wanted}).one_or_none()
    if row is None or village_id not in (None, row.Card.village_id):
        raise NotFound("card_not_found")
    card: Card = row.Card
    return CardOwner(
        card_id=card.id,
        village_id=card.village_id,
        household_id=card.household_id or row.household_id,
        member_id=card.member_id,
    )


def live_cards(village_id: int) -> Sequence[Card]:
    """The cards of the village that count at present."""
    return db.session.scalars(
        select(Card).where(Card.village_id == village_id, Card.ended_at.is_(None))
    ).all()


def cards_of_household(household_id: int) -> Sequence[Card]:
    """Cards of the household and of its present members, newest first, ended ones too."""
    present = select(HouseholdMembership.member_id).where(
        IS_OPEN, HouseholdMembership.household_id == household_id
    )
    return db.session.scalars(
        select(Card)
        .where(or_(Card.household_id == household_id, Card.member_id.in_(present)))
        .order_by(Card.id.desc())
    ).all()
