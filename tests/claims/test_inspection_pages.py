"""Inspection rounds on a phone: a tap a household, with and without network and script."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from app.claims import queries
from app.extensions import db
from app.identity.access import SESSION_COOKIE
from app.identity.domain import Role
from app.rulebook import queries as rulebook
from tests.claims.test_inspections import finish, open_round
from tests.factories.activities import at
from tests.factories.claims import ClaimVillage, make_claim_village
from tests.factories.people import member_token
from tests.support.clients import ApiClient, PageClient
from tests.support.live_server import serve
from tests.support.page_checks import page_faults

Clients = Callable[[str | None], PageClient]


@pytest.fixture
def village(app: Flask) -> ClaimVillage:
    return make_claim_village()


def levels(round_id: int) -> list[int | None]:
    # What the server has committed meanwhile.
    db.session.rollback()
    return [line.level for line in queries.inspection_marks(round_id)]


def test_marks_wait_on_the_phone_until_there_is_a_network(
    app: Flask, village: ClaimVillage, phone: Page
) -> None:
    found = open_round(village)
    round_id = found.id
    token = village.branch.places.token(Role.ORGANISER)
    with serve(lambda _: app.wsgi_app) as address:
        phone.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
        page = f"{address}/inspections/{round_id}"
        phone.goto(page)
        assert page_faults(phone) == []
        rows = phone.locator("[data-mark]")
        rows.nth(0).get_by_role("button", name="最清洁").click()
        expect(rows.nth(0).locator("[data-said]")).to_have_text("✓ 最清洁")
        phone.context.set_offline(True)
        rows.nth(1).get_by_role("button", name="不达标").click()
        rows.nth(2).get_by_role("button", name="最清洁").click()
        rows.nth(2).get_by_role("button", name="清洁 2分", exact=True).click()
        expect(phone.locator("#unsent")).to_contain_text("有 2 户记在手机里")
        expect(rows.nth(2).locator("[data-said]")).to_have_text("! 清洁，还没发出")
        expect(phone.locator("#unmarked")).to_have_text("1")
        assert page_faults(phone) == []
        assert levels(round_id) == [2, None, None, None]
        # Somebody else signs in on the phone before there is a network again.
        other = village.branch.places.token(Role.GRID_WORKER)
        phone.context.add_cookies([{"name": SESSION_COOKIE, "value": other, "url": address}])
        phone.context.set_offline(False)
        expect(phone.locator("#unsent")).to_contain_text("请用原来的账号登录")
        assert levels(round_id) == [2, None, None, None]
        phone.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
        # The page is closed with the taps unsent; they are sent when it is opened again.
        phone.goto("about:blank")
        phone.goto(page)
        expect(rows.nth(2).locator("[data-said]")).to_have_text("✓ 清洁")
        expect(phone.locator("#unsent")).to_be_empty()
        assert levels(round_id) == [2, 0, 1, None]
        for path in ("/inspections", f"/inspections/{round_id}/check"):
            phone.goto(address + path)
            assert page_faults(phone) == [], path


def test_a_round_without_script(page_client: Clients, village: ClaimVillage) -> None:
    places = village.branch.places
    organiser = page_client(places.token(Role.ORGANISER))

    def tap(mark: str) -> dict[str, str]:
        return {"mark": mark, "account_id": str(places.staff["luxi", Role.ORGANISER])}

    with at(0):
        form = {"rule_code": "HJ01", "occurred_on": "2026-10-12"}
        path = organiser.post("/inspections", form).headers["Location"]
        lines = queries.inspection_marks(int(path.rsplit("/", 1)[1]))
        for line in lines:
            sent = organiser.post(f"{path}/marks", tap(f"{line.id}:2"), key=f"k{line.id}")
            assert sent.headers["Location"].endswith(f"#m{line.id}")
        again = organiser.post(f"{path}/marks", tap(f"{lines[0].id}:2"), key=f"k{lines[0].id}")
        assert again.status_code == 303
        assert organiser.post(f"{path}/marks", tap(f"{lines[0].id}:9")).status_code == 422
        assert organiser.post(f"{path}/marks", tap("x")).status_code == 422
        stranger = page_client(places.token(Role.GRID_WORKER))
        assert stranger.post(f"{path}/marks", tap(f"{lines[0].id}:0")).status_code == 403
        president = page_client(places.token(Role.BRANCH_PRESIDENT))
        assert "评比没有办完" in president.get("/desk").text
        listed = president.get("/desk/notices").text
        assert "评比没有办完" in listed
        close = president.post("/desk/notices", {"month": "2026-10"})
        assert "1次评比没有办完" in close.text
        supervision = page_client(places.token(Role.SUPERVISION))
        shown = re.findall(r'name="seen" value="(.*?)"', supervision.get(f"{path}/check").text)
        # One line is marked anew while it is being looked at, and waits.
        organiser.post(f"{path}/marks", tap(f"{lines[0].id}:1"))
        supervision.post(f"{path}/check", {"seen": shown})
        assert "评比没有办完" in president.get("/desk").text
        shown = re.findall(r'name="seen" value="(.*?)"', supervision.get(f"{path}/check").text)
        assert shown == [f"{lines[0].id}:1"]
        done = supervision.post(f"{path}/check", {"seen": shown}, follow=True)
        assert "积分已经入账" in done.text
        assert "评比没有办完" not in president.get("/desk").text
    other = page_client(places.token(Role.ORGANISER, "shishan"))
    assert other.get(path).status_code == 404
    clerk = page_client(places.token(Role.CLERK))
    assert clerk.get(path).status_code == 403


def test_a_credit_is_told_and_denied_in_the_passbook(
    app: Flask, page_client: Clients, village: ClaimVillage
) -> None:
    finish(village)
    places, name = village.branch.places, "王大山"
    (award,) = rulebook.awards(village.village_id, household_id=village.household_of(name))
    token = member_token(village.village_id, village.member(name), name)
    villager = page_client(token)
    assert "最清洁" in villager.get("/me/passbook").text
    entry = f"/me/entries/{award.entry_id}"
    assert "luxi supervision" in villager.get(entry).text
    assert villager.post(f"{entry}/denial", {"statement": "那天没人来过"}).status_code == 303
    assert "等村里答复" in villager.get(entry).text
    president = page_client(places.token(Role.BRANCH_PRESIDENT))
    assert "有人说申报、评比的积分不是自家的" in president.get("/desk").text
    (denial, _), *_ = queries.denials(village.village_id)
    answer = {"decision": "upheld", "answer": "认错门了"}
    path = f"/branch/award-denials/{denial.id}"
    assert "那天没人来过" in president.get(path).text
    with at(90):
        assert president.post(path, answer).status_code == 303
    assert "属实，已更正" in villager.get(entry).text
    api = ApiClient(app, places.token(Role.BRANCH_PRESIDENT))
    again = api.post(f"/award-denials/{denial.id}/decision", answer)
    assert again.get_json()["error"]["code"] == "denial_decided"


def test_the_same_as_json(app: Flask, village: ClaimVillage) -> None:
    places = village.branch.places
    organiser, supervision = (
        ApiClient(app, places.token(role)) for role in (Role.ORGANISER, Role.SUPERVISION)
    )
    with at(0):
        form = {"rule_code": "HJ01", "occurred_on": "2026-10-12"}
        made = organiser.post("/inspections", form, key="open")
        assert made.status_code == 201
        assert organiser.post("/inspections", form, key="open").data == made.data
        told = made.get_json()
        path = f"/inspections/{told['id']}"
        marks = [{"mark_id": row["mark_id"], "level": 1} for row in told["rows"]]
        assert organiser.post(f"{path}/marks", {"marks": marks}).get_json()["unmarked"] == 0
        returned = {"marks": marks, "returned_ids": [marks[0]["mark_id"]]}
        assert supervision.post(f"{path}/check", returned).get_json()["unchecked"] == 1
        assert ApiClient(app).get(path).status_code == 401
        assert supervision.post(f"{path}/drop", {"reason": "下雨"}).status_code == 403
        dropped = organiser.post(f"{path}/drop", {"reason": "下雨"}).get_json()
        assert dropped["is_open"] is False
        over = organiser.post(f"{path}/marks", {"marks": marks[:1]}).get_json()
        assert over["error"]["code"] == "inspection_over"
        assert organiser.get("/inspections").get_json()[0]["dropped_at"]
