"""The back office of the store: who may do what, and what a wrong form answers."""

import io
import re
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.extensions import db
from app.identity import queries as identity
from app.identity.domain import Role
from app.kit.codes import CodeKind, read_code
from app.ledger.queries import checker
from app.store import queries
from app.store.models import Good
from tests.factories.places import make_places
from tests.factories.stores import Shop, make_shop
from tests.support.clients import PageClient


@pytest.fixture
def shop(app: Flask) -> Shop:
    return make_shop(make_places())


@pytest.fixture
def president(app: Flask, shop: Shop) -> PageClient:
    return PageClient(app, shop.places.token(Role.BRANCH_PRESIDENT))


def _text(response: TestResponse) -> str:
    page = re.sub(r"<[^>]+>", "", response.get_data(as_text=True))
    return " ".join(unescape(page).split())


_STORE = {
    "name": "二店",
    "yuan_per_point": "0.8",
    "redemption_points_max": "50",
    "household_day_points_max": "80.5",
}


def test_a_store_is_opened_and_changed(shop: Shop, president: PageClient) -> None:
    assert "露溪爱心超市" in _text(president.get("/stores"))
    opened = president.post("/stores", _STORE)
    assert opened.status_code == 303
    store = queries.stores(shop.village_id)[1]
    assert (store.fen_per_point, store.household_day_points_max) == (80, 805)
    settings = f"/stores/{store.id}/settings"
    assert 'value="0.8"' in president.get(settings).get_data(as_text=True)
    president.post(settings, {**_STORE, "yuan_per_point": "1"})
    db.session.expire_all()
    assert store.fen_per_point == 100
    taken = president.post(settings, {**_STORE, "name": "露溪爱心超市"})
    assert taken.status_code == 409
    assert "已经有“露溪爱心超市”了" in _text(taken)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "请填写这一项"),
        ("yuan_per_point", "0.85", "最多一位小数"),
        ("yuan_per_point", "0", "请填 0.1 到 100 元"),
        ("redemption_points_max", "-1", "分数太大或太小"),
        ("household_day_points_max", "很多", "请填数字"),
    ],
)
def test_a_bad_store_form_keeps_what_was_typed(
    shop: Shop, president: PageClient, field: str, value: str, words: str
) -> None:
    refused = president.post("/stores", {**_STORE, field: value})
    assert refused.status_code == 422
    assert words in _text(refused)
    assert 'value="80.5"' in refused.get_data(as_text=True) or field == "household_day_points_max"
    assert len(queries.stores(shop.village_id)) == 1


def test_a_terminal_gets_its_code_once_and_is_switched_off(
    shop: Shop, president: PageClient
) -> None:
    path = f"/stores/{shop.store_id}/terminals"
    shown = president.post(path, {"name": "柜台二号"}, key="k")
    found = re.search(r'class="typed-code">([^<]+)<', shown.get_data(as_text=True))
    assert found is not None
    assert read_code(CodeKind.ENROLMENT, found[1]) is not None
    assert "<svg" in shown.get_data(as_text=True)
    again = president.post(path, {"name": "柜台二号"}, key="k")
    assert again.status_code == 409
    assert "只显示一次" in _text(again)
    listed = president.get(path)
    assert "等登记" in _text(listed)
    terminal = identity.terminals(shop.village_id)[0]
    for action in ("renewal", "revocation"):
        assert president.post(f"/stores/77/terminals/{terminal.id}/{action}").status_code == 404
    renewed = president.post(f"{path}/{terminal.id}/renewal")
    assert found[1] not in renewed.get_data(as_text=True)
    assert president.post(f"{path}/{terminal.id}/revocation").status_code == 303
    assert "已停用" in _text(president.get(path))
    assert president.post(f"{path}/{terminal.id}/renewal").status_code == 404


def test_a_good_is_added_changed_and_taken_off(shop: Shop, president: PageClient) -> None:
    new = {
        "barcode": "６９０１０２８０７５７６２",
        "unit_word": "瓶",
        "title": "酱油",
        "price": "12.5",
        "source": "村集体采购",
        "household_month_max": "2",
        "expires_on": "2027-08-20",
    }
    path = f"/stores/{shop.store_id}/goods/new"
    added = president.post(path, new)
    assert added.status_code == 303
    good_page = added.headers["Location"]
    assert "12.5 分/瓶" in _text(president.get(good_page))
    twice = president.post(path, new)
    assert twice.status_code == 409
    assert "已经是“酱油”的" in _text(twice)
    edited = {**new, "price": "13", "household_month_max": "", "expires_on": ""}
    del edited["barcode"], edited["unit_word"]
    president.post(f"{good_page}/edit", edited)
    shown = _text(president.get(good_page))
    assert "（停兑）" in shown
    assert "12.5 分 → 13 分" in shown
    bad = president.post(f"{good_page}/edit", {**edited, "price": "0"})
    assert bad.status_code == 422
    assert 'value="酱油"' in bad.get_data(as_text=True)


def test_goods_come_in_from_a_table(shop: Shop, president: PageClient) -> None:
    path = f"/stores/{shop.store_id}/goods/import"
    nothing = president.post(path)
    assert nothing.status_code == 422
    assert "请先选一个文件" in _text(nothing)
    table = "条码,名称,单位,积分,来源,数量\n99990000,毛巾,条,8,村里,3\n12,短码,个,1,村里,1\n"
    report = president.post(path, {"file": (io.BytesIO(table.encode()), "goods.csv")})
    assert "新增 1 样" in _text(report)
    assert "第 3 行：“12”不是正确的条形码" in _text(report)
    picture = president.post(path, {"file": (io.BytesIO(b"\x89PNG\r\n\x00"), "a.png")})
    assert picture.status_code == 422
    assert "打不开" in _text(picture)


def test_stock_comes_in_is_counted_and_spoils(shop: Shop, president: PageClient) -> None:
    good_page = f"/goods/{shop.goods['肥皂']}"
    stock_in = {"kind": "donated", "source": "爱心企业", "quantity": "10"}
    assert president.post(f"{good_page}/stock-in", stock_in, key="k").status_code == 303
    # Pressed twice, it came in once.
    assert president.post(f"{good_page}/stock-in", stock_in, key="k").status_code == 303
    assert shop.left("肥皂") == 30
    count = {"counted": "28", "book_seen": "30", "note": "少两块"}
    president.post(f"{good_page}/count", count)
    stale = president.post(f"{good_page}/count", count)
    assert stale.status_code == 409
    assert "请重新清点" in _text(stale)
    president.post(f"{good_page}/spoilage", {"quantity": "3", "note": "受潮"})
    too_many = president.post(f"{good_page}/spoilage", {"quantity": "30", "note": "受潮"})
    assert too_many.status_code == 409
    assert "货架上还有 25块" in _text(too_many)
    shown = _text(president.get(good_page))
    for words in ("捐赠入库 +10", "盘点 -2", "报损 -3", "爱心企业", "luxi branch_president"):
        assert words in shown
    assert checker.check() == []
    for form in ("stock-in", "count", "spoilage"):
        service_page = f"/goods/{shop.goods['理发一次']}/{form}"
        assert president.get(service_page).status_code == 422
        bad = president.post(f"{good_page}/{form}", {"quantity": "1.5", "counted": "-1"})
        assert bad.status_code == 422


def test_the_clerk_keeps_the_stock_and_nothing_else(app: Flask, shop: Shop) -> None:
    clerk = PageClient(app, shop.token)
    good_page = f"/goods/{shop.goods['肥皂']}"
    assert "添加一样物资" not in _text(clerk.get(f"/stores/{shop.store_id}"))
    assert clerk.get(good_page).status_code == 200
    spoiled = clerk.post(f"{good_page}/spoilage", {"quantity": "1", "note": "受潮"})
    assert spoiled.status_code == 303
    for path in _president_only(shop):
        assert clerk.get(path).status_code == 403, path
    for path in (f"{good_page}/edit", f"/stores/{shop.store_id}/terminals", "/stores"):
        assert clerk.post(path, {}).status_code == 403, path


def test_strangers_and_other_villages(app: Flask, shop: Shop) -> None:
    good_page = f"/goods/{shop.goods['肥皂']}"
    pages = [
        *_president_only(shop)[1:],
        f"/stores/{shop.store_id}",
        f"/stores/{shop.store_id}/receipts",
        good_page,
        *(f"{good_page}/{form}" for form in ("stock-in", "count", "spoilage")),
    ]
    organiser = PageClient(app, shop.places.token(Role.ORGANISER))
    elsewhere = PageClient(app, shop.places.token(Role.BRANCH_PRESIDENT, "shishan"))
    for path in pages:
        assert PageClient(app).get(path).status_code == 401, path
        assert organiser.get(path).status_code == 403, path
        assert elsewhere.get(path).status_code == 404, path
    terminal_id = shop.till.terminal_id
    for path in (
        f"{good_page}/edit",
        f"{good_page}/stock-in",
        f"/stores/{shop.store_id}/settings",
        f"/stores/{shop.store_id}/terminals",
        f"/stores/{shop.store_id}/terminals/{terminal_id}/renewal",
        f"/stores/{shop.store_id}/terminals/{terminal_id}/revocation",
        f"/stores/{shop.store_id}/goods/new",
        f"/stores/{shop.store_id}/goods/import",
    ):
        form = {**_STORE, "title": "x", "price": "1", "kind": "bought", "source": "x",
                "quantity": "1", "barcode": "12345678", "unit_word": "个"}  # fmt: skip
        assert elsewhere.post(path, form).status_code == 404, path
        assert PageClient(app).post(path, form).status_code == 401, path
    assert db.session.scalar(select(func.count()).select_from(Good)) == len(shop.goods)


def _president_only(shop: Shop) -> list[str]:
    return [
        "/stores",
        f"/stores/{shop.store_id}/settings",
        f"/stores/{shop.store_id}/terminals",
        f"/stores/{shop.store_id}/goods/new",
        f"/stores/{shop.store_id}/goods/import",
        f"/goods/{shop.goods['肥皂']}/edit",
    ]
