"""Every macro on real-shaped pages keeps to the elder-first sizes, colours and reach."""

import gzip
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.look.site import PAGES, Site
from tests.support.browser import open_phone, phone_context
from tests.support.page_checks import (
    accessibility_faults,
    bytes_transferred,
    page_faults,
    size_faults,
)

STYLE = Path(__file__).resolve().parents[2] / "app" / "static" / "app.css"
CONTRAST = """() => axe.run(document, {runOnly: ["color-contrast-enhanced"]}).then(
    result => result.violations.flatMap(one => one.nodes.map(node => node.html)))"""


@pytest.mark.parametrize("name", PAGES)
def test_page_has_no_faults(site: Site, phone: Page, name: str) -> None:
    phone.goto(site.url(name))
    assert page_faults(phone) == []
    assert phone.evaluate(CONTRAST) == []


def test_form_shown_again_has_no_faults(site: Site, phone: Page) -> None:
    phone.goto(site.url("form"))
    phone.get_by_role("button", name="保存", exact=True).click()
    phone.get_by_text("请填写姓名。").wait_for()
    assert page_faults(phone) == []


@pytest.mark.parametrize("name", PAGES)
def test_large_text_is_asked_for_and_fits(site: Site, chromium: Browser, name: str) -> None:
    with open_phone(chromium) as page:
        page.set_viewport_size({"width": 320, "height": 640})
        page.goto(site.url(name))
        page.get_by_role("button", name="大字").click()
        page.get_by_role("button", name="标准字").wait_for()
        page.wait_for_load_state()
        size = page.evaluate("() => parseFloat(getComputedStyle(document.body).fontSize)")
        assert size == 30
        assert page.evaluate("() => document.documentElement.scrollWidth") == 320
        assert size_faults(page) == []


def test_page_not_found_has_no_faults(site: Site, phone: Page) -> None:
    phone.goto(site.address + "/there-is-no-such-page")
    assert phone.get_by_role("heading").inner_text() == "没有办成"
    assert page_faults(phone) == []


def test_staff_table_is_a_table_on_a_wide_screen(site: Site, chromium: Browser) -> None:
    with phone_context(chromium) as context:
        page = context.new_page()
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(site.url("desk"))
        assert page.get_by_role("columnheader", name="户号").bounding_box()
        assert page.evaluate("() => document.documentElement.scrollWidth") == 1280
        assert accessibility_faults(page) == []


def test_stacked_table_names_each_value(site: Site, phone: Page) -> None:
    phone.goto(site.url("desk"))
    row = phone.get_by_role("row").filter(has=phone.get_by_role("rowheader", name="王秀英"))
    value = row.get_by_role("cell").filter(has_text="126.5")
    label = value.evaluate("cell => getComputedStyle(cell, '::before').content")
    assert label == '"结余"'


def test_skip_link_leads_past_the_header(site: Site, phone: Page) -> None:
    phone.goto(site.url("home"))
    phone.keyboard.press("Tab")
    skip = phone.get_by_role("link", name="跳到正文")
    box = skip.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["height"] >= 48
    phone.keyboard.press("Enter")
    assert phone.url.endswith("#content")


def test_focus_is_visible(site: Site, phone: Page) -> None:
    phone.goto(site.url("home"))
    phone.keyboard.press("Tab")
    phone.keyboard.press("Tab")
    width = phone.evaluate("() => getComputedStyle(document.activeElement).outlineWidth")
    assert width == "4px"


def test_nothing_moves_for_readers_who_ask_so(site: Site, phone: Page) -> None:
    animation = "() => getComputedStyle(document.querySelector('.sign')).animationName"
    phone.emulate_media(reduced_motion="no-preference")
    phone.goto(site.url("answers"))
    assert phone.evaluate(animation) == "appear"
    phone.emulate_media(reduced_motion="reduce")
    assert phone.evaluate(animation) == "none"


def test_paper_shows_the_page_without_its_buttons(site: Site, phone: Page) -> None:
    phone.goto(site.url("desk"))
    phone.emulate_media(media="print")
    assert phone.get_by_role("heading", name="露溪村 10 月").is_visible()
    assert not phone.get_by_role("link", name="结账").is_visible()
    assert not phone.locator("header").is_visible()


def test_few_bytes(site: Site, phone: Page) -> None:
    assert len(gzip.compress(STYLE.read_bytes())) < 8_000
    assert bytes_transferred(phone, site.url("home")) < 50_000
