"""Voiding: the points always come back, the goods only when they are on the shelf again."""

from datetime import date, time, timedelta

import pytest
from flask import Flask

from app.identity.domain import Role
from app.kit import clock
from app.kit.errors import Conflict, Denied, DomainError, NotFound
from app.kit.month import Month
from app.ledger import queries as ledger
from app.ledger import service as ledger_service
from app.ledger.domain.accounts import store_takings
from app.ledger.queries import checker
from app.store import queries, service
from app.store.models import Redemption
from app.web.transaction import run_in_transaction
from tests.factories.places import make_places
from tests.factories.stores import Shop, make_shop

_NOON = clock.instant(date(2026, 11, 20), time(12))


@pytest.fixture
def shop(each_app: Flask) -> Shop:
    with clock.stopped_at(_NOON - timedelta(hours=1)):
        return make_shop(make_places())


def _sell(shop: Shop) -> Redemption:
    with clock.stopped_at(_NOON):
        return shop.redeem(shop.scan(), {"肥皂": 2, "理发一次": 1})


def _void(
    shop: Shop,
    sold: Redemption,
    *,
    role: Role = Role.CLERK,
    minutes: int = 10,
    goods_back: bool = True,
) -> Redemption:
    redemption_id, actor_id = sold.id, shop.places.staff["luxi", role]
    with clock.stopped_at(_NOON + timedelta(minutes=minutes)):
        return run_in_transaction(
            lambda: service.void_redemption(
                village_id=shop.village_id,
                redemption_id=redemption_id,
                actor_id=actor_id,
                is_branch_president=role is Role.BRANCH_PRESIDENT,
                reason="拿错了",
                goods_back=goods_back,
            )
        )


@pytest.mark.parametrize(("goods_back", "left"), [(True, 20), (False, 18)])
def test_points_come_back_and_goods_as_answered(shop: Shop, goods_back: bool, left: int) -> None:
    sold = _sell(shop)
    assert (shop.balance(), shop.left("肥皂")) == (800, 18)
    voided = _void(shop, sold, goods_back=goods_back)
    assert (shop.balance(), shop.left("肥皂")) == (1000, left)
    assert ledger.balance(store_takings(shop.village_id, shop.store_id)) == 0
    assert voided.goods_back is goods_back
    assert voided.void_reason == "拿错了"
    shown = queries.redemptions_of_household(shop.village_id, voided.household_id)[0].redemption
    assert shown.voided_at == _NOON + timedelta(minutes=10)
    assert checker.check() == []


def test_a_service_has_no_goods_to_bring_back(shop: Shop) -> None:
    with clock.stopped_at(_NOON):
        sold = shop.redeem(shop.scan(), {"理发一次": 1})
    assert sold.goods_entry_id is None
    assert _void(shop, sold).goods_back is False
    assert shop.balance() == 1000
    assert checker.check() == []


def test_a_redemption_is_voided_once(shop: Shop) -> None:
    sold = _sell(shop)
    _void(shop, sold)
    with pytest.raises(Conflict, match="already_voided"):
        _void(shop, sold)
    assert shop.balance() == 1000


def test_voided_redemptions_do_not_use_up_limits(shop: Shop) -> None:
    _void(shop, _sell(shop))
    with clock.stopped_at(_NOON + timedelta(minutes=20)):
        assert shop.redeem(shop.scan(), {"肥皂": 4, "理发一次": 1}).receipt_number == 2


@pytest.mark.parametrize(
    ("role", "minutes", "code"),
    [
        (Role.CLERK, 60, None),
        (Role.CLERK, 12 * 60, "void_day_over"),
        (Role.ORGANISER, 10, "void_other_clerk"),
        (Role.BRANCH_PRESIDENT, 10, None),
        (Role.BRANCH_PRESIDENT, 14 * 24 * 60, None),
    ],
)
def test_who_may_void_when(shop: Shop, role: Role, minutes: int, code: str | None) -> None:
    sold = _sell(shop)
    if code is None:
        _void(shop, sold, role=role, minutes=minutes)
        assert shop.balance() == 1000
        return
    with pytest.raises(Denied, match=code):
        _void(shop, sold, role=role, minutes=minutes)
    assert shop.balance() == 800


def test_a_redemption_of_a_closed_month_is_voided_in_the_open_one(shop: Shop) -> None:
    sold = _sell(shop)
    with clock.stopped_at(_NOON + timedelta(days=7)):
        run_in_transaction(
            lambda: ledger_service.close_period(shop.village_id, month=Month(2026, 11))
        )
    _void(shop, sold, role=Role.BRANCH_PRESIDENT, minutes=8 * 24 * 60)
    november = queries.store_figures(shop.village_id, shop.store_id, Month(2026, 11))
    december = queries.store_figures(shop.village_id, shop.store_id, Month(2026, 12))
    assert (november.points_taken, december.points_taken) == (200, -200)
    assert december.goods[0].handed_out == -2
    assert checker.check() == checker.check_open_month(shop.village_id) == []


def test_another_village_cannot_void(shop: Shop) -> None:
    sold = _sell(shop)
    with pytest.raises(NotFound, match="redemption_not_found") as refused:
        run_in_transaction(
            lambda: service.void_redemption(
                village_id=shop.places.other_village_id,
                redemption_id=sold.id,
                actor_id=1,
                is_branch_president=True,
                reason="x",
                goods_back=True,
            )
        )
    assert isinstance(refused.value, DomainError)
