"""Stores, goods and their prices."""

from datetime import date

from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict, Invalid
from app.kit.ids import new_id
from app.kit.points import Tenths
from app.kit.text import clean_line
from app.store import queries
from app.store.domain.goods import FEN_PER_POINT, is_counted
from app.store.domain.redemption import HOUSEHOLD_DAY_POINTS_MAX, REDEMPTION_POINTS_MAX
from app.store.models import Good, PriceChange, Store


def add_store(
    *,
    village_id: int,
    name: str,
    fen_per_point: int = FEN_PER_POINT,
    redemption_points_max: Tenths = REDEMPTION_POINTS_MAX,
    household_day_points_max: Tenths = HOUSEHOLD_DAY_POINTS_MAX,
) -> Store:
    """A store of the village; Conflict `store_name_taken`, Invalid `store_rate_bad`."""
    store = Store(id=new_id(), village_id=village_id, name="", receipt_number_last=0)
    _describe_store(store, name, fen_per_point, redemption_points_max, household_day_points_max)
    db.session.add(store)
    db.session.flush()
    return store


def change_store(
    *,
    village_id: int,
    store_id: int,
    name: str,
    fen_per_point: int,
    redemption_points_max: Tenths,
    household_day_points_max: Tenths,
) -> None:
    """Rename a store or set its rate and limits; refused as `add_store` is."""
    store = queries.store(village_id, store_id)
    _describe_store(store, name, fen_per_point, redemption_points_max, household_day_points_max)
    db.session.flush()


def _describe_store(
    store: Store,
    name: str,
    fen_per_point: int,
    redemption_points_max: Tenths,
    household_day_points_max: Tenths,
) -> None:
    if fen_per_point <= 0 or fen_per_point % 10:
        raise Invalid("store_rate_bad")
    name = clean_line(name, length_max=40, field="店名")
    with db.session.no_autoflush:
        others = [other for other in queries.stores(store.village_id) if other.id != store.id]
    if name in {other.name for other in others}:
        raise Conflict("store_name_taken", name=name)
    store.name = name
    store.fen_per_point = fen_per_point
    store.redemption_points_max = redemption_points_max
    store.household_day_points_max = household_day_points_max


def add_good(
    *,
    village_id: int,
    store_id: int,
    barcode: str,
    title: str,
    unit_word: str,
    price: Tenths,
    source: str,
    expires_on: date | None = None,
    household_month_max: int | None = None,
) -> Good:
    """A good that the store offers from now on, with nothing on the shelf.

    Raises Conflict `barcode_taken`.
    """
    store = queries.store(village_id, store_id)
    known = queries.good_by_barcode(store.id, barcode)
    if known is not None:
        raise Conflict("barcode_taken", barcode=barcode, good=known.title)
    good = Good(
        id=new_id(),
        village_id=village_id,
        store_id=store.id,
        barcode=barcode,
        title=title,
        unit_word=unit_word,
        price=price,
        source=source,
        expires_on=expires_on,
        household_month_max=household_month_max,
        counted=is_counted(unit_word),
        active=True,
    )
    db.session.add(good)
    db.session.flush()
    return good


def change_good(
    *,
    village_id: int,
    good_id: int,
    title: str,
    price: Tenths,
    source: str,
    expires_on: date | None,
    household_month_max: int | None,
    active: bool,
    actor_id: int,
) -> Good:
    """Say anew what a good is and costs; a changed price is put on record with who changed it.

    Bar code and unit stay: they name the thing itself.
    """
    good = queries.good(village_id, good_id)
    if price != good.price:
        db.session.add(
            PriceChange(
                id=new_id(),
                good_id=good.id,
                price_before=good.price,
                price_after=price,
                changed_at=clock.now(),
                actor_id=actor_id,
            )
        )
    good.title = title
    good.price = price
    good.source = source
    good.expires_on = expires_on
    good.household_month_max = household_month_max
    good.active = active
    db.session.flush()
    return good
