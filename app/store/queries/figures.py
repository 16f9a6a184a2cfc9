"""A store's month in figures, for the public notice and the settlement."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select

from app.extensions import db
from app.kit.month import Month
from app.kit.points import Tenths
from app.ledger import queries as ledger
from app.ledger.domain.accounts import POINT, Purpose
from app.ledger.domain.drafts import EntryKind
from app.ledger.queries import PeriodSums
from app.store.domain.goods import SUPPLY_KINDS, MovementKind, amount_to_settle_fen
from app.store.models import Good, Redemption, RedemptionLine, StockMovement

from .goods import goods, store


@dataclass(frozen=True, slots=True)
class Supply:
    """What came in, bought or donated, and by whom."""

    kind: MovementKind
    source: str
    quantity: int


@dataclass(frozen=True, slots=True)
class GoodFigures:
    """A good's month in pieces: opening + supplies − handed_out + difference − spoiled = left.

    Goods that came back with a void are taken off `handed_out`; `difference` has its sign.
    """

    good_id: int
    title: str
    unit_word: str
    expires_on: date | None
    opening: int
    supplies: tuple[Supply, ...]
    handed_out: int
    difference: int
    spoiled: int
    left: int


@dataclass(frozen=True, slots=True)
class ServiceFigures:
    """How often a service was redeemed in a month; voids are taken off."""

    good_id: int
    title: str
    unit_word: str
    rendered: int


@dataclass(frozen=True, slots=True)
class StoreFigures:
    """A store's month; voids are taken off `points_taken`, also voids of earlier months."""

    store_id: int
    name: str
    points_taken: Tenths
    amount_to_settle_fen: int
    goods: tuple[GoodFigures, ...]
    services: tuple[ServiceFigures, ...]


def store_figures(village_id: int, store_id: int, month: Month) -> StoreFigures:
    """The figures of a month of the village's book: goods that moved or that are left.

    Raises NotFound `store_not_found` or `period_not_found`.
    """
    found = store(village_id, store_id)
    period = ledger.period(village_id, month)
    takings = ledger.sums_of_period(period, Purpose.STORE_TAKINGS).get((store_id, POINT))
    points_taken = 0 if takings is None else _net(takings, EntryKind.REDEMPTION)
    shelves = ledger.sums_of_period(period, Purpose.SHELF)
    supplies = _supplies(store_id, period.id)
    return StoreFigures(
        store_id=store_id,
        name=found.name,
        points_taken=Tenths(points_taken),
        amount_to_settle_fen=amount_to_settle_fen(points_taken, found.fen_per_point),
        goods=tuple(
            GoodFigures(
                good_id=good.id,
                title=good.title,
                unit_word=good.unit_word,
                expires_on=good.expires_on,
                opening=sums.opening,
                supplies=tuple(supplies[good.id]),
                handed_out=-_net(sums, EntryKind.GOODS_OUT),
                difference=_change(sums, EntryKind.STOCK_COUNT),
                spoiled=-_change(sums, EntryKind.SPOILAGE),
                left=sums.closing,
            )
            for good in goods(store_id)
            if (sums := shelves.get((store_id, good.id))) is not None
            and (sums.closing or sums.credits or sums.debits)
        ),
        services=_services(village_id, store_id, period.id),
    )


def _services(village_id: int, store_id: int, period_id: int) -> tuple[ServiceFigures, ...]:
    """Services have no shelf in the book: they are counted from the receipts of its entries."""
    kinds = {EntryKind.REDEMPTION, EntryKind.REVERSAL}
    posted = ledger.entry_ids(village_id, period_id, kinds)
    rows = db.session.execute(
        select(
            RedemptionLine.good_id,
            RedemptionLine.quantity,
            Redemption.entry_id,
            Redemption.void_entry_id,
        )
        .join(Redemption, Redemption.id == RedemptionLine.redemption_id)
        .join(Good, Good.id == RedemptionLine.good_id)
        .where(Good.store_id == store_id, Good.counted.is_(False))
        .where(or_(Redemption.entry_id.in_(posted), Redemption.void_entry_id.in_(posted)))
    )
    rendered: Counter[int] = Counter()
    for good_id, quantity, entry_id, void_entry_id in rows:
        rendered[good_id] += quantity * ((entry_id in posted) - (void_entry_id in posted))
    return tuple(
        ServiceFigures(good.id, good.title, good.unit_word, rendered[good.id])
        for good in goods(store_id)
        if rendered[good.id]
    )


def _change(sums: PeriodSums, kind: EntryKind) -> int:
    return sums.credits.get(kind, 0) - sums.debits.get(kind, 0)


def _net(sums: PeriodSums, kind: EntryKind) -> int:
    """What entries of a kind changed, less what voids took back; only redemptions are voided."""
    return _change(sums, kind) + _change(sums, EntryKind.REVERSAL)


def _supplies(store_id: int, period_id: int) -> dict[int, list[Supply]]:
    movement = StockMovement
    rows = db.session.execute(
        select(movement.good_id, movement.kind, movement.note, func.sum(movement.quantity))
        .where(
            movement.store_id == store_id,
            movement.period_id == period_id,
            movement.kind.in_(SUPPLY_KINDS),
        )
        .group_by(movement.good_id, movement.kind, movement.note)
        .order_by(movement.kind, movement.note)
    )
    found: dict[int, list[Supply]] = defaultdict(list)
    for good_id, kind, source, quantity in rows:
        found[good_id].append(Supply(MovementKind(kind), source, int(quantity)))
    return found
