"""The JSON twins: the same services, the same answers, access and replay."""

from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.activities import queries
from app.activities.models import Attendance, Signup
from app.extensions import db
from app.identity.domain import Role
from tests.activities.site import Site
from tests.factories.activities import START, at, sign_up
from tests.factories.people import issue_member_card
from tests.support.clients import ApiClient


def body_of(response: TestResponse, status: int = 200) -> Any:
    assert response.status_code == status, response.get_data(as_text=True)
    return response.get_json()


def code_of(response: TestResponse) -> str:
    body = response.get_json()
    assert body is not None
    code: str = body["error"]["code"]
    return code


def test_plan_approve_and_cancel(site: Site) -> None:
    organiser, president = site.caller(Role.ORGANISER), site.caller(Role.BRANCH_PRESIDENT)
    plan = {
        "title": "夜校", "place": "文化站", "rule_code": "CW04", "seats": 10,
        "organiser_ids": [str(site.branch.organiser_id)],
        "sessions": [
            {"starts_at": f"{day}T19:00:00+08:00", "ends_at": f"{day}T20:30:00+08:00"}
            for day in ("2026-10-14", "2026-10-21")
        ],
    }  # fmt: skip
    with at(0):
        planned = body_of(organiser.post("/activities", plan, key="k"), 201)
        assert body_of(organiser.post("/activities", plan, key="k"), 201) == planned
        path = f"/activities/{planned['activity']['id']}"
        assert [session["seats"] for session in planned["sessions"]] == [10, 10]
        assert body_of(organiser.get(path)) == planned
        assert organiser.post(f"{path}/approval").status_code == 403
        approved = body_of(president.post(f"{path}/approval"))
        assert approved["approved_at"] is not None
        cancelled = body_of(president.post(f"{path}/cancellation", {"reason": "停电"}))
        assert cancelled["cancel_reason"] == "停电"
        assert code_of(president.post(f"{path}/approval")) == "activity_cancelled"


def test_sign_up_scan_close_and_correct(site: Site) -> None:
    villager, organiser = site.villager_caller("王大山"), site.caller(Role.ORGANISER)
    session = f"/activity-sessions/{site.session.id}"
    me = {"member_id": site.member("王大山")}
    with at(-60):
        listed = body_of(villager.get("/activity-sessions"))
        assert [view["session"]["id"] for view in listed] == [str(site.session.id)]
        assert listed[0]["activity"]["points"] == "2"
        signup = body_of(villager.post(f"{session}/signups", me), 201)
        assert (signup["place"], signup["source"]) == ("confirmed", "self")
        stranger = {"member_id": site.member("陈桂兰")}
        assert villager.post(f"{session}/signups", stranger).status_code == 404
        body_of(organiser.post(f"{session}/staff-signups", stranger), 201)
        wife = {"member_id": site.member("李秀英")}
        body_of(villager.post(f"{session}/signups", wife), 201)
        assert villager.post(f"{session}/signup-cancellations", wife).status_code == 204
    card = issue_member_card(site.branch.people, "王大山")
    with at(0):
        scanned = body_of(organiser.post(f"{session}/scans", {"code": card}, key="s"))
        assert scanned == body_of(organiser.post(f"{session}/scans", {"code": card}, key="s"))
        assert (scanned["level"], scanned["message"]) == ("ok", "09:00 签到成功。")
        paper = {"member_ids": [site.member("陈桂兰")], "arrived_at": START.isoformat()}
        rows = body_of(organiser.post(f"{session}/check-ins", paper))
        assert [row["staff_entry"] for row in rows] == [True]
    with at(55):
        left = body_of(organiser.post(f"{session}/check-outs", me))
        assert left["state"] == "left"
    with at(70):
        closed = body_of(organiser.post(f"{session}/closing"))
        assert closed == body_of(organiser.post(f"{session}/closing"))
        assert [(line["granted"], line["minutes"]) for line in closed["lines"]] == [
            ("2", 55),
            ("2", 60),
        ]
        wrong = {"member_id": me["member_id"], "attended": False, "reason": "认错人"}
        corrected = body_of(organiser.post(f"{session}/corrections", wrong, key="c"), 201)
        assert corrected == body_of(organiser.post(f"{session}/corrections", wrong, key="c"), 201)
        assert corrected["state_after"] == "absent"
        states = [row["state"] for row in body_of(organiser.get(f"{session}/attendances"))]
        assert states == ["absent", "present"]


def test_own_check_in_by_both_codes(site: Site) -> None:
    sign_up(site.branch, site.session, "王大山", "李秀英")
    villager, organiser = site.villager_caller("王大山"), site.caller(Role.ORGANISER)
    session = f"/activity-sessions/{site.session.id}"
    with at(0):
        shown = body_of(organiser.get(f"{session}/rotating-code"))
        assert shown["link"] == f"HTTP://LOCALHOST/R/{shown['code']}"
        own = {"code": shown["link"], "member_ids": [site.member("王大山")]}
        assert body_of(villager.post("/own-check-ins", own))["level"] == "ok"
        poster = {"code": site.session.poster_code, "member_ids": [site.member("李秀英")]}
        assert body_of(villager.post("/own-check-ins", poster))["level"] == "wait"
        card = {"code": issue_member_card(site.branch.people, "王大山"), "member_ids": ["1"]}
        assert code_of(villager.post("/own-check-ins", card)) == "code_not_found"
        row = queries.attendances(site.session.id)[1]
        confirmed = organiser.post(f"{session}/attendances/{row.id}/confirmation")
        assert body_of(confirmed)["state"] == "present"
        absent = {"member_id": site.member("李秀英"), "excuse": "看病"}
        assert body_of(organiser.post(f"{session}/absences", absent))["state"] == "excused"
    with at(2):
        assert code_of(villager.post("/own-check-ins", own)) == "rotating_code_expired"


def test_the_head_bank_publishes_and_grants(site: Site) -> None:
    town = site.caller(Role.HEAD_BANK)
    theme = {
        "month": "2026-10", "code": "T1", "title": "清扫", "rule_code": "HJ03", "points": "2",
    }  # fmt: skip
    assert body_of(town.post("/themes", theme)) == {"taken": "added"}
    assert body_of(town.post("/themes", theme)) == {"taken": "unchanged"}
    draft = body_of(town.get("/theme-lists"))[0]
    assert body_of(town.get("/themes", month="2026-10")) == []
    published = body_of(town.post(f"/theme-lists/{draft['id']}/publication"))
    assert published == body_of(town.post(f"/theme-lists/{draft['id']}/publication"))
    listed = body_of(site.caller(Role.ORGANISER).get("/themes", month="2026-10"))
    assert [found["code"] for found in listed] == ["T1"]
    assert code_of(town.post("/themes", {**theme, "points": "3"})) == "theme_published"
    grant = {"village_id": str(site.branch.village_id), "month": "2026-10", "points": "12.5"}
    assert body_of(town.post("/grants", grant, key="g"), 201)["points"] == "12.5"
    assert body_of(town.post("/grants", grant, key="g"), 201)["points"] == "12.5"
    assert len(queries.grants([site.branch.village_id])) == 2


READS: dict[str, Role] = {
    "/activity-sessions": Role.MEMBER,
    "/activity-sessions/{session}/attendances": Role.ORGANISER,
    "/activity-sessions/{session}/rotating-code": Role.ORGANISER,
    "/themes": Role.ORGANISER,
    "/theme-lists": Role.HEAD_BANK,
    "/activities/{activity}": Role.ORGANISER,
}
MEMBER = {"member_id": "1"}
WRITES: dict[str, tuple[Role, dict[str, Any]]] = {
    "/activity-sessions/{session}/signups": (Role.MEMBER, MEMBER),
    "/activity-sessions/{session}/signup-cancellations": (Role.MEMBER, MEMBER),
    "/own-check-ins": (Role.MEMBER, {"code": "x", "member_ids": ["1"]}),
    "/activity-sessions/{session}/staff-signups": (Role.ORGANISER, MEMBER),
    "/activity-sessions/{session}/scans": (Role.ORGANISER, {"code": "x"}),
    "/activity-sessions/{session}/check-ins": (Role.ORGANISER, {"member_ids": ["1"]}),
    "/activity-sessions/{session}/check-outs": (Role.ORGANISER, MEMBER),
    "/activity-sessions/{session}/attendances/1/confirmation": (Role.ORGANISER, {}),
    "/activity-sessions/{session}/absences": (Role.ORGANISER, MEMBER),
    "/activity-sessions/{session}/closing": (Role.ORGANISER, {}),
    "/activity-sessions/{session}/corrections": (
        Role.ORGANISER,
        {**MEMBER, "attended": True, "reason": "x"},
    ),
    "/activities/{activity}/approval": (Role.BRANCH_PRESIDENT, {}),
    "/activities/{activity}/cancellation": (Role.BRANCH_PRESIDENT, {"reason": "x"}),
    "/activities": (Role.ORGANISER, {}),
    "/themes": (Role.HEAD_BANK, {}),
    "/theme-lists/1/publication": (Role.HEAD_BANK, {}),
    "/grants": (Role.HEAD_BANK, {}),
}


@pytest.mark.parametrize("path", READS)
def test_who_may_read(site: Site, path: str) -> None:
    address = path.format(session=site.session.id, activity=site.session.activity_id)
    assert ApiClient(site.app).get(address).status_code == 401
    assert site.caller(Role.CLERK).get(address).status_code == 403
    role = READS[path]
    if "{" in path:
        assert site.caller(role, "shishan").get(address).status_code == 404


@pytest.mark.parametrize("path", WRITES)
def test_who_may_write(site: Site, path: str) -> None:
    address = path.format(session=site.session.id, activity=site.session.activity_id)
    role, body = WRITES[path]
    assert ApiClient(site.app).post(address, body).status_code == 401
    assert site.caller(Role.CLERK).post(address, body).status_code == 403
    if "{" in path and role is not Role.MEMBER:
        assert site.caller(role, "shishan").post(address, body).status_code == 404
    if body:
        own = site.villager_caller("王大山") if role is Role.MEMBER else site.caller(role)
        refused = own.post(address, {**body, "smuggled": 1})
        assert refused.status_code == 422
    assert db.session.scalar(select(func.count()).select_from(Attendance)) == 0
    assert db.session.scalar(select(func.count()).select_from(Signup)) == 0


def test_numbers_no_database_holds_find_nothing(site: Site) -> None:
    huge = "9" * 30
    organiser, browser = site.caller(Role.ORGANISER), site.browser(Role.ORGANISER)
    assert organiser.get(f"/activities/{huge}").status_code == 404
    assert browser.get(f"/organiser/sessions/{huge}").status_code == 404
    for query in (f"/branch/activities?before={huge}", f"/branch/activities/new?theme_id={huge}"):
        assert browser.get(query).status_code == 200
