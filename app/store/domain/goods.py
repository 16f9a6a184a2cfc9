"""Goods and services, how they come and go, and what a balance would buy."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.kit.points import Tenths

FEN_PER_POINT = 100
"""One point is worth one yuan of goods unless the store agreed otherwise."""

LINE_QUANTITY_MAX = 99
"""A bar code scanned into the field for the quantity is refused instead of believed."""

SERVICE_UNIT = "次"
"""What is counted in times (a haircut) is done, not handed out: it has no stock."""

EXPIRY_WARNING = timedelta(days=60)


class MovementKind(StrEnum):
    """Why a good came onto the shelf or left it other than by a redemption."""

    BOUGHT = "bought"
    DONATED = "donated"
    COUNTED = "counted"
    SPOILED = "spoiled"


SUPPLY_KINDS = frozenset({MovementKind.BOUGHT, MovementKind.DONATED})


@dataclass(frozen=True, slots=True)
class Offer:
    """A good as it is offered now.

    `left` is what the shelf holds; None for a service, which has no stock. `taken_this_month` is
    what the household in question has had of it this calendar month.
    """

    good_id: int
    barcode: str
    title: str
    unit_word: str
    price: Tenths
    left: int | None
    active: bool = True
    expires_on: date | None = None
    household_month_max: int | None = None
    taken_this_month: int = 0

    def expired(self, today: date) -> bool:
        return self.expires_on is not None and self.expires_on < today

    def on_sale(self, today: date) -> bool:
        return self.active and not self.expired(today)

    @property
    def obtainable(self) -> int:
        """How many the household may still have, as far as shelf and month allow."""
        bounds = [LINE_QUANTITY_MAX]
        if self.left is not None:
            bounds.append(self.left)
        if self.household_month_max is not None:
            bounds.append(self.household_month_max - self.taken_this_month)
        return max(min(bounds), 0)


def is_counted(unit_word: str) -> bool:
    """Whether a good of this unit has a stock; a service has none and moves none."""
    return unit_word != SERVICE_UNIT


def supply_kind_of(source: str) -> MovementKind:
    """Bought or donated, from the words for where a good comes from (爱心企业捐赠)."""
    return MovementKind.DONATED if "捐" in source or "赠" in source else MovementKind.BOUGHT


def expiry_on_shelf(current: date | None, incoming: date | None, left: int) -> date | None:
    """The earliest date on the shelf after a delivery; what is gone no longer counts."""
    if current is None or left == 0:
        return incoming
    return current if incoming is None else min(current, incoming)


def amount_to_settle_fen(points_taken: int, fen_per_point: int) -> int:
    """What the village owes the store; exact, because rates are whole tens of fen."""
    return points_taken * fen_per_point // 10


@dataclass(frozen=True, slots=True)
class Example:
    """So many of a good that a balance would buy."""

    title: str
    unit_word: str
    quantity: int


def what_it_buys(balance: int, offers: Iterable[Offer], *, today: date) -> tuple[Example, ...]:
    """An example of at most two goods that a balance buys: 大米10斤 1袋 + 肥皂 2块.

    The dearest good within reach once, then as many as possible of the one that leaves the least
    over, the cheaper one of two: things for the house, not haircuts.
    """
    goods = sorted(
        (
            offer
            for offer in offers
            if offer.on_sale(today) and offer.left is not None and offer.obtainable
        ),
        key=lambda offer: (-offer.price, offer.title),
    )
    first = next((offer for offer in goods if offer.price <= balance), None)
    if first is None:
        return ()
    rest = balance - first.price
    fillings = [
        (rest - quantity * offer.price, offer.price, offer.title, offer, quantity)
        for offer in goods
        if (quantity := min(rest // offer.price, offer.obtainable - (offer is first))) > 0
    ]
    if not fillings:
        return (Example(first.title, first.unit_word, 1),)
    *_, second, quantity = min(fillings, key=lambda filling: filling[:3])
    if second is first:
        return (Example(first.title, first.unit_word, 1 + quantity),)
    return (
        Example(first.title, first.unit_word, 1),
        Example(second.title, second.unit_word, quantity),
    )
