"""The organiser's code changes by itself, and says so when it could not."""

import re

from playwright.sync_api import Page, Playwright, expect

from tests.look.site import Site
from tests.support.browser import launch

DRAWING = "() => document.querySelector('[data-rotate]').innerHTML"


def test_code_changes_and_the_seconds_are_counted(site: Site, phone: Page) -> None:
    phone.goto(site.url("rotating"))
    first = phone.evaluate(DRAWING)
    expect(phone.locator(".rotate-words")).to_have_text(re.compile("^[12] 秒后换新码$"))
    phone.wait_for_function("first => document.querySelector('[data-rotate]').innerHTML !== first",
                            arg=first)  # fmt: skip
    expect(phone.get_by_role("img", name="签到二维码")).to_be_visible()


def test_code_that_did_not_change_is_not_shown_as_good(site: Site, phone: Page) -> None:
    phone.goto(site.url("rotating"))
    phone.route("**/look/code", lambda route: route.abort())
    expect(phone.get_by_text("二维码没有更新")).to_be_visible()
    expect(phone.locator("[data-rotate]")).to_have_class("qr stale")
    phone.unroute("**/look/code")
    expect(phone.locator("[data-rotate]")).to_have_class("qr", timeout=10_000)
    expect(phone.get_by_text("秒后换新码")).to_be_visible()


def test_page_is_fetched_again_where_there_are_no_scripts(
    site: Site, playwright: Playwright
) -> None:
    with launch(playwright) as browser:
        page = browser.new_context(java_script_enabled=False).new_page()
        page.goto(site.url("rotating"))
        with page.expect_navigation(timeout=10_000):
            pass
