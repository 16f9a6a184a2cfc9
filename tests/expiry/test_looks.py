"""Every page about expiry keeps to the elder-first sizes and to what axe asks for."""

from flask import Flask
from playwright.sync_api import Page

from app.expiry import queries
from app.identity.access import SESSION_COOKIE
from app.identity.domain import Role
from tests.expiry.village import ACTS_FROM, make_old_village, on
from tests.support.live_server import serve
from tests.support.page_checks import page_faults


def test_pages_are_fit_for_old_eyes(app: Flask, phone: Page) -> None:
    village = make_old_village()
    places = village.month.branch.places
    with on(ACTS_FROM), serve(lambda _address: app) as address:

        def look(token: str, *paths: str) -> None:
            phone.context.clear_cookies()
            phone.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
            for path in paths:
                phone.goto(address + path)
                for summary in phone.query_selector_all("summary"):
                    summary.click()
                assert page_faults(phone) == [], path

        look(village.month.token("李秀英"), "/me", "/me/passbook")
        president = places.token(Role.BRANCH_PRESIDENT)
        look(president, "/desk", "/desk/expiry")
        run = village.confirm(village.ask().id)
        line = queries.lines(run.id)[0]
        look(president, f"/desk/expiry/runs/{run.id}", f"/desk/expiry/lines/{line.id}")
        look(village.month.token("李秀英"), f"/me/entries/{line.entry_id}")
