"""What the store tells others: a month's figures, a household's receipts, and the checker."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from app.extensions import db
from app.identity.domain import Role
from app.kit import clock
from app.kit.errors import NotFound
from app.kit.month import Month
from app.ledger import service as ledger_service
from app.ledger.queries import checker
from app.store import queries, service
from app.store.domain.goods import MovementKind
from app.web.transaction import run_in_transaction
from tests.factories.places import make_places
from tests.factories.stores import Shop, make_shop

_NOON = clock.instant(date(2026, 11, 20), time(12))


@pytest.fixture
def shop(each_app: Flask) -> Shop:
    with clock.stopped_at(_NOON - timedelta(days=1)):
        return make_shop(make_places())


def _sell(shop: Shop, minutes: int, **quantities: int) -> int:
    with clock.stopped_at(_NOON + timedelta(minutes=minutes)):
        return shop.redeem(shop.scan(), quantities).id


def _void(shop: Shop, redemption_id: int, *, goods_back: bool) -> None:
    run_in_transaction(
        lambda: service.void_redemption(
            village_id=shop.village_id,
            redemption_id=redemption_id,
            actor_id=shop.places.staff["luxi", Role.BRANCH_PRESIDENT],
            is_branch_president=True,
            reason="拿错了",
            goods_back=goods_back,
        )
    )


def _soap_movements(shop: Shop) -> None:
    """10 given, 2 spoiled, 1 more than the book; on the shelf 20 + 10 − 2 + 1 = 29."""
    soap: dict[str, Any] = {
        "village_id": shop.village_id,
        "good_id": shop.goods["肥皂"],
        "actor_id": 7,
    }
    with clock.stopped_at(_NOON):
        run_in_transaction(
            lambda: service.stock_in(
                kind=MovementKind.DONATED, quantity=10, source="爱心企业", **soap
            )
        )
        run_in_transaction(lambda: service.record_spoilage(quantity=2, note="受潮", **soap))
        run_in_transaction(
            lambda: service.record_count(counted=29, book_seen=28, note="数过", **soap)
        )


def test_a_month_in_figures(shop: Shop) -> None:
    """By hand: sold 4 soap (20), 1 rice (50), 2 haircuts (20); the rice is voided, the shelf kept
    it not; 2 of the soap (10) are voided and back, and so is 1 haircut (10).
    Taken: 90 − 50 − 10 − 10 = 20.
    """
    _soap_movements(shop)
    with clock.stopped_at(_NOON):
        _void(shop, _sell(shop, -2, 理发一次=1), goods_back=False)
    _sell(shop, 1, 肥皂=2, 理发一次=1)
    back = _sell(shop, 3, 肥皂=2)
    kept = _sell(shop, 5, 大米10斤=1)
    with clock.stopped_at(_NOON + timedelta(hours=1)):
        _void(shop, back, goods_back=True)
        _void(shop, kept, goods_back=False)
        run_in_transaction(
            lambda: ledger_service.close_period(shop.village_id, month=Month(2026, 11))
        )
    figures = queries.store_figures(shop.village_id, shop.store_id, Month(2026, 11))
    assert (figures.points_taken, figures.amount_to_settle_fen) == (200, 2000)
    by_title = {good.title: good for good in figures.goods}
    assert set(by_title) == {"肥皂", "大米10斤", "牙刷"}
    soap = by_title["肥皂"]
    assert (soap.opening, soap.handed_out, soap.difference, soap.spoiled, soap.left) == (
        0, 2, 1, 2, 27,
    )  # fmt: skip
    assert [(each.kind, each.source, each.quantity) for each in soap.supplies] == [
        (MovementKind.BOUGHT, "村集体采购", 20),
        (MovementKind.DONATED, "爱心企业", 10),
    ]
    assert (by_title["大米10斤"].handed_out, by_title["大米10斤"].left) == (1, 5)
    assert [(each.title, each.rendered) for each in figures.services] == [("理发一次", 1)]
    december = queries.store_figures(shop.village_id, shop.store_id, Month(2026, 12))
    assert (december.points_taken, december.services) == (0, ())
    soap = december.goods[0]
    assert (soap.opening, soap.supplies, soap.handed_out, soap.left) == (27, (), 0, 27)
    with pytest.raises(NotFound, match="period_not_found"):
        queries.store_figures(shop.village_id, shop.store_id, Month(2027, 1))
    with pytest.raises(NotFound, match="store_not_found"):
        queries.store_figures(shop.places.other_village_id, shop.store_id, Month(2026, 11))


def test_receipts_by_day_by_household_and_by_entry(shop: Shop) -> None:
    first = _sell(shop, 0, 肥皂=1)
    second = _sell(shop, 2, 牙刷=1)
    next_day = _sell(shop, 24 * 60, 肥皂=2)
    today = [each.redemption.id for each in queries.receipts_of_day(shop.store_id, _NOON.date())]
    assert today == [second, first]
    household_id = shop.household_id("0001")
    receipts = queries.redemptions_of_household(shop.village_id, household_id)
    assert [each.redemption.id for each in receipts] == [next_day, second, first]
    assert [each.number for each in receipts] == ["000003", "000002", "000001"]
    assert queries.redemptions_of_household(shop.places.other_village_id, household_id) == []
    entry_id = receipts[1].redemption.entry_id
    found = queries.receipts_by_entry(shop.village_id, [entry_id, 77])
    assert [line.title for line in found[entry_id].lines] == ["牙刷"]
    assert set(found) == {entry_id}


def test_what_a_household_could_have_today(shop: Shop) -> None:
    def buys() -> list[tuple[str, int]]:
        examples = queries.balance_buys(
            shop.village_id, shop.household_id("0001"), today=_NOON.date()
        )
        return [(each.title, each.quantity) for each in examples]

    # 100 points: two bags of rice are what this household may have in a month.
    assert buys() == [("大米10斤", 2)]
    _sell(shop, 0, 大米10斤=1)
    assert buys() == [("大米10斤", 1)]
    _sell(shop, 2, 肥皂=3)
    assert buys() == [("牙刷", 1), ("肥皂", 1)]
    assert queries.balance_buys(shop.village_id, 77, today=_NOON.date()) == ()


_FAULTS = (
    "UPDATE redemption SET total = total + 10 WHERE receipt_number = 1",
    "UPDATE redemption SET household_id = household_id + 1 WHERE receipt_number = 1",
    "UPDATE redemption SET entry_id = 77 WHERE receipt_number = 1",
    "UPDATE redemption SET goods_entry_id = NULL WHERE receipt_number = 1",
    "UPDATE redemption SET void_entry_id = 77 WHERE receipt_number = 2",
    "UPDATE redemption SET goods_void_entry_id = entry_id WHERE receipt_number = 2",
    "UPDATE redemption_line SET quantity = quantity + 1",
    "UPDATE redemption_line SET price = price + 1",
    "UPDATE good SET counted = (1 = 0) WHERE title = '肥皂'",
    "UPDATE stock_movement SET quantity = quantity + 1 WHERE kind = 'spoiled'",
    "UPDATE stock_movement SET kind = 'spoiled', counted = NULL WHERE kind = 'counted'",
    "DELETE FROM stock_movement WHERE kind = 'donated'",
)


def test_the_checker_finds_a_row_that_says_something_else(shop: Shop) -> None:
    _soap_movements(shop)
    _sell(shop, 1, 肥皂=2, 理发一次=1)
    voided = _sell(shop, 3, 肥皂=1)
    with clock.stopped_at(_NOON + timedelta(hours=1)):
        _void(shop, voided, goods_back=True)
    assert checker.check() == []
    for fault in _FAULTS:
        db.session.rollback()
        db.session.execute(text(fault))
        assert {finding.pass_name for finding in checker.check()} == {"witnesses_agree"}, fault
