"""What supervision and the head bank see of a month, from what really happened in it."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page

from app.claims import queries as claims
from app.identity import service as identity
from app.identity.access import SESSION_COOKIE
from app.identity.domain import Role
from app.kit.month import Month
from app.ledger import service as ledger
from app.web.transaction import run_in_transaction
from tests.factories.activities import START, at
from tests.factories.claims import (
    ClaimVillage,
    adopt_deduction,
    decide,
    deduct,
    make_claim_village,
    notify,
    submit,
)
from tests.incentives.village import make_village, on
from tests.supervision.village import EVERYBODY, make_busy_village
from tests.support.clients import ApiClient, PageClient
from tests.support.live_server import serve
from tests.support.page_checks import page_faults

Clients = Callable[[str | None], PageClient]

TROUBLE = (
    "“消防安全宣传”签到时，luxi organiser在5秒里刷了6张卡。",
    "一部手机在一次登录里，替3户的3个人签了到。",
    "“消防安全宣传”的6笔积分里，6笔是补录的。",
    "评议员甲同意了0001户的申报6次，随机分派的话大约是3次。",
    "评议员丙同意了0002户的申报6次，随机分派的话大约是3次。",
)


@pytest.fixture
def village(app: Flask) -> ClaimVillage:
    return make_busy_village()


def test_what_stands_out_is_said_with_its_rows(app: Flask, village: ClaimVillage) -> None:
    supervision = ApiClient(app, village.branch.places.token(Role.SUPERVISION))
    with at(200):
        told = supervision.get("/supervision/2026-10").get_json()
    assert [each["sentence"] for each in told["findings"]] == list(TROUBLE)
    assert [len(each["rows"]) for each in told["findings"]] == [6, 3, 6, 6, 6]
    burst, phone, typed, pair, _ = told["findings"]
    assert {row["name"] for row in burst["rows"]} == set(EVERYBODY)
    assert {row["passbook_no"] for row in phone["rows"]} == {"0001", "0002", "0003"}
    assert all(row["entry_id"] and row["points"] == "2" for row in typed["rows"])
    assert all(row["claim_id"] and row["entry_id"] is None for row in pair["rows"])
    figures = ("name", "count", "approved", "refused", "asked_back", "median_minutes")
    assert [tuple(each[name] for name in figures) for each in told["approvers"]] == [
        ("评议员丙", 7, 6, 0, 1, 30), ("评议员乙", 12, 12, 0, 0, 90), ("评议员甲", 6, 6, 0, 0, 30),
    ]  # fmt: skip


def test_who_sees_it_and_how_much(app: Flask, village: ClaimVillage, page_client: Clients) -> None:
    places = village.branch.places
    town, own = "/town/supervision/luxi/2026-10", "/supervision/2026-10"
    with at(200):
        masked = page_client(places.token(Role.HEAD_BANK)).get(town).get_data(as_text=True)
        whole = page_client(places.token(Role.SUPERVISION)).get(own).get_data(as_text=True)
        for sentence in TROUBLE:
            assert sentence in masked
            assert sentence in whole
        assert "王大山" not in masked
        assert "王*山" in masked
        assert "王大山" in whole
        assert "/desk/households/" in whole
        assert "/incentives/" not in masked
        listed = page_client(places.token(Role.HEAD_BANK)).get("/town/supervision")
        assert listed.get_data(as_text=True).index("露溪村") < listed.get_data(as_text=True).index(
            "石山村"
        )
        for role, place, of_own, of_town in (
            (None, "", 401, 401), (Role.BRANCH_PRESIDENT, "luxi", 403, 403),
            (Role.REVIEWER, "luxi", 403, 403), (Role.SUPERVISION, "shishan", 404, 403),
            (Role.HEAD_BANK, "luxi", 403, 200),
        ):  # fmt: skip
            token = None if role is None else places.token(role, place)
            browser, caller = page_client(token), ApiClient(app, token)
            assert [client.get(own).status_code for client in (browser, caller)] == [of_own] * 2
            assert [client.get(town).status_code for client in (browser, caller)] == [of_town] * 2
            assert browser.get("/town/supervision").status_code == of_town
        for missing in ("2026-13", "2025-01", "x"):
            supervision = page_client(places.token(Role.SUPERVISION))
            assert supervision.get(f"/supervision/{missing}").status_code == 404
        run_in_transaction(_add_village_of_another_town)
        head_bank = page_client(places.token(Role.HEAD_BANK))
        for code in ("nowhere", "yuanshan"):
            assert head_bank.get(f"/town/supervision/{code}/2026-10").status_code == 404


def _add_village_of_another_town() -> None:
    town = identity.add_town(code="baishi", name="白石镇")
    village = identity.add_village(
        town_id=town.id,
        code="yuanshan",
        name="远山村",
        contact_name="村文书",
        contact_phone="0571-55550100",
        contact_place="村委会",
    )
    ledger.open_book(village.id, first_month=Month(2026, 10))


def test_a_deduction_is_told_apart_from_what_a_household_gains_by(app: Flask) -> None:
    with at(0):
        village = make_claim_village()
        adopt_deduction(village)
        notice = notify(village, "王大山")
    with at(8 * 24 * 60):
        claim = submit(village, "PA02", "王大山")
        decide(village, claim, village.staff(Role.GRID_WORKER))
        deduct(village, notice)
        rows = claims.decisions_between(
            village.village_id, since=START, until=START + timedelta(days=9)
        )
    assert [(row[3], row[-1]) for row in rows] == [("approved", True), *[("approved", False)] * 3]


def test_households_with_one_sum(app: Flask) -> None:
    village = make_village()
    with on(21):
        for name in ("0004甲", "0008甲", "0009甲"):
            for day in range(1, 6):
                village.award(name, 10, date(2026, 10, day))
        token = village.places.token(Role.SUPERVISION)
        told = ApiClient(app, token).get("/supervision/2026-10").get_json()
    (finding,) = told["findings"]
    assert finding["sentence"] == "3户这个月的积分合计刚好都是5分，每户都有好几笔。"
    assert [row["passbook_no"] for row in finding["rows"]] == [
        *["0004"] * 5, *["0008"] * 5, *["0009"] * 5,
    ]  # fmt: skip
    assert told["approvers"] == []


def test_the_pages_on_a_phone(app: Flask, village: ClaimVillage, phone: Page) -> None:
    places = village.branch.places
    with at(200), serve(lambda _address: app.wsgi_app) as address:
        for role, paths in (
            (Role.SUPERVISION, ["/supervision"]),
            (Role.HEAD_BANK, ["/town/supervision", "/town/supervision/luxi/2026-10"]),
        ):
            cookie = {"name": SESSION_COOKIE, "value": places.token(role), "url": address}
            phone.context.add_cookies([cookie])  # type: ignore[list-item]
            for path in paths:
                phone.goto(address + path)
                phone.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
                assert page_faults(phone) == [], path
