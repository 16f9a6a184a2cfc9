"""What a redemption is decided on, read behind the locks: a statement for each of the two."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select

from app.extensions import db
from app.kit.db import among_given, table_of
from app.kit.errors import NotFound
from app.kit.month import Month
from app.kit.points import Tenths
from app.kit.statements import Prepared
from app.store.domain.goods import Offer
from app.store.domain.redemption import Limits
from app.store.models import Good, Redemption, RedemptionLine, Store

_STORE, _GOOD = table_of(Store), table_of(Good)
_REDEMPTION, _LINE = table_of(Redemption), table_of(RedemptionLine)

_NOT_VOIDED = and_(
    _REDEMPTION.c.household_id == bindparam("household_id"), _REDEMPTION.c.voided_at.is_(None)
)
_POINTS_TODAY = (
    select(func.sum(_REDEMPTION.c.total))
    .where(_NOT_VOIDED, _REDEMPTION.c.sold_on == bindparam("today"))
    .scalar_subquery()
)
_LAST_REDEEMED_AT = (
    select(_REDEMPTION.c.created_at)
    .where(_NOT_VOIDED, _REDEMPTION.c.village_id == bindparam("village_id"))
    .order_by(_REDEMPTION.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_TAKEN = (
    select(_LINE.c.good_id, func.sum(_LINE.c.quantity).label("pieces"))
    .join(_REDEMPTION, _REDEMPTION.c.id == _LINE.c.redemption_id)
    .where(
        _NOT_VOIDED,
        _REDEMPTION.c.sold_on.between(bindparam("month_first_day"), bindparam("month_last_day")),
    )
    .group_by(_LINE.c.good_id)
    .subquery("taken")
)
# The store is always there, so that its limits and the household's figures are, for whatever
# basket. Goods in the order of a receipt.
_READING = Prepared(
    select(
        _STORE.c.redemption_points_max,
        _STORE.c.household_day_points_max,
        _POINTS_TODAY.label("points_today"),
        _LAST_REDEEMED_AT.label("last_redeemed_at"),
        _GOOD.c.id,
        _GOOD.c.barcode,
        _GOOD.c.title,
        _GOOD.c.unit_word,
        _GOOD.c.price,
        _GOOD.c.active,
        _GOOD.c.expires_on,
        _GOOD.c.household_month_max,
        _TAKEN.c.pieces,
    )
    .select_from(_STORE)
    .outerjoin(
        _GOOD,
        and_(
            _GOOD.c.store_id == _STORE.c.id,
            among_given(_GOOD.c.id, "good_ids"),
        ),
    )
    .outerjoin(_TAKEN, _TAKEN.c.good_id == _GOOD.c.id)
    .where(_STORE.c.id == bindparam("store_id"), _STORE.c.village_id == bindparam("village_id"))
    .order_by(_GOOD.c.price.desc(), _GOOD.c.title)
)

# Every good of the basket beside every redemption that is in the way, which is hardly ever there.
_OF_SCAN = Prepared(
    select(
        _GOOD.c.id.label("good_id"),
        _GOOD.c.counted,
        _REDEMPTION.c.id.label("earlier_id"),
        _REDEMPTION.c.scan_id.label("earlier_scan_id"),
    )
    .select_from(_STORE)
    .outerjoin(_GOOD, and_(_GOOD.c.store_id == _STORE.c.id, among_given(_GOOD.c.id, "good_ids")))
    .outerjoin(
        _REDEMPTION,
        or_(
            _REDEMPTION.c.scan_id == bindparam("scan_id"),
            and_(
                _REDEMPTION.c.village_id == bindparam("village_id"),
                _REDEMPTION.c.redemption_key == bindparam("redemption_key"),
            ),
        ),
    )
    .where(_STORE.c.id == bindparam("store_id"))
)


@dataclass(frozen=True, slots=True)
class ScanReading:
    """What came of a scan, whether the key names another's redemption, and which goods of the
    store a basket names: by good id, whether the good has a stock.
    """

    earlier_id: int | None
    key_used: bool
    goods: Mapping[int, bool]


def read_for_scan(
    village_id: int,
    store_id: int,
    *,
    scan_id: int,
    redemption_key: str,
    good_ids: Collection[int],
) -> ScanReading:
    """Read it once the scan is locked, so that its redemption is there or will not come."""
    rows = _OF_SCAN.rows(
        db.session,
        village_id=village_id,
        store_id=store_id,
        scan_id=scan_id,
        redemption_key=redemption_key,
        good_ids=good_ids,
    )
    earlier = {row.earlier_scan_id: row.earlier_id for row in rows if row.earlier_id is not None}
    return ScanReading(
        earlier_id=earlier.pop(scan_id, None),
        key_used=bool(earlier),
        goods={row.good_id: row.counted for row in rows if row.good_id is not None},
    )


@dataclass(frozen=True, slots=True)
class TillReading:
    """What the store offers a household now, by good id in the order of a receipt, and what it
    has redeemed today; voided redemptions do not count.
    """

    offers: Mapping[int, Offer]
    limits: Limits
    points_today: Tenths
    last_redeemed_at: datetime | None


def read_for_till(
    village_id: int,
    store_id: int,
    *,
    household_id: int,
    good_ids: Collection[int],
    left: Mapping[int, int],
    today: date,
) -> TillReading:
    """Read it for the goods of a basket; `left` is what their shelves hold, by good id.

    Raises NotFound `store_not_found`.
    """
    month = Month.of(today)
    rows = _READING.rows(
        db.session,
        village_id=village_id,
        store_id=store_id,
        household_id=household_id,
        good_ids=good_ids,
        today=today,
        month_first_day=month.first_day,
        month_last_day=month.last_day,
    )
    if not rows:
        raise NotFound("store_not_found")
    first = rows[0]
    return TillReading(
        offers={row.id: _offer(row, left.get(row.id)) for row in rows if row.id is not None},
        limits=Limits(
            redemption_points_max=Tenths(first.redemption_points_max),
            household_day_points_max=Tenths(first.household_day_points_max),
        ),
        points_today=Tenths(first.points_today or 0),
        last_redeemed_at=first.last_redeemed_at,
    )


def _offer(row: Any, left: int | None) -> Offer:
    return Offer(
        good_id=row.id,
        barcode=row.barcode,
        title=row.title,
        unit_word=row.unit_word,
        price=Tenths(row.price),
        left=left,
        active=row.active,
        expires_on=row.expires_on,
        household_month_max=row.household_month_max,
        taken_this_month=int(row.pieces or 0),
    )
