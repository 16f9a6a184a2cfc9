"""Two tills against one store, with real commits: nothing is sold, charged or voided twice."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.extensions import db
from app.identity import service as identity
from app.ledger.queries import checker
from app.store import queries, service
from app.store.domain.redemption import Line
from app.store.models import CardScan, Redemption
from app.store.service import Till
from app.web.transaction import run_in_transaction
from tests.factories.people import issue_member_card, make_people
from tests.factories.places import make_places
from tests.factories.stores import Shop, make_shop
from tests.store import rivals
from tests.support.ring import Fight

_WANTED = ("肥皂", "肥皂", "肥皂", "牙刷")


@pytest.fixture
def shop(each_app: Flask) -> Shop:
    return make_shop(make_places())


@pytest.fixture
def tills(shop: Shop) -> dict[int, Till]:
    """Two terminals of the store."""

    def make() -> int:
        terminal, _ = identity.add_terminal(
            village_id=shop.village_id, store_id=shop.store_id, name="二号机"
        )
        return terminal.id

    return {1: shop.till, 2: replace(shop.till, terminal_id=run_in_transaction(make))}


def _scan(shop: Shop, till: Till, name: str) -> int:
    return run_in_transaction(lambda: service.scan_card(till=till, card_code=shop.cards[name]).id)


def _sold() -> int:
    return db.session.scalar(select(func.count()).select_from(Redemption)) or 0


def test_the_last_piece_and_the_numbers(fight: Fight, shop: Shop, tills: dict[int, Till]) -> None:
    """Eight households at two tills; all want soap but the last pair: there is one brush left."""
    names = "钱孙李周吴郑冯卫"
    people = make_people(
        shop.village_id, households={f"01{n}": [name] for n, name in enumerate(names)}
    )
    shop.people.households |= people.households
    for passbook_no in people.households:
        shop.give_points(passbook_no, "100")
    results: list[rivals.Result] = []
    for pair, wanted in zip(zip(names[::2], names[1::2], strict=True), _WANTED, strict=True):
        orders = {}
        for number, name in enumerate(pair, start=1):
            shop.cards[name] = issue_member_card(people, name)
            scan_id = _scan(shop, tills[number], name)
            orders[number] = (tills[number], scan_id, (Line(shop.goods[wanted], 1),))
        (first,), (second,) = fight(rivals.redeem, orders)
        results += [first, second]
    assert {number for _, number in results} == {0, *range(1, 8)}
    assert results.count(("insufficient_stock", 0)) == 1
    assert (shop.left("牙刷"), shop.left("肥皂")) == (0, 14)
    assert _spent(people.households, shop) == 6 * 50 + 100
    assert checker.check() == []


def test_the_same_points(fight: Fight, shop: Shop, tills: dict[int, Till]) -> None:
    rice = (Line(shop.goods["大米10斤"], 2),)
    orders = {number: (till, _scan(shop, till, "王大山"), rice) for number, till in tills.items()}
    (first,), (second,) = fight(rivals.redeem, orders)
    # The second comes within five seconds, which is refused before the points are looked at.
    assert {first, second} == {("done", 1), ("redemption_too_soon", 0)}
    assert (shop.balance(), shop.left("大米10斤")) == (0, 4)
    assert checker.check() == []


def test_pressed_twice_sent_late_and_voided_twice(fight: Fight, shop: Shop) -> None:
    soap = (Line(shop.goods["肥皂"], 2),)
    order = (shop.till, shop.scan(), soap)
    assert fight(rivals.redeem, {1: order, 2: order}) == ([("done", 1)], [("done", 1)])
    assert (_sold(), shop.balance(), shop.left("肥皂")) == (1, 900, 18)

    sold = queries.redemption_of_scan(order[1])
    assert sold is not None
    (first,), (second,) = fight(rivals.void, shop.village_id, sold.id, shop.till.clerk_id)
    assert {first, second} == {("done", 1), ("already_voided", 0)}
    assert (shop.balance(), shop.left("肥皂")) == (1000, 20)

    order = (shop.till, shop.scan(), soap)
    (late,), (again,) = fight(rivals.confirm_late_or_start_again, order, shop.cards["王大山"])
    assert {late, again} in (
        {("done", 2), ("scan_ended", 0)},
        {("done", 2), ("redemption_too_soon", 0)},
    )
    assert (_sold(), shop.balance(), shop.left("肥皂")) == (2, 900, 18)
    assert checker.check() == []


def test_one_card_lies_on_a_till(fight: Fight, shop: Shop) -> None:
    fight(rivals.scan, shop.till, shop.cards["王大山"])
    scans = db.session.scalars(select(CardScan)).all()
    assert (len(scans), sum(scan.ended_at is None for scan in scans)) == (2, 1)


def _spent(passbook_nos: Iterable[str], shop: Shop) -> int:
    return sum(1000 - shop.balance(passbook_no) for passbook_no in passbook_nos)
