"""Stores, their goods and what is on the shelf."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select

from app.extensions import db
from app.kit.errors import NotFound
from app.kit.month import Month
from app.kit.points import Tenths
from app.ledger import queries as ledger
from app.ledger.domain.accounts import Address, Purpose, good_account
from app.store.domain.goods import EXPIRY_WARNING, Offer
from app.store.domain.redemption import Limits
from app.store.models import Good, PriceChange, Redemption, RedemptionLine, StockMovement, Store


def store(village_id: int, store_id: int) -> Store:
    """A store of the village; NotFound `store_not_found`."""
    found = db.session.get(Store, store_id)
    if found is None or found.village_id != village_id:
        raise NotFound("store_not_found")
    return found


def stores(village_id: int) -> Sequence[Store]:
    """The stores of a village, in the order they were set up."""
    return db.session.scalars(
        select(Store).where(Store.village_id == village_id).order_by(Store.id)
    ).all()


def limits(found_store: Store) -> Limits:
    """What the store hands out at most."""
    return Limits(
        redemption_points_max=Tenths(found_store.redemption_points_max),
        household_day_points_max=Tenths(found_store.household_day_points_max),
    )


def good(village_id: int, good_id: int) -> Good:
    """A good of the village; NotFound `good_not_found`."""
    found = db.session.get(Good, good_id)
    if found is None or found.village_id != village_id:
        raise NotFound("good_not_found")
    return found


def good_by_barcode(store_id: int, barcode: str) -> Good | None:
    """The good of a store with this bar code."""
    return db.session.scalar(select(Good).where(Good.store_id == store_id, Good.barcode == barcode))


def goods(store_id: int) -> Sequence[Good]:
    """All goods of a store in the order they were added, those no longer offered too."""
    return db.session.scalars(select(Good).where(Good.store_id == store_id).order_by(Good.id)).all()


def shelf_of(found_good: Good) -> Address:
    """The account that is the good's stock."""
    return good_account(found_good.village_id, found_good.store_id, Purpose.SHELF, found_good.id)


def stock(store_id: int) -> list[tuple[Good, int | None]]:
    """All goods of a store with what is on the shelf; None for a service."""
    found = goods(store_id)
    shelves = _shelves(found)
    return [(row, shelves.get(row.id)) for row in found]


def expiring_soon(store_id: int, *, today: date) -> list[tuple[Good, int]]:
    """Goods on the shelf that expire within EXPIRY_WARNING or have expired, earliest first."""
    last_day = today + EXPIRY_WARNING
    found = [
        (row.expires_on, row, left)
        for row, left in stock(store_id)
        if left and row.expires_on is not None and row.expires_on <= last_day
    ]
    return [(row, left) for _, row, left in sorted(found, key=lambda each: each[0])]


def offers(store_id: int, *, household_id: int | None, today: date) -> dict[int, Offer]:
    """What a store offers a household (or nobody in particular) by good id, in the order added."""
    found = goods(store_id)
    shelves = _shelves(found)
    taken = {} if household_id is None else _taken(household_id, Month.of(today))
    return {
        row.id: Offer(
            good_id=row.id,
            barcode=row.barcode,
            title=row.title,
            unit_word=row.unit_word,
            price=Tenths(row.price),
            left=shelves.get(row.id),
            active=row.active,
            expires_on=row.expires_on,
            household_month_max=row.household_month_max,
            taken_this_month=taken.get(row.id, 0),
        )
        for row in found
    }


def movements(good_id: int, *, limit: int = 50) -> Sequence[StockMovement]:
    """Goods in, counts and damage of a good, newest first."""
    return db.session.scalars(
        select(StockMovement)
        .where(StockMovement.good_id == good_id)
        .order_by(StockMovement.id.desc())
        .limit(limit)
    ).all()


def price_changes(good_id: int) -> Sequence[PriceChange]:
    """How the price of a good changed, newest first."""
    return db.session.scalars(
        select(PriceChange).where(PriceChange.good_id == good_id).order_by(PriceChange.id.desc())
    ).all()


def _shelves(found: Sequence[Good]) -> dict[int, int]:
    held = ledger.balances([shelf_of(row) for row in found if row.counted])
    return {address.unit_id: left for address, left in held.items()}


def _taken(household_id: int, month: Month) -> dict[int, int]:
    """What a household had of each good in a calendar month; voided redemptions do not count."""
    rows = db.session.execute(
        select(RedemptionLine.good_id, func.sum(RedemptionLine.quantity))
        .join(Redemption, Redemption.id == RedemptionLine.redemption_id)
        .where(
            Redemption.household_id == household_id,
            Redemption.sold_on.between(month.first_day, month.last_day),
            Redemption.voided_at.is_(None),
        )
        .group_by(RedemptionLine.good_id)
    )
    return {good_id: int(total) for good_id, total in rows}
