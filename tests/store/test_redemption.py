"""Redeeming goods: points, goods, row and number together or not at all; once, whatever fails."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict, DomainError, NotFound
from app.kit.points import Tenths
from app.ledger import queries as ledger
from app.ledger.domain.accounts import store_takings
from app.ledger.queries import checker
from app.people import service as people
from app.store import queries, service
from app.store.domain.redemption import Line
from app.store.models import Redemption
from app.web.transaction import run_in_transaction
from tests.factories.people import issue_member_card
from tests.factories.places import make_places
from tests.factories.stores import Shop, make_shop

_NOON = clock.instant(date(2026, 11, 20), time(12))


@pytest.fixture
def shop(each_app: Flask) -> Shop:
    return make_shop(make_places())


def _books_hold() -> bool:
    return checker.check() == []


def test_points_goods_and_number_move_together(shop: Shop) -> None:
    done = shop.redeem(shop.scan(), {"肥皂": 2, "大米10斤": 1, "理发一次": 1})
    assert done.total == 700
    assert done.receipt_number == 1
    assert shop.balance() == 300
    assert ledger.balance(store_takings(shop.village_id, shop.store_id)) == 700
    assert (shop.left("肥皂"), shop.left("大米10斤")) == (18, 5)
    receipt = queries.receipt(done)
    assert [(line.title, line.quantity, line.price) for line in receipt.lines] == [
        ("大米10斤", 1, 500),
        ("理发一次", 1, 100),
        ("肥皂", 2, 50),
    ]
    assert queries.balance_after(done) == 300
    shop.give_points("0001", "5")
    assert queries.balance_after(done) == 300
    assert _books_hold()


def test_a_refusal_says_the_figures_and_changes_nothing(shop: Shop) -> None:
    refusals: list[tuple[dict[str, int], str, dict[str, object]]] = [
        (
            {"大米10斤": 2, "肥皂": 1},
            "insufficient_points",
            {"balance_tenths": 1000, "needed_tenths": 1050},
        ),
        ({"牙刷": 2}, "insufficient_stock", {"good": "牙刷", "left": 1, "wanted": 2}),
        ({"肥皂": 5}, "good_month_limit", {"month_max": 4, "taken": 0}),
        ({"理发一次": 2}, "good_month_limit", {"month_max": 1, "taken": 0}),
        ({}, "basket_empty", {}),
    ]
    for quantities, code, facts in refusals:
        with pytest.raises(DomainError) as refused:
            shop.redeem(shop.scan(), quantities)
        assert refused.value.code == code
        assert refused.value.facts.items() >= facts.items()
    assert (shop.balance(), shop.left("牙刷")) == (1000, 1)
    assert db.session.scalar(select(func.count()).select_from(Redemption)) == 0
    # The number that was not used is the next one's: no gap.
    assert shop.redeem(shop.scan(), {"肥皂": 1}).receipt_number == 1
    assert _books_hold()


def test_limits_of_the_store(shop: Shop) -> None:
    run_in_transaction(
        lambda: service.change_store(
            village_id=shop.village_id,
            store_id=shop.store_id,
            name="露溪爱心超市",
            fen_per_point=100,
            redemption_points_max=Tenths(500),
            household_day_points_max=Tenths(700),
        )
    )
    with pytest.raises(Conflict, match="redemption_limit"):
        shop.redeem(shop.scan(), {"大米10斤": 1, "肥皂": 1})
    with clock.stopped_at(_NOON):
        shop.redeem(shop.scan(), {"大米10斤": 1})
    with clock.stopped_at(_NOON + timedelta(minutes=5)), pytest.raises(Conflict) as refused:
        shop.redeem(shop.scan(), {"大米10斤": 1})
    assert refused.value.code == "day_limit"
    assert refused.value.facts["today_tenths"] == 500
    with clock.stopped_at(_NOON + timedelta(days=1)):
        assert shop.redeem(shop.scan(), {"大米10斤": 1}).receipt_number == 2


def test_month_limits_begin_anew_with_the_month(shop: Shop) -> None:
    october = clock.instant(date(2026, 10, 31), time(12))
    with clock.stopped_at(october):
        shop.redeem(shop.scan(), {"肥皂": 3})
    with clock.stopped_at(october + timedelta(minutes=1)), pytest.raises(Conflict) as refused:
        shop.redeem(shop.scan(), {"肥皂": 2})
    assert refused.value.facts["taken"] == 3
    with clock.stopped_at(october + timedelta(days=1)):
        assert shop.redeem(shop.scan(), {"肥皂": 4}).total == 200


def test_the_second_redemption_within_seconds(shop: Shop) -> None:
    with clock.stopped_at(_NOON):
        first = shop.redeem(shop.scan(), {"肥皂": 1})
    too_soon = pytest.raises(Conflict, match="redemption_too_soon")
    with clock.stopped_at(_NOON + timedelta(seconds=4)), too_soon:
        shop.redeem(shop.scan(), {"肥皂": 1})
    with clock.stopped_at(_NOON + timedelta(seconds=6)):
        second = shop.redeem(shop.scan(), {"肥皂": 1})
    with clock.stopped_at(_NOON + timedelta(seconds=60)):
        third = shop.redeem(shop.scan(), {"肥皂": 1})
    assert [each.follows_quickly for each in (first, second, third)] == [False, True, False]
    listed = queries.receipts_listed_for_review(shop.store_id)
    assert [each.redemption.id for each in listed] == [second.id]


def test_repeating_a_redemption_gives_the_same_one(shop: Shop) -> None:
    scan_id = shop.scan()
    first = shop.redeem(scan_id, {"肥皂": 2})
    again = shop.redeem(scan_id, {"肥皂": 2})
    assert again.id == first.id
    assert shop.balance() == 900
    assert shop.left("肥皂") == 18


def test_a_scan_is_good_for_one_redemption(shop: Shop) -> None:
    scan_id = shop.scan()
    shop.redeem(scan_id, {"肥皂": 2})
    with pytest.raises(Conflict) as refused:
        shop.redeem(scan_id, {"肥皂": 3})
    assert (refused.value.code, refused.value.facts["receipt_number"]) == ("scan_used", 1)
    assert shop.balance() == 900


def test_a_confirmation_that_comes_late_is_refused_once_the_till_went_on(shop: Shop) -> None:
    lost = shop.scan()
    started_again = shop.scan()
    with pytest.raises(Conflict, match="scan_ended"):
        shop.redeem(lost, {"肥皂": 2})
    shop.redeem(started_again, {"肥皂": 2})
    assert shop.balance() == 900


def test_a_key_names_one_redemption(shop: Shop) -> None:
    shop.redeem(shop.scan(), {"肥皂": 1}, key="device-1")
    with clock.using(_later(60)), pytest.raises(Conflict, match="idempotency_mismatch"):
        shop.redeem(shop.scan(), {"肥皂": 1}, key="device-1")
    assert queries.find_redemption_by_key(shop.village_id, "device-1") is not None
    assert queries.find_redemption_by_key(shop.places.other_village_id, "device-1") is None


def test_a_replaced_card_redeems_nothing(shop: Shop) -> None:
    scan_id = shop.scan()
    new_code = issue_member_card(shop.people, "王大山")
    with pytest.raises(NotFound, match="card_not_found"):
        shop.redeem(scan_id, {"肥皂": 1})
    with pytest.raises(NotFound, match="card_not_found"):
        shop.scan()
    shop.cards["王大山"] = new_code
    assert shop.redeem(shop.scan(), {"肥皂": 1}).total == 50


def test_a_card_whose_member_went_to_another_household_is_scanned_anew(shop: Shop) -> None:
    shop.cards["李秀英"] = issue_member_card(shop.people, "李秀英")
    scan_id = shop.scan("李秀英")
    run_in_transaction(
        lambda: people.move_member(
            village_id=shop.village_id,
            member_id=shop.people.members["李秀英"],
            household_id=shop.household_id("0002"),
            relation="女儿",
        )
    )
    with pytest.raises(Conflict, match="scan_ended"):
        shop.redeem(scan_id, {"肥皂": 1})
    with pytest.raises(Conflict, match="insufficient_points"):
        shop.redeem(shop.scan("李秀英"), {"肥皂": 1})
    assert shop.balance() == 1000


def test_another_terminal_cannot_use_the_scan(shop: Shop) -> None:
    other = replace(shop.till, terminal_id=shop.till.terminal_id + 1)
    scan_id = shop.scan()
    with pytest.raises(NotFound, match="scan_not_found"):
        run_in_transaction(
            lambda: service.redeem_goods(
                till=other,
                scan_id=scan_id,
                redemption_key="k",
                lines=[Line(shop.goods["肥皂"], 1)],
            )
        )


def test_goods_of_another_store_are_not_found(shop: Shop) -> None:
    scan_id = shop.scan()
    with pytest.raises(NotFound, match="good_not_found"):
        run_in_transaction(
            lambda: service.redeem_goods(
                till=shop.till, scan_id=scan_id, redemption_key="k", lines=[Line(7, 1)]
            )
        )


def test_what_expired_or_was_taken_off_is_not_sold(shop: Shop) -> None:
    _change(shop, "肥皂", expires_on=clock.today() - timedelta(days=1))
    with pytest.raises(Conflict, match="good_expired"):
        shop.redeem(shop.scan(), {"肥皂": 1})
    _change(shop, "肥皂", active=False)
    with pytest.raises(Conflict, match="good_not_offered"):
        shop.redeem(shop.scan(), {"肥皂": 1})


def test_receipts_keep_the_price_of_their_day(shop: Shop) -> None:
    before = shop.redeem(shop.scan(), {"肥皂": 2})
    _change(shop, "肥皂", price=Tenths(80))
    with clock.using(_later(60)):
        after = shop.redeem(shop.scan(), {"肥皂": 1})
    assert (queries.receipt(before).lines[0].price, before.total) == (50, 100)
    assert (queries.receipt(after).lines[0].price, after.total) == (80, 80)
    change = queries.price_changes(shop.goods["肥皂"])[0]
    assert (change.price_before, change.price_after, change.actor_id) == (50, 80, 7)
    assert _books_hold()


def _change(shop: Shop, title: str, **changed: Any) -> None:
    good = queries.good(shop.village_id, shop.goods[title])
    names = ("title", "price", "source", "expires_on", "household_month_max", "active")
    kept = {name: getattr(good, name) for name in names}
    run_in_transaction(
        lambda: service.change_good(
            village_id=shop.village_id, good_id=good.id, actor_id=7, **(kept | changed)
        )
    )


def _later(seconds: int) -> Callable[[], datetime]:
    return lambda: datetime.now(UTC) + timedelta(seconds=seconds)
