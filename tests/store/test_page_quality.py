"""Every page of the store in a browser: accessible, large enough, narrow enough, light; and the
till without scripts.
"""

import pytest
from flask import Flask
from playwright.sync_api import Page, Playwright, expect

from app.identity.access import SESSION_COOKIE
from app.identity.domain import Role
from tests.factories.places import make_places
from tests.factories.stores import Shop, make_shop
from tests.support.browser import launch
from tests.support.live_server import serve
from tests.support.page_checks import page_faults


@pytest.fixture
def shop(app: Flask) -> Shop:
    return make_shop(make_places())


def test_every_page_can_be_read_by_everybody(app: Flask, shop: Shop, phone: Page) -> None:
    sold = shop.redeem(shop.scan(), {"肥皂": 2, "理发一次": 1})
    used, unused = sold.scan_id, shop.scan("陈桂兰")
    soap, good, store = (
        f"good={shop.goods['肥皂']}&quantity=2",
        f"/goods/{shop.goods['肥皂']}",
        f"/stores/{shop.store_id}",
    )
    till_pages = (
        "/till", f"/till/scans/{unused}", f"/till/scans/{unused}?{soap}",
        f"/till/scans/{unused}/confirm?{soap}", f"/till/scans/{used}",
        f"/redemptions/{sold.id}?fresh=1", f"/redemptions/{sold.id}/void",
        f"{store}/receipts", store,
    )  # fmt: skip
    office_pages = (
        "/stores", store, f"{store}/settings", f"{store}/terminals", f"{store}/receipts",
        f"{store}/goods/new", f"{store}/goods/import", good, f"{good}/edit", f"{good}/stock-in",
        f"{good}/count", f"{good}/spoilage", f"/redemptions/{sold.id}",
        "/till/enrol", "/t/T2345",
    )  # fmt: skip
    president = shop.places.token(Role.BRANCH_PRESIDENT)
    with serve(lambda _: app.wsgi_app) as address:
        for token, paths in ((shop.token, till_pages), (president, office_pages)):
            phone.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
            for path in paths:
                phone.goto(address + path)
                assert page_faults(phone) == [], path
        phone.goto(f"{address}{store}/terminals")
        phone.get_by_label("终端名称").fill("柜台二号")
        phone.get_by_role("button", name="生成登记码").click()
        assert page_faults(phone) == []


def test_the_till_sells_without_scripts(app: Flask, shop: Shop, playwright: Playwright) -> None:
    with serve(lambda _: app.wsgi_app) as address, launch(playwright) as browser:
        context = browser.new_context(java_script_enabled=False, base_url=address)
        context.add_cookies([{"name": SESSION_COOKIE, "value": shop.token, "url": address}])
        till = context.new_page()
        till.goto("/till")
        # The field has the focus, so a scanner that types and presses Enter is enough.
        expect(till.get_by_label("扫积分卡，或输入卡上的编号")).to_be_focused()
        till.keyboard.insert_text(shop.cards["王大山"])
        till.keyboard.press("Enter")
        expect(till.get_by_role("heading", name="选物资", exact=True)).to_be_visible()
        for barcode in ("6901000000000", "6901000000001", "6901000000000"):
            expect(till.get_by_label("扫条形码")).to_be_focused()
            till.keyboard.insert_text(barcode)
            till.keyboard.press("Enter")
            expect(till.get_by_label("扫条形码")).to_be_empty()
        till.get_by_role("button", name="牙刷 10 分/支").click()
        till.get_by_role("button", name="牙刷少一支").click()
        expect(till.get_by_text("合计 60 分，兑换后剩 40 分")).to_be_visible()
        till.get_by_role("button", name="去确认").click()
        till.get_by_role("button", name="确认兑换").click()
        expect(till.get_by_role("heading", name="兑换成功")).to_be_visible()
        till.go_back()
        till.reload()
        expect(till.get_by_role("heading", name="这次刷卡已经兑换")).to_be_visible()
    assert (shop.balance(), shop.left("肥皂")) == (400, 18)
