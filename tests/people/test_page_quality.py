"""Every page of the register in a browser: accessible, large enough, narrow enough, light."""

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page

from app.identity.access import SESSION_COOKIE
from app.identity.domain import Role
from app.kit import clock
from app.people import service
from app.people.domain.life import LifeDraft, LifeKind
from app.web.transaction import run_in_transaction
from tests.factories.people import issue_member_card, make_people
from tests.factories.places import Places
from tests.factories.registers import MESSY_REGISTER
from tests.support.live_server import serve
from tests.support.page_checks import page_faults


@pytest.fixture
def paths(places: Places) -> list[str]:
    people = make_people(places.village_id)
    team = run_in_transaction(
        lambda: service.add_team(village_id=places.village_id, name="治安巡逻队")
    )
    draft = run_in_transaction(
        lambda: service.draft_import(
            village_id=places.village_id,
            file_name="花名册.xlsx",
            content=Path(MESSY_REGISTER).read_bytes(),
            actor_id=0,
        )
    )
    home = f"/register/households/{people.households['0003']}"
    merger = LifeDraft(
        LifeKind.MERGE,
        people.households["0001"],
        clock.today(),
        "两户都同意",
        to_household_id=people.households["0002"],
    )
    event = run_in_transaction(
        lambda: service.enter_life_event(village_id=places.village_id, draft=merger, actor_id=0)
    )
    return [
        "/register",
        "/register?search=没有",
        "/register/new",
        home,
        f"{home}/life",
        *(f"{home}/life/{kind}" for kind in ("birth", "death", "split", "village_move")),
        "/register/life",
        f"/register/life/{event.id}",
        f"{home}/members/{people.members['赵建国']}",
        "/register/imports",
        f"/register/imports/{draft.id}",
        "/register/cards",
        "/register/teams",
        f"/register/teams/{team.id}?search=赵",
        "/register/links",
        f"/register/links/{people.members['赵建国']}",
        f"/k/{issue_member_card(people, '赵建国')}",
    ]


def test_every_page_can_be_read_by_everybody(
    app: Flask, places: Places, paths: list[str], phone: Page
) -> None:
    token = places.token(Role.BRANCH_PRESIDENT)
    with serve(lambda _: app.wsgi_app) as address:
        phone.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
        for path in paths:
            phone.goto(address + path)
            for details in phone.locator("details").all():
                details.evaluate("element => { element.open = true }")
            assert page_faults(phone) == [], path
