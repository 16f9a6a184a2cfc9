"""Life events at the office: entered by one, confirmed by another, and as JSON."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from app.identity.domain import Role
from app.kit import clock
from app.kit.month import Month
from app.kit.points import Tenths
from app.ledger.domain.accounts import household_spendable
from app.ledger.queries import balance
from app.people import queries
from tests.factories.activities import give_points
from tests.factories.claims import ClaimVillage, make_claim_village
from tests.factories.rulebooks import open_book
from tests.support.clients import ApiClient, PageClient

Clients = Callable[[str | None], PageClient]


@pytest.fixture
def village(app: Flask) -> ClaimVillage:
    made = make_claim_village()
    give_points(made.branch, "赵建国", Tenths(300))
    open_book(made.branch.places.other_village_id, month=Month(2026, 10), budget_tenths=10)
    return made


def test_a_split_on_paper_becomes_two_passbooks(
    page_client: Clients, village: ClaimVillage
) -> None:
    places, home = village.branch.places, village.household_of("赵建国")
    president = page_client(places.token(Role.BRANCH_PRESIDENT))
    form = {
        "happened_on": clock.today().isoformat(),
        "note": "分户协议双方签字",
        "member_ids": str(village.member("孙梅")),
        "new_passbook_no": "31",
        "points": "40",
    }
    path = f"/register/households/{home}/life/split"
    refused = president.post(path, form)
    assert refused.status_code == 409
    shown = refused.get_data(as_text=True)
    assert "积分不够：现有30分，需要40分。" in shown
    assert "分户协议双方签字" in shown
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    assert president.post(path, form | {"happened_on": tomorrow}).status_code == 422
    kept = president.post(path, form | {"points": "12.5"})
    page = kept.headers["Location"]
    preview = president.get(page).get_data(as_text=True)
    assert "孙梅分出去，新立户号 31" in preview
    assert "分走 <strong>12.5 分</strong>" in preview
    assert "请另一个人" in preview
    assert president.post(f"{page}/confirm").status_code == 403
    supervision = page_client(places.token(Role.SUPERVISION))
    assert "家庭变动等确认" in supervision.get("/desk").get_data(as_text=True)
    done = supervision.post(f"{page}/confirm", follow=True).get_data(as_text=True)
    assert "已转走 12.5 分" in done
    made = queries.household_by_passbook(village.village_id, "31")
    assert balance(household_spendable(village.village_id, made.id)) == 125
    listed = president.get("/register/life").get_data(as_text=True)
    assert "分户：0003 赵建国" in listed


def test_a_household_is_taken_in_by_the_other_village(app: Flask, village: ClaimVillage) -> None:
    places, home = village.branch.places, village.household_of("王大山")
    president = ApiClient(app, places.token(Role.BRANCH_PRESIDENT))
    there = ApiClient(app, places.token(Role.BRANCH_PRESIDENT, "shishan"))
    event = {"kind": "village_move", "happened_on": clock.today().isoformat(), "note": "迁移证"}
    assert president.post(f"/households/{home}/life-events", event).status_code == 404
    event["to_village_id"] = str(places.other_village_id)
    assert there.post(f"/households/{home}/life-events", event).status_code == 404
    made = president.post(f"/households/{home}/life-events", event, key="k1")
    assert (made.status_code, made.get_json()["state"], made.get_json()["needs_second"]) == (
        201, "waiting", True,
    )  # fmt: skip
    assert president.post(f"/households/{home}/life-events", event, key="k1").data == made.data
    event_id = made.get_json()["id"]
    assert (
        president.post(f"/life-events/{event_id}/confirm").get_json()["error"]["code"]
        == "life_waits_there"
    )
    assert there.get(f"/life-events/{event_id}").status_code == 404
    assert president.post(f"/arrivals/{event_id}/confirm", {"passbook_no": "8"}).status_code == 404
    assert [each["id"] for each in there.get("/arrivals").get_json()] == [event_id]
    taken = there.post(f"/arrivals/{event_id}/confirm", {"passbook_no": "88"})
    assert (taken.status_code, taken.get_json()["state"]) == (200, "done")
    assert queries.household_by_passbook(places.other_village_id, "88").head_name == "王大山"
    assert (
        president.post(f"/life-events/{event_id}/withdraw").get_json()["error"]["code"]
        == "life_event_decided"
    )
    worker = ApiClient(app, places.token(Role.GRID_WORKER))
    assert worker.get("/life-events").status_code == 403
    assert ApiClient(app).get("/life-events").status_code == 401


def test_what_a_kind_does_not_ask_for_is_not_kept(app: Flask, village: ClaimVillage) -> None:
    places, home = village.branch.places, village.household_of("赵建国")
    president = ApiClient(app, places.token(Role.BRANCH_PRESIDENT))
    there = ApiClient(app, places.token(Role.BRANCH_PRESIDENT, "shishan"))
    event = {"happened_on": clock.today().isoformat(), "note": "证明"}
    stray = {"member_id": "7", "new_head_id": "7", "member_ids": ["7"], "to_village_id": "7"}
    birth = event | stray | {"kind": "birth", "name": "赵小宝", "relation": "孙"}
    assert president.post(f"/households/{home}/life-events", birth).status_code == 201
    death = event | {
        "kind": "death",
        "member_id": str(village.member("赵小军")),
        "to_village_id": str(places.other_village_id),
    }
    made = president.post(f"/households/{home}/life-events", death)
    assert made.status_code == 201
    assert there.get("/arrivals").get_json() == []


def test_a_birth_by_the_president_alone(page_client: Clients, village: ClaimVillage) -> None:
    home = village.household_of("王大山")
    president = page_client(village.branch.places.token(Role.BRANCH_PRESIDENT))
    form = {
        "happened_on": clock.today().isoformat(),
        "note": "出生证",
        "name": "王小宝",
        "relation": "孙",
    }
    page = president.post(f"/register/households/{home}/life/birth", form).headers["Location"]
    supervision = page_client(village.branch.places.token(Role.SUPERVISION))
    assert supervision.post(f"{page}/confirm").status_code == 403
    assert president.post(f"{page}/confirm").status_code == 303
    assert "王小宝" in [each.name for each in queries.members_of(home)]
    assert president.get(f"/register/households/{home}/life/nonsense").status_code == 404
