"""Reads of cards."""

from collections.abc import Sequence

from sqlalchemy import and_, bindparam, func, or_, select

from app.extensions import db
from app.kit.codes import CodeKind, code_digest, read_code
from app.kit.db import table_of
from app.kit.errors import NotFound
from app.kit.statements import Prepared
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


# One of them is asked at every card scanned.
_CARD, _MEMBERSHIP = table_of(Card), table_of(HouseholdMembership)
_LIVE = (
    select(
        _CARD.c.id,
        _CARD.c.village_id,
        func.coalesce(_CARD.c.household_id, _MEMBERSHIP.c.household_id).label("household_id"),
        _CARD.c.member_id,
    )
    .outerjoin(
        _MEMBERSHIP,
        and_(_MEMBERSHIP.c.member_id == _CARD.c.member_id, _MEMBERSHIP.c.ended_on.is_(None)),
    )
    .where(_CARD.c.ended_at.is_(None))
)
_BY_CODE = Prepared(_LIVE.where(_CARD.c.code_digest == bindparam("wanted")))
_BY_ID = Prepared(_LIVE.where(_CARD.c.id == bindparam("wanted")))


def _owner(village_id: int | None, query: Prepared, wanted: int | bytes) -> CardOwner:
    row = query.first(db.session, wanted=wanted)
    if row is None or village_id not in (None, row.village_id):
        raise NotFound("card_not_found")
    return CardOwner(
        card_id=row.id,
        village_id=row.village_id,
        household_id=row.household_id,
        member_id=row.member_id,
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
