"""Every page keeps to the elder-first sizes and to what axe asks for, and is small."""

import pytest
from flask import Flask
from playwright.sync_api import Page

from app.identity.access import SESSION_COOKIE
from app.identity.domain import Role
from app.kit.points import Tenths
from app.rulebook import queries as rulebook
from tests.factories.activities import give_points, make_session
from tests.home.month import VillageMonth, on
from tests.support.live_server import serve
from tests.support.page_checks import bytes_transferred, page_faults

PAGE_BYTES_MAX = 50_000


def test_pages_are_fit_for_old_eyes(app: Flask, village: VillageMonth, phone: Page) -> None:
    give_points(village.branch, "王大山", Tenths(60))
    village.attend("王大山", "李秀英")
    notice = village.close_october()
    village.publish(notice)
    make_session(village.branch, approved=False)
    entry_id = rulebook.awards(village.village_id)[0].entry_id
    places = village.branch.places
    with on(27), serve(lambda _address: app) as address:
        tokens = {
            "": ["/", "/?code=K234"],
            village.token("王大山"): [
                "/me", "/me/passbook", f"/me/entries/{entry_id}", "/me/card", "/me/links",
                "/me/months/2026-10",
            ],
            places.token(Role.BRANCH_PRESIDENT): [
                "/desk", "/desk/staff", "/branch/check-in-points",
                "/desk/months/2026-10/households/0001",
                f"/desk/households/0001/entries/{entry_id}",
            ],
            places.token(Role.HEAD_BANK): ["/town"],
        }  # fmt: skip
        for token, paths in tokens.items():
            phone.context.clear_cookies()
            if token:
                phone.context.add_cookies(
                    [{"name": SESSION_COOKIE, "value": token, "url": address}]
                )
            for path in paths:
                phone.goto(address + path)
                assert page_faults(phone) == [], path


@pytest.mark.parametrize("path", ["/", "/me"])
def test_the_first_page_costs_little(
    app: Flask, village: VillageMonth, phone: Page, path: str
) -> None:
    """Everything that comes for a page opened for the first time, nothing of it compressed."""
    village.attend("王大山", "李秀英")
    with on(27), serve(lambda _address: app) as address:
        if path == "/me":
            token = village.token("王大山")
            phone.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
        assert 10_000 < bytes_transferred(phone, address + path) < PAGE_BYTES_MAX
        assert phone.url == address + path
