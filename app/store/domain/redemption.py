"""What may be redeemed by whom, and who may void it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.kit.errors import Conflict, Denied, Invalid
from app.kit.points import Tenths

from .goods import LINE_QUANTITY_MAX, Offer

REDEMPTION_POINTS_MAX = Tenths(2000)
"""At most 200 points in one redemption unless the store agreed otherwise."""

HOUSEHOLD_DAY_POINTS_MAX = Tenths(3000)
"""At most 300 points for one household on one day unless the store agreed otherwise."""

_TOO_SOON = timedelta(seconds=5)
_SUSPICIOUSLY_SOON = timedelta(seconds=15)
_LOST_REPLY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a store hands out at most."""

    redemption_points_max: Tenths
    household_day_points_max: Tenths


@dataclass(frozen=True, slots=True)
class Line:
    """So many of a good in a basket."""

    good_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Customer:
    """What the books say about the household at the till, read under the lock."""

    balance: Tenths
    points_today: Tenths
    last_redeemed_at: datetime | None


def merge_lines(lines: Iterable[Line]) -> tuple[Line, ...]:
    """One line a good, in the order in which they first came; those of quantity 0 drop out.

    Raises Invalid `quantity_bad` for a negative quantity or one above LINE_QUANTITY_MAX.
    """
    quantities: Counter[int] = Counter()
    for line in lines:
        quantities[line.good_id] += line.quantity
        if not (line.quantity >= 0 and quantities[line.good_id] <= LINE_QUANTITY_MAX):
            raise Invalid("quantity_bad", quantity_max=LINE_QUANTITY_MAX)
    return tuple(Line(good_id, count) for good_id, count in quantities.items() if count)


def check_redemption(
    lines: Sequence[Line],
    offers: Mapping[int, Offer],
    *,
    customer: Customer,
    limits: Limits,
    today: date,
) -> Tenths:
    """The total of a basket that may be redeemed; `offers` holds every good of it.

    Raises Invalid `basket_empty` or Conflict `good_not_offered`, `good_expired`,
    `insufficient_stock`, `good_month_limit`, `redemption_limit`, `day_limit` or
    `insufficient_points`, each with the figures.
    """
    if not lines:
        raise Invalid("basket_empty")
    for line in lines:
        _check_line(line, offers[line.good_id], today)
    total = Tenths(sum(line.quantity * offers[line.good_id].price for line in lines))
    if total > limits.redemption_points_max:
        raise Conflict(
            "redemption_limit", total_tenths=total, max_tenths=limits.redemption_points_max
        )
    if customer.points_today + total > limits.household_day_points_max:
        raise Conflict(
            "day_limit",
            today_tenths=customer.points_today,
            total_tenths=total,
            max_tenths=limits.household_day_points_max,
        )
    if total > customer.balance:
        raise Conflict("insufficient_points", balance_tenths=customer.balance, needed_tenths=total)
    return total


def _check_line(line: Line, offer: Offer, today: date) -> None:
    facts = {"good": offer.title, "unit": offer.unit_word}
    if not offer.active:
        raise Conflict("good_not_offered", good=offer.title)
    if offer.expired(today):
        raise Conflict("good_expired", good=offer.title, expires_on=str(offer.expires_on))
    if offer.left is not None and line.quantity > offer.left:
        raise Conflict("insufficient_stock", **facts, left=offer.left, wanted=line.quantity)
    most = offer.household_month_max
    if most is not None and offer.taken_this_month + line.quantity > most:
        raise Conflict("good_month_limit", **facts, month_max=most, taken=offer.taken_this_month)


def check_pause(last_redeemed_at: datetime | None, now: datetime) -> bool:
    """Whether a redemption follows the household's last one so closely that it is listed.

    Raises Conflict `redemption_too_soon` within five seconds: two clerks, or one card scanned
    twice by mistake.
    """
    if last_redeemed_at is None:
        return False
    pause = now - last_redeemed_at
    if pause < _TOO_SOON:
        raise Conflict("redemption_too_soon", seconds=int(_TOO_SOON.total_seconds()))
    return pause < _SUSPICIOUSLY_SOON


def may_be_lost_reply(redeemed_at: datetime, now: datetime) -> bool:
    """Whether a redemption is so fresh that its clerk may not have seen its receipt."""
    return now - redeemed_at < _LOST_REPLY


def check_void(
    *, clerk_id: int, sold_on: date, actor_id: int, is_branch_president: bool, today: date
) -> None:
    """The clerk who sold may void on the same day, the branch president at any time.

    Raises Denied `void_other_clerk` or `void_day_over`.
    """
    if is_branch_president:
        return
    if actor_id != clerk_id:
        raise Denied("void_other_clerk")
    if sold_on != today:
        raise Denied("void_day_over")
