"""Redemptions and their receipts, by day, by household and by key."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select

from app.extensions import db
from app.kit.errors import NotFound
from app.kit.points import Tenths
from app.ledger import queries as ledger
from app.ledger.domain.accounts import household_spendable
from app.store.domain.goods import Example, what_it_buys
from app.store.domain.redemption import Customer, Line
from app.store.models import CardScan, Good, Redemption, RedemptionLine

from .goods import offers, stores


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """So many of a good; `price` and `total` in tenths, as they were then."""

    good_id: int
    title: str
    unit_word: str
    quantity: int
    price: Tenths

    @property
    def total(self) -> Tenths:
        return Tenths(self.quantity * self.price)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A redemption with its lines."""

    redemption: Redemption
    lines: tuple[ReceiptLine, ...]

    @property
    def number(self) -> str:
        """The receipt number as it is printed."""
        return f"{self.redemption.receipt_number:06d}"


@dataclass(frozen=True, slots=True)
class Redeemed:
    """A receipt, and what the household had left when it had been posted."""

    receipt: Receipt
    balance_after: Tenths

    @property
    def redemption(self) -> Redemption:
        return self.receipt.redemption


def redemption(village_id: int, redemption_id: int) -> Redemption:
    """A redemption of the village; NotFound `redemption_not_found`."""
    found = db.session.get(Redemption, redemption_id)
    if found is None or found.village_id != village_id:
        raise NotFound("redemption_not_found")
    return found


def receipt(found: Redemption) -> Receipt:
    """A redemption with its lines."""
    return _receipts([found])[0]


def balance_after(found: Redemption) -> Tenths:
    """What the household had left when the redemption had been posted."""
    spendable = household_spendable(found.village_id, found.household_id)
    return Tenths(ledger.balance_after(spendable, found.entry_id))


def redeemed(found: Redemption) -> Redeemed:
    """A redemption's receipt with what was left."""
    return Redeemed(receipt(found), balance_after(found))


def find_redemption_by_key(village_id: int, redemption_key: str) -> Redemption | None:
    """The redemption that a device named, if it was made."""
    return db.session.scalar(
        select(Redemption).where(
            Redemption.village_id == village_id, Redemption.redemption_key == redemption_key
        )
    )


def scan(village_id: int, terminal_id: int, scan_id: int) -> CardScan:
    """A scan of this terminal; NotFound `scan_not_found`."""
    found = db.session.get(CardScan, scan_id)
    if found is None or (found.village_id, found.terminal_id) != (village_id, terminal_id):
        raise NotFound("scan_not_found")
    return found


def redemption_of_scan(scan_id: int) -> Redemption | None:
    """What came of a scan, if anything did."""
    return db.session.scalar(select(Redemption).where(Redemption.scan_id == scan_id))


def lines(redemption_id: int) -> list[Line]:
    """What was redeemed, without prices."""
    rows = db.session.execute(
        select(RedemptionLine.good_id, RedemptionLine.quantity).where(
            RedemptionLine.redemption_id == redemption_id
        )
    )
    return [Line(good_id, quantity) for good_id, quantity in rows]


def customer(village_id: int, household_id: int, *, today: date) -> Customer:
    """What the books say about a household at the till; voided redemptions do not count."""
    last = last_redemption(village_id, household_id)
    points_today = db.session.scalar(
        select(func.sum(Redemption.total)).where(
            Redemption.household_id == household_id,
            Redemption.sold_on == today,
            Redemption.voided_at.is_(None),
        )
    )
    return Customer(
        balance=Tenths(ledger.balance(household_spendable(village_id, household_id))),
        points_today=Tenths(points_today or 0),
        last_redeemed_at=None if last is None else last.created_at,
    )


def last_redemption(village_id: int, household_id: int) -> Redemption | None:
    """The household's latest redemption that was not voided."""
    return db.session.scalar(
        select(Redemption)
        .where(
            Redemption.village_id == village_id,
            Redemption.household_id == household_id,
            Redemption.voided_at.is_(None),
        )
        .order_by(Redemption.id.desc())
        .limit(1)
    )


def last_receipt_of_till(store_id: int, terminal_id: int, day: date) -> Receipt | None:
    """What was last redeemed at a terminal on a day, voided or not."""
    found = _all_receipts(
        select(Redemption)
        .where(
            Redemption.store_id == store_id,
            Redemption.sold_on == day,
            Redemption.terminal_id == terminal_id,
        )
        .limit(1)
    )
    return found[0] if found else None


def receipts_of_day(store_id: int, day: date) -> list[Receipt]:
    """The receipts of a store and day, newest first, voided ones too."""
    return _all_receipts(
        select(Redemption).where(Redemption.store_id == store_id, Redemption.sold_on == day)
    )


def receipts_listed_for_review(store_id: int, *, limit: int = 50) -> list[Receipt]:
    """Redemptions that followed one of the same household within seconds, newest first."""
    return _all_receipts(
        select(Redemption)
        .where(Redemption.store_id == store_id, Redemption.follows_quickly)
        .limit(limit)
    )


def redemptions_of_household(
    village_id: int, household_id: int, *, limit: int = 50
) -> list[Receipt]:
    """A household's receipts, newest first, voided ones too."""
    return _all_receipts(
        select(Redemption)
        .where(Redemption.village_id == village_id, Redemption.household_id == household_id)
        .limit(limit)
    )


def receipts_by_entry(village_id: int, entry_ids: Collection[int]) -> dict[int, Receipt]:
    """The receipts behind lines of a statement, by the id of the points' entry."""
    found = _all_receipts(
        select(Redemption).where(
            Redemption.village_id == village_id, Redemption.entry_id.in_(entry_ids)
        )
    )
    return {each.redemption.entry_id: each for each in found}


def balance_buys(village_id: int, household_id: int, *, today: date) -> tuple[Example, ...]:
    """What the household's balance buys today in one of its village's stores, the first that
    has something within reach; see `what_it_buys`.
    """
    balance = ledger.balance(household_spendable(village_id, household_id))
    for found in stores(village_id):
        offered = offers(found.id, household_id=household_id, today=today)
        examples = what_it_buys(balance, offered.values(), today=today)
        if examples:
            return examples
    return ()


def _all_receipts(query: Select[Any]) -> list[Receipt]:
    return _receipts(db.session.scalars(query.order_by(Redemption.id.desc())).all())


def _receipts(found: Sequence[Redemption]) -> list[Receipt]:
    """The redemptions with their lines, the dearest good first."""
    by_redemption: dict[int, list[ReceiptLine]] = {row.id: [] for row in found}
    rows = db.session.execute(
        select(RedemptionLine, Good.title, Good.unit_word)
        .join(Good, Good.id == RedemptionLine.good_id)
        .where(RedemptionLine.redemption_id.in_(by_redemption))
        .order_by(RedemptionLine.price.desc(), Good.title)
    )
    for line, title, unit_word in rows:
        by_redemption[line.redemption_id].append(
            ReceiptLine(line.good_id, title, unit_word, line.quantity, Tenths(line.price))
        )
    return [Receipt(row, tuple(by_redemption[row.id])) for row in found]
