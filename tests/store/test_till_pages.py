"""The till as a clerk uses it: without scripts, with a slow network, with a second press."""

import re
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.extensions import db
from app.identity import service as identity
from app.identity.access import TERMINAL_COOKIE
from app.identity.domain import Role
from app.store.models import CardScan, Redemption
from app.web.transaction import run_in_transaction
from tests.factories.places import CLERK_PIN, make_places
from tests.factories.stores import Shop, make_shop
from tests.support.clients import PageClient

_HIDDEN = re.compile(r'name="(good|quantity)"[^>]*value="(\d+)"')


@pytest.fixture
def shop(app: Flask) -> Shop:
    return make_shop(make_places())


@pytest.fixture
def till(app: Flask, shop: Shop) -> PageClient:
    """The browser of the enrolled terminal with its clerk."""
    return PageClient(app, shop.token)


def _text(response: TestResponse) -> str:
    """What a reader sees: no tags, runs of spaces as one."""
    page = re.sub(r"<[^>]+>", "", response.get_data(as_text=True))
    return " ".join(unescape(page).split())


def _scan(till: PageClient, shop: Shop, name: str = "王大山") -> str:
    """Lay a card on the till; returns the address of its page."""
    response = till.post("/till/scans", {"card_code": shop.cards[name]})
    assert response.status_code == 303
    return response.headers["Location"]


def _basket(shop: Shop, **quantities: int) -> dict[str, list[str]]:
    return {
        "good": [str(shop.goods[title]) for title in quantities],
        "quantity": [str(count) for count in quantities.values()],
    }


def _address(path: str, fields: dict[str, list[str]]) -> str:
    pairs = [f"{name}={value}" for name, values in fields.items() for value in values]
    return f"{path}?{'&'.join(pairs)}"


def _redeem(till: PageClient, page: str, basket: dict[str, list[str]]) -> TestResponse:
    return till.post(f"{page}/redemption", basket)


def test_a_device_is_enrolled_by_its_link_and_button(app: Flask, shop: Shop) -> None:
    _, code = run_in_transaction(
        lambda: identity.add_terminal(
            village_id=shop.village_id, store_id=shop.store_id, name="二号机"
        )
    )
    device = PageClient(app)
    assert device.get("/till").headers["Location"] == "/till/sign-in"
    assert device.get("/till/sign-in").headers["Location"] == "/till/enrol"
    opened = device.get(f"/T/{code}")
    assert "登记这台设备" in _text(opened)
    # Opening the link used nothing up.
    enrolled = device.post("/till/enrol", {"code": code})
    assert enrolled.headers["Location"] == "/till/sign-in"
    assert "HttpOnly" in enrolled.headers["Set-Cookie"]
    assert "luxi clerk" in _text(device.get("/till/sign-in"))
    again = device.post("/till/enrol", {"code": code})
    assert again.status_code == 403
    assert "登记码不对或已经过期" in _text(again)
    clerk = {"account_id": str(shop.till.clerk_id)}
    wrong = device.post("/till/sign-in", {**clerk, "pin": "135790"})
    assert wrong.status_code == 403
    assert "密码不对" in _text(wrong)
    assert device.post("/till/sign-in", {**clerk, "pin": CLERK_PIN}).headers["Location"] == "/till"
    assert "扫积分卡" in _text(device.get("/till"))
    assert device.post("/till/sign-out").headers["Location"] == "/till/sign-in"
    assert device.get("/till").headers["Location"] == "/till/sign-in"


def test_what_is_no_terminal_is_sent_to_enrol(app: Flask, shop: Shop) -> None:
    device = PageClient(app)
    device.http.set_cookie(TERMINAL_COOKIE, "guess")
    form = {"account_id": str(shop.till.clerk_id), "pin": CLERK_PIN}
    assert device.post("/till/sign-in", form).headers["Location"] == "/till/enrol"
    # A clerk who signed in with a password somewhere else is not at a till either.
    elsewhere = PageClient(app, shop.places.token(Role.CLERK))
    refused = elsewhere.post("/till/scans", {"card_code": shop.cards["王大山"]})
    assert (refused.status_code, refused.headers["Location"]) == (302, "/till/sign-in")


def test_the_whole_way_without_scripts(shop: Shop, till: PageClient) -> None:
    page = _scan(till, shop)
    opened = _text(till.get(page))
    assert "王*山" in opened
    assert "100分" in opened
    scanned = till.get(f"{page}?barcode=6901000000001")
    basket = _HIDDEN.findall(scanned.get_data(as_text=True))
    assert basket == [("good", str(shop.goods["大米10斤"])), ("quantity", "1")]
    tapped = till.get(
        _address(page, {**_basket(shop, 大米10斤=1), "add": [str(shop.goods["肥皂"])]})
    )
    assert "合计 55 分，兑换后剩 45 分" in _text(tapped)
    confirm = _text(till.get(_address(f"{page}/confirm", _basket(shop, 大米10斤=1, 肥皂=1))))
    assert "55分" in confirm
    assert "兑换后剩 45 分" in confirm
    done = _redeem(till, page, _basket(shop, 大米10斤=1, 肥皂=1))
    assert done.status_code == 303
    receipt = _text(till.get(done.headers["Location"]))
    assert "兑换小票 000001" in receipt
    assert "兑换后结余 45 分" in receipt
    assert shop.balance() == 450


def test_nothing_is_charged_twice(shop: Shop, till: PageClient) -> None:
    page = _scan(till, shop)
    basket = _basket(shop, 肥皂=2)
    first = _redeem(till, page, basket)
    # The reply was lost: the clerk presses again, goes back, asks, and opens the page anew.
    assert _redeem(till, page, basket).headers["Location"] == first.headers["Location"]
    assert "这次刷卡已经兑换" in _text(till.get(_address(f"{page}/confirm", basket)))
    assert "这次刷卡已经兑换" in _text(till.get(page))
    scan_id = page.rsplit("/", 1)[1]
    asked = till.get(f"/till/redemptions/by-key/scan-{scan_id}")
    receipt_address = first.headers["Location"].split("?")[0]
    assert asked.headers["Location"] == receipt_address
    other_basket = _redeem(till, page, _basket(shop, 肥皂=3))
    assert other_basket.status_code == 409
    assert "小票 1 号" in _text(other_basket)
    assert shop.balance() == 900
    # A new scan says what this household redeemed a moment ago.
    assert "刚兑换过 10 分" in _text(till.get(_scan(till, shop)))


def test_starting_again_closes_the_door_on_what_is_still_on_its_way(
    shop: Shop, till: PageClient
) -> None:
    lost = _scan(till, shop)
    scan_id = lost.rsplit("/", 1)[1]
    unknown = till.get(f"/till/redemptions/by-key/scan-{scan_id}")
    assert unknown.status_code == 404
    assert "还没有办，没有扣分" in _text(unknown)
    again = _scan(till, shop)
    assert _redeem(till, again, _basket(shop, 肥皂=2)).status_code == 303
    late = _redeem(till, lost, _basket(shop, 肥皂=2))
    assert late.status_code == 409
    assert "没有扣分" in _text(late)
    assert shop.balance() == 900


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("barcode=4006381333931", "条形码 4006381333931 在本店没有登记"),
        ("barcode=12", "不是正确的条形码"),
        ("barcode=CARD", "这是积分卡"),
        ("good=GOOD&quantity=abc", "数量要是 0 到 99 的整数"),
        ("good=GOOD&quantity=6901000000011", "数量要是 0 到 99 的整数"),
        (f"good=GOOD&quantity={'9' * 5000}", "数量要是 0 到 99 的整数"),
        (f"good={'9' * 5000}&quantity=1", "没有找到这样物资"),
        ("good=77&quantity=1", "没有找到这样物资"),
        ("good=GOOD&quantity=5", "每户每月最多 4块"),
        ("good=RICE&quantity=3", "每户每月最多 2袋"),
        ("good=RICE&quantity=2&add=GOOD", "积分不够：现有100分，需要115分"),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_stays(
    shop: Shop, till: PageClient, query: str, words: str
) -> None:
    page = _scan(till, shop)
    for name, value in (
        ("CARD", shop.cards["王大山"]),
        ("GOOD", str(shop.goods["肥皂"])),
        ("RICE", str(shop.goods["大米10斤"])),
    ):
        query = query.replace(name, value)
    shown = till.get(f"{page}?good={shop.goods['牙刷']}&quantity=1&{query}")
    assert shown.status_code == 200
    assert words in _text(shown)
    assert ("good", str(shop.goods["牙刷"])) in _HIDDEN.findall(shown.get_data(as_text=True))


def test_a_price_in_the_form_is_not_believed(shop: Shop, till: PageClient) -> None:
    page = _scan(till, shop)
    _redeem(till, page, {**_basket(shop, 肥皂=1), "price": ["0"], "total": ["0"]})
    assert shop.balance() == 950


def test_a_refused_redemption_shows_the_basket_again(shop: Shop, till: PageClient) -> None:
    page = _scan(till, shop, "陈桂兰")
    refused = _redeem(till, page, _basket(shop, 肥皂=2))
    assert refused.status_code == 409
    shown = _text(refused)
    assert "积分不够：现有0分，需要10分" in shown
    assert "肥皂" in shown
    assert ("quantity", "2") in _HIDDEN.findall(refused.get_data(as_text=True))
    # With points on the passbook, pressing again is enough.
    shop.give_points("0002", "10")
    assert _redeem(till, page, _basket(shop, 肥皂=2)).status_code == 303


def test_an_unknown_card_is_said_on_the_same_page(shop: Shop, till: PageClient) -> None:
    refused = till.post("/till/scans", {"card_code": "K234 5678"})
    assert refused.status_code == 404
    assert "这张卡不能用" in _text(refused)
    assert 'value="K234 5678"' in refused.get_data(as_text=True)
    assert db.session.scalar(select(func.count()).select_from(CardScan)) == 0


def test_opening_pages_changes_nothing(shop: Shop, till: PageClient) -> None:
    page = _scan(till, shop)
    for path in ("/till", page, _address(f"{page}/confirm", _basket(shop, 肥皂=1))):
        assert till.get(path).status_code == 200
    assert shop.balance() == 1000
    assert db.session.scalar(select(func.count()).select_from(Redemption)) == 0


def test_void_at_the_till(shop: Shop, till: PageClient) -> None:
    page = _scan(till, shop)
    receipt = _redeem(till, page, _basket(shop, 肥皂=2)).headers["Location"].split("?")[0]
    assert "作废这张小票" in _text(till.get(receipt))
    unexplained = till.post(f"{receipt}/void", {"goods_back": "1"})
    assert unexplained.status_code == 422
    assert "请填写这一项" in _text(unexplained)
    till.post(f"{receipt}/void", {"reason": "拿错了", "goods_back": "0"})
    shown = _text(till.get(receipt))
    assert "已作废" in shown
    assert "物资没有放回" in shown
    assert "作废这张小票" not in shown
    assert (shop.balance(), shop.left("肥皂")) == (1000, 18)
    again = till.post(f"{receipt}/void", {"reason": "拿错了", "goods_back": "1"})
    assert again.status_code == 409
    assert "已经作废" in _text(again)


def test_the_receipt_prints_on_narrow_paper(shop: Shop, till: PageClient) -> None:
    page = _scan(till, shop)
    receipt = _redeem(till, page, _basket(shop, 肥皂=2)).headers["Location"].split("?")[0]
    pdf = till.get(f"{receipt}/receipt.pdf")
    assert pdf.mimetype == "application/pdf"
    assert pdf.data.startswith(b"%PDF")


def test_strangers_are_kept_out(app: Flask, shop: Shop, till: PageClient) -> None:
    page = _scan(till, shop)
    receipt = _redeem(till, page, _basket(shop, 肥皂=1)).headers["Location"].split("?")[0]
    paths = (page, f"{page}/confirm", receipt, f"{receipt}/receipt.pdf", f"{receipt}/void")
    for path in (*paths, f"/stores/{shop.store_id}/receipts"):
        assert PageClient(app).get(path).status_code == 401, path
        organiser = PageClient(app, shop.places.token(Role.ORGANISER))
        assert organiser.get(path).status_code == 403, path
    elsewhere = PageClient(app, shop.places.token(Role.CLERK, "shishan"))
    second_till = PageClient(app, shop.second_till())
    for path in paths[2:]:
        assert elsewhere.get(path).status_code == 404, path
        assert second_till.get(path).status_code == 404, path
    assert second_till.get(page).status_code == 404
    assert second_till.get(f"/stores/{shop.store_id}").status_code == 404


def test_a_revoked_terminal_is_out_at_once(shop: Shop, till: PageClient) -> None:
    page = _scan(till, shop)
    run_in_transaction(
        lambda: identity.revoke_terminal(
            village_id=shop.village_id, terminal_id=shop.till.terminal_id
        )
    )
    assert _redeem(till, page, _basket(shop, 肥皂=1)).status_code == 401
    assert shop.balance() == 1000
