"""The county's stores: goods in, and what households take home."""

from collections.abc import Iterator, Sequence
from functools import partial

from app.identity.domain import Role
from app.kit import clock
from app.kit.ids import new_id
from app.kit.month import Month
from app.ledger.domain.accounts import Purpose, good_account, household_spendable
from app.ledger.domain.drafts import EntryKind
from app.store.domain.goods import supply_kind_of
from app.store.domain.redemption import Line
from app.store.domain.transfers import goods_transfers, movement_transfers, points_transfers
from app.store.models import CardScan, Redemption, RedemptionLine, StockMovement, Store

from .chronicle import ACTIVE_DAYS, FIRST_ACTIVE_DAY, Chronicle, Step
from .village import Row

_SHELF_MIN, _SHELF_FULL = 60, 120
_GOODS_PER_BASKET_MAX = 2


def stock_up(chronicle: Chronicle) -> None:
    """Fill the shelf with every counted good of which little is left."""
    village = chronicle.village
    for good_id, good in village.goods.items():
        left = _left(chronicle, good_id)
        if not village.is_counted(good_id) or left >= _SHELF_MIN:
            continue
        movement_id, quantity = new_id(), _SHELF_FULL - left
        kind, clerk_id = supply_kind_of(good.source), village.staff[Role.CLERK]
        transfers = movement_transfers(
            village_id=village.id,
            store_id=village.store_id,
            good_id=good_id,
            kind=kind,
            quantity=quantity,
        )
        entry_id = chronicle.post(
            EntryKind.STOCK_IN, f"stock:{movement_id}", transfers, actor_id=clerk_id
        )
        village.rows[StockMovement].append(
            {
                "id": movement_id,
                "village_id": village.id,
                "store_id": village.store_id,
                "good_id": good_id,
                "kind": kind,
                "quantity": quantity,
                "note": good.source,
                "occurred_on": clock.today(),
                "entry_id": entry_id,
                "period_id": chronicle.book.period_id,
                "actor_id": clerk_id,
                "created_at": clock.now(),
            }
        )


def plan_redemptions(
    chronicle: Chronicle, month: Month, customers: Sequence[int]
) -> Iterator[Step]:
    """Some of these households come to the store, each once."""
    number = min(chronicle.shape.redemptions, len(customers))
    for place, household_id in enumerate(chronicle.village.rng.sample(customers, number)):
        day = FIRST_ACTIVE_DAY + place * ACTIVE_DAYS // number
        moment = chronicle.moment(month, day, 10 + place // 60 % 7, place % 60)
        yield moment, partial(_redeem, chronicle, household_id)


def _redeem(chronicle: Chronicle, household_id: int) -> None:
    """Take home what the household's points reach for, if anything."""
    village, now = chronicle.village, clock.now()
    basket = _choose(chronicle, household_id)
    if not basket:
        return
    clerk_id = village.staff[Role.CLERK]
    place = {"village_id": village.id, "store_id": village.store_id}
    till = {**place, "terminal_id": village.terminal_id, "clerk_id": clerk_id}
    scan_id = village.add(
        CardScan,
        **till,
        card_id=village.cards[household_id],
        household_id=household_id,
        scanned_at=now,
        ended_at=now,
    )
    total = sum(line.quantity * village.goods[line.good_id].price for line in basket)
    entry_id = chronicle.post(
        EntryKind.REDEMPTION,
        f"{EntryKind.REDEMPTION}:{scan_id}",
        points_transfers(**place, household_id=household_id, total=total),
        actor_id=clerk_id,
    )
    counted = [line for line in basket if village.is_counted(line.good_id)]
    goods_entry_id = counted and chronicle.post(
        EntryKind.GOODS_OUT,
        f"{EntryKind.GOODS_OUT}:{scan_id}",
        goods_transfers(**place, counted_lines=counted),
        actor_id=clerk_id,
    )
    sold = {
        **till,
        "scan_id": scan_id,
        "household_id": household_id,
        "total": total,
        "entry_id": entry_id,
        "goods_entry_id": goods_entry_id or None,
    }
    _hand_receipt(chronicle, sold, basket)


def _hand_receipt(chronicle: Chronicle, sold: Row, basket: Sequence[Line]) -> None:
    """The redemption's own rows; `sold` says where, to whom, and by which entries."""
    village, store = chronicle.village, chronicle.village.rows[Store][0]
    store["receipt_number_last"] += 1
    redemption_id = village.add(
        Redemption,
        **sold,
        redemption_key=f"scan:{sold['scan_id']}",
        receipt_number=store["receipt_number_last"],
        sold_on=clock.today(),
        created_at=clock.now(),
        follows_quickly=False,
    )
    village.rows[RedemptionLine].extend(
        {
            "redemption_id": redemption_id,
            "good_id": line.good_id,
            "quantity": line.quantity,
            "price": village.goods[line.good_id].price,
        }
        for line in basket
    )


def _choose(chronicle: Chronicle, household_id: int) -> list[Line]:
    """One or two goods, drawn among those that the points reach for and the shelf holds."""
    village = chronicle.village
    points = chronicle.book.balance(household_spendable(village.id, household_id))
    basket: list[Line] = []
    goods = list(village.goods.items())
    for good_id, good in village.rng.sample(goods, len(goods)):
        on_shelf = not village.is_counted(good_id) or _left(chronicle, good_id) > 0
        if good.price <= points and on_shelf:
            basket.append(Line(good_id, 1))
            points -= good.price
        if len(basket) == _GOODS_PER_BASKET_MAX:
            break
    return basket


def _left(chronicle: Chronicle, good_id: int) -> int:
    village = chronicle.village
    shelf = good_account(village.id, village.store_id, Purpose.SHELF, good_id)
    return chronicle.book.balance(shelf)
