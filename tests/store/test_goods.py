"""Stores and goods: prices, tables taken over, stock in, counts and damage."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from app.kit import clock
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.points import Tenths
from app.ledger.queries import checker
from app.store import queries, service
from app.store.domain.goods import MovementKind
from app.store.models import StockMovement
from app.web.transaction import run_in_transaction
from tests.factories.places import make_places
from tests.factories.stores import Shop, make_shop

_SAMPLE = Path(__file__).resolve().parents[2] / "app" / "sample" / "data" / "goods.csv"


@pytest.fixture
def shop(each_app: Flask) -> Shop:
    return make_shop(make_places())


def _import(shop: Shop, content: bytes) -> service.GoodsImport:
    return run_in_transaction(
        lambda: service.import_goods(
            village_id=shop.village_id, store_id=shop.store_id, content=content, actor_id=7
        )
    )


def _stock(shop: Shop) -> dict[str, int | None]:
    """Pieces on the shelf by bar code."""
    return {good.barcode: left for good, left in queries.stock(shop.store_id)}


def test_the_sample_goods_come_in_with_their_stock_and_only_once(shop: Shop) -> None:
    first = _import(shop, _SAMPLE.read_bytes())
    assert (len(first.added), first.changed, first.unchanged, first.faults) == (12, [], 0, [])
    stock = _stock(shop)
    assert (stock["6901000000011"], stock["6901000000042"]) == (120, 60)
    assert stock["2000000000015"] is None
    again = _import(shop, _SAMPLE.read_bytes())
    assert (again.added, again.changed, again.unchanged, again.faults) == ([], [], 12, [])
    assert _stock(shop) == stock
    rice = queries.good_by_barcode(shop.store_id, "6901000000042")
    assert rice is not None
    assert (rice.price, rice.expires_on, rice.household_month_max) == (500, date(2027, 9, 1), 2)
    assert queries.movements(rice.id)[0].kind == MovementKind.DONATED
    assert checker.check() == []


def test_a_changed_row_changes_words_and_price_never_the_stock(shop: Shop) -> None:
    _import(shop, "条码,名称,单位,积分,来源,数量\n69010001,香皂,块,5,村集体,10\n".encode())
    report = _import(
        shop, "条码,名称,单位,积分,来源,数量,限兑\n69010001,香皂,块,6,,99,3\n".encode("gb18030")
    )
    assert report.changed[0].changes == (("price", "5", "6"), ("household_month_max", "", "3"))
    soap = queries.good_by_barcode(shop.store_id, "69010001")
    assert soap is not None
    assert (soap.source, _stock(shop)["69010001"]) == ("村集体", 10)
    assert queries.price_changes(soap.id)[0].actor_id == 7


def test_bad_rows_are_refused_with_their_lines_and_the_others_come_in(shop: Shop) -> None:
    rows = {
        "12,短码,个,1,村里,1": "barcode_bad",
        "12345678,,个,1,村里,1": "text_missing",
        "12345678,糖,个,零,村里,1": "bad_amount",
        "12345678,糖,个,0,村里,1": "price_out_of_range",
        "12345678,糖,个,1,村里,多": "whole_number_bad",
        "12345678,打针,次,1,村里,5": "good_not_counted",
        "12345678,糖,个,1,村里,5,明年": "day_bad",
        "12345678,糖,个,1,村里,5,2027-02-30": "day_bad",
        "87654321,盐,个,1,,5": "text_missing",
        "6901000000000,肥皂,箱,1,村里,5": "good_unit_differs",
        "99990000,毛巾,条,8,村里,3": None,
        "９９９９００００,毛巾,条,9,村里,3": "barcode_twice",
    }
    table = "爱心超市\n条码,名称,单位,积分,来源,数量,保质期\n" + "\n".join(rows)
    report = _import(shop, table.encode())
    assert {fault.line: fault.code for fault in report.faults} == {
        line: code for line, code in enumerate(rows.values(), start=3) if code
    }
    assert report.added == ["毛巾"]


def test_the_command_takes_the_table_over(each_app: Flask, shop: Shop) -> None:
    def run(*arguments: str) -> Result:
        return each_app.test_cli_runner().invoke(args=["import", "goods", *arguments])

    done = run(str(_SAMPLE), "--village", "luxi")
    assert done.output == "新增12样，改了0样，没有变化0样，没收0行。\n"
    again = run(str(_SAMPLE), "--village", "luxi")
    assert again.output == "新增0样，改了0样，没有变化12样，没收0行。\n"
    nowhere = run(str(_SAMPLE), "--village", "atlantis")
    assert nowhere.exit_code == 1
    assert "没有找到这个村" in nowhere.output
    storeless = run(str(_SAMPLE), "--village", "shishan")
    assert storeless.exit_code == 2
    assert "还没有爱心超市" in storeless.output


def _stock_in(shop: Shop, title: str, quantity: int, expires_on: date | None = None) -> None:
    run_in_transaction(
        lambda: service.stock_in(
            village_id=shop.village_id,
            good_id=shop.goods[title],
            kind=MovementKind.DONATED,
            quantity=quantity,
            source="爱心企业",
            actor_id=7,
            expires_on=expires_on,
        )
    )


def _count(shop: Shop, title: str, counted: int, book_seen: int) -> StockMovement:
    return run_in_transaction(
        lambda: service.record_count(
            village_id=shop.village_id,
            good_id=shop.goods[title],
            counted=counted,
            book_seen=book_seen,
            note="数过了",
            actor_id=7,
        )
    )


def _spoil(shop: Shop, title: str, quantity: int) -> StockMovement:
    return run_in_transaction(
        lambda: service.record_spoilage(
            village_id=shop.village_id,
            good_id=shop.goods[title],
            quantity=quantity,
            note="受潮",
            actor_id=7,
        )
    )


def test_goods_come_in_are_counted_and_spoil(shop: Shop) -> None:
    _stock_in(shop, "肥皂", 10)
    assert shop.left("肥皂") == 30
    assert _count(shop, "肥皂", 28, book_seen=30).quantity == -2
    assert _count(shop, "肥皂", 29, book_seen=28).quantity == 1
    assert _spoil(shop, "肥皂", 4).quantity == -4
    assert shop.left("肥皂") == 25
    assert checker.check() == []


def test_a_count_that_agrees_is_on_record_without_an_entry(shop: Shop) -> None:
    movement = _count(shop, "肥皂", 20, book_seen=20)
    assert (movement.quantity, movement.counted, movement.entry_id) == (0, 20, None)
    assert checker.check() == []


def test_a_count_from_before_a_sale_is_refused(shop: Shop) -> None:
    shop.redeem(shop.scan(), {"肥皂": 1})
    with pytest.raises(Conflict) as refused:
        _count(shop, "肥皂", 20, book_seen=20)
    assert (refused.value.code, refused.value.facts["book"]) == ("stock_moved", 19)
    assert shop.left("肥皂") == 19


def test_more_than_there_is_cannot_spoil(shop: Shop) -> None:
    with pytest.raises(Conflict, match="insufficient_stock"):
        _spoil(shop, "牙刷", 2)
    assert shop.left("牙刷") == 1


def test_a_service_has_no_stock(shop: Shop) -> None:
    for change in (
        lambda: _stock_in(shop, "理发一次", 1),
        lambda: _count(shop, "理发一次", 1, book_seen=0),
        lambda: _spoil(shop, "理发一次", 1),
    ):
        with pytest.raises(Invalid, match="good_not_counted"):
            change()


def test_the_earliest_date_on_the_shelf_counts(shop: Shop) -> None:
    def expires_on() -> date | None:
        return queries.good(shop.village_id, shop.goods["牙刷"]).expires_on

    _stock_in(shop, "牙刷", 5, date(2027, 5, 1))
    assert expires_on() == date(2027, 5, 1)
    _stock_in(shop, "牙刷", 5, date(2027, 3, 1))
    _stock_in(shop, "牙刷", 5, date(2028, 1, 1))
    _stock_in(shop, "牙刷", 5)
    assert expires_on() == date(2027, 3, 1)
    _spoil(shop, "牙刷", 21)
    _stock_in(shop, "牙刷", 5, date(2028, 2, 1))
    assert expires_on() == date(2028, 2, 1)


def test_what_expires_soon_is_listed_while_it_is_on_the_shelf(shop: Shop) -> None:
    today = clock.today()
    _stock_in(shop, "肥皂", 1, today + timedelta(days=60))
    _stock_in(shop, "大米10斤", 1, today - timedelta(days=1))
    _stock_in(shop, "牙刷", 1, today + timedelta(days=61))
    soon = queries.expiring_soon(shop.store_id, today=today)
    assert [(good.title, left) for good, left in soon] == [("大米10斤", 7), ("肥皂", 21)]
    _spoil(shop, "大米10斤", 7)
    soon = queries.expiring_soon(shop.store_id, today=today)
    assert [good.title for good, _ in soon] == ["肥皂"]


def test_names_and_bar_codes_are_unique_where_they_must_be(shop: Shop) -> None:
    def add_store(name: str, village_id: int = shop.village_id, fen_per_point: int = 100) -> int:
        return run_in_transaction(
            lambda: (
                service.add_store(village_id=village_id, name=name, fen_per_point=fen_per_point).id
            )
        )

    with pytest.raises(Conflict, match="store_name_taken"):
        add_store(" 露溪爱心超市 ")
    with pytest.raises(Invalid, match="store_rate_bad"):
        add_store("二店", fen_per_point=85)
    second = add_store("二店")
    add_store("露溪爱心超市", village_id=shop.places.other_village_id)
    known = queries.good(shop.village_id, shop.goods["肥皂"])

    def add_good(store_id: int) -> int:
        return run_in_transaction(
            lambda: (
                service.add_good(
                    village_id=shop.village_id,
                    store_id=store_id,
                    barcode=known.barcode,
                    title="肥皂",
                    unit_word="块",
                    price=Tenths(50),
                    source="",
                ).id
            )
        )

    with pytest.raises(Conflict, match="barcode_taken"):
        add_good(shop.store_id)
    assert add_good(second) != known.id
    with pytest.raises(NotFound, match="store_not_found"):
        add_good(add_store("外村", village_id=shop.places.other_village_id))
