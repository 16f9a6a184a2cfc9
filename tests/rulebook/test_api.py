"""The rule book's JSON, per endpoint: anonymous, wrong role, other village, valid, replay."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask

from app.identity.domain import Role
from app.kit.points import Tenths
from app.rulebook import queries
from app.rulebook.domain.incentives import LinkedScoreTerms
from tests.factories.places import Places
from tests.factories.rulebooks import adopt_rules
from tests.support.clients import ApiClient

Caller = Callable[..., ApiClient]

BODY: dict[str, Any] = {
    "starts_on": "2026-09-01",
    "adoption": {
        "meeting_on": "2026-08-20", "meeting_kind": "村民代表会议", "present": 46,
        "votes_for": 44, "votes_against": 1, "record_number": "5号",
    },
    "rules": [
        {
            "code": "zy01", "category": "志愿服务", "title": "消防宣传", "kind": "earn",
            "points": "2", "evidence": "签到", "review": "organiser",
            "cap": {"points_max": "8", "period": "month", "scope": "member", "group": "VOLUNTEER"},
        },
        {"code": "KF01", "category": "扣分", "title": "乱堆", "kind": "deduct", "points": "0.5"},
    ],
}  # fmt: skip


@pytest.fixture
def caller(app: Flask, places: Places) -> Caller:
    def make(role: Role | None = Role.BRANCH_PRESIDENT, village: str = "luxi") -> ApiClient:
        return ApiClient(app, None if role is None else places.token(role, village))

    return make


def test_a_version_is_saved_once(places: Places, caller: Caller) -> None:
    president = caller()
    saved = president.post("/rule-book/versions", BODY, key="k")
    assert saved.status_code == 201
    again = president.post("/rule-book/versions", BODY, key="k")
    assert again.get_json() == saved.get_json()
    # Another key says the same: the newest version is already this one.
    assert president.post("/rule-book/versions", BODY).get_json() == saved.get_json()
    assert len(queries.versions(places.village_id)) == 1
    first, second = saved.get_json()["rules"]
    assert (first["code"], first["points"]) == ("ZY01", "2")
    assert first["cap"] == BODY["rules"][0]["cap"]
    assert (second["points"], second["cap"]) == ("0.5", None)
    shown = caller(Role.CLERK).get(f"/rule-book/versions/{saved.get_json()['id']}")
    assert shown.get_json() == saved.get_json()
    assert caller(Role.ORGANISER).get("/rule-book", on="2026-09-01").get_json() == shown.get_json()
    assert [each["number"] for each in caller().get("/rule-book/versions").get_json()] == [1]


def test_who_may_call(places: Places, caller: Caller) -> None:
    version_id = adopt_rules(places.village_id)
    for path in ("/rule-book", "/rule-book/versions", f"/rule-book/versions/{version_id}"):
        assert caller(None).get(path).status_code == 401
        assert caller(Role.HEAD_BANK).get(path).status_code == 403
        assert caller(Role.GRID_WORKER).get(path).status_code == 200
    assert caller(village="shishan").get("/rule-book/versions").get_json() == []
    for path in ("/rule-book", f"/rule-book/versions/{version_id}"):
        assert caller(village="shishan").get(path).status_code == 404
    assert caller(None).post("/rule-book/versions", BODY).status_code == 401
    assert caller(Role.ORGANISER).post("/rule-book/versions", BODY).status_code == 403
    assert caller().get("/rule-book", on="2026-08-31").status_code == 404
    assert caller().get("/rule-book", on="heute").status_code == 422


def test_a_key_is_needed(app: Flask, places: Places) -> None:
    headers = {"Authorization": f"Bearer {places.token(Role.BRANCH_PRESIDENT)}"}
    answer = app.test_client().post("/api/v1/rule-book/versions", json=BODY, headers=headers)
    assert answer.get_json()["error"]["code"] == "idempotency_key_missing"


def test_what_may_not_be_said_is_told_whole(places: Places, caller: Caller) -> None:
    rules = [
        {"code": "A1", "category": "扣分", "title": "信访", "kind": "deduct", "points": "2"},
        {"code": "A2", "category": "扣分", "title": "欠费", "kind": "deduct", "points": "2"},
    ]
    answer = caller().post("/rule-book/versions", {**BODY, "rules": rules})
    assert answer.status_code == 422
    assert answer.get_json()["error"]["facts"]["findings"] == [
        "A1 lint_complaints 信访",
        "A2 lint_fees 欠费",
    ]
    unadopted = {**BODY["adoption"], "votes_for": 3}
    refused = caller().post("/rule-book/versions", {**BODY, "adoption": unadopted})
    assert refused.get_json()["error"]["code"] == "lint_adoption_minority"
    nothing = caller().post("/rule-book/versions", {**BODY, "rules": []})
    assert nothing.get_json()["error"]["facts"]["findings"] == ["lint_empty"]
    assert queries.versions(places.village_id) == []


@pytest.mark.parametrize(
    "change",
    [
        {"points": "0"}, {"points": "-2"}, {"points": "2.55"}, {"points": "999999"},
        {"kind": "steal"}, {"code": ""}, {"code": "x" * 21}, {"title": "清\u202e扫"},
        {"unknown": 1}, {"cap": {"points_max": "8"}}, {"cap": "8"},
        {"cap": {"points_max": "0", "period": "month", "scope": "member"}},
        {"cap": {"points_max": "8", "period": "week", "scope": "member"}},
    ],
)  # fmt: skip
def test_a_malformed_rule_is_refused(
    places: Places, caller: Caller, change: dict[str, Any]
) -> None:
    body = {**BODY, "rules": [{**BODY["rules"][1], **change}]}
    answer = caller().post("/rule-book/versions", body)
    assert answer.status_code == 422
    assert answer.get_json()["error"]["code"] == "invalid_input"
    assert queries.versions(places.village_id) == []


def test_the_description_knows_the_rule_book(app: Flask) -> None:
    paths = app.test_client().get("/api/v1/openapi.json").get_json()["paths"]
    assert {"get", "post"} <= set(paths["/api/v1/rule-book/versions"])
    assert "get" in paths["/api/v1/rule-book"]


def test_a_day_chooses_its_version(places: Places, caller: Caller) -> None:
    adopt_rules(places.village_id)
    adopt_rules(places.village_id, starts_on=date(2027, 1, 1))
    for day, number in (("2026-12-31", 1), ("2027-01-01", 2)):
        assert caller().get("/rule-book", on=day).get_json()["number"] == number


def test_linked_scores_and_bonuses_are_part_of_the_version(places: Places, caller: Caller) -> None:
    terms: dict[str, Any] = {
        "linked": {"weight": "0.25", "clamp": "20", "households_min": 5, "printed": True},
        "grid": {"threshold_percent": 60, "bonus": "1.5"},
        "team_bonus": None,
    }
    president = caller()
    without = president.post("/rule-book/versions", BODY).get_json()
    assert without["incentives"] == {"linked": None, "grid": None, "team_bonus": None}
    saved = president.post("/rule-book/versions", {**BODY, "incentives": terms}).get_json()
    assert (saved["number"], saved["incentives"]) == (2, terms)
    newest = queries.versions(places.village_id)[0]
    assert queries.incentives_of(newest).linked == LinkedScoreTerms(25, Tenths(200), 5)
    for part, wrong in (
        ("linked", {**terms["linked"], "weight": "0"}),
        ("linked", {**terms["linked"], "weight": "1.01"}),
        ("linked", {**terms["linked"], "weight": "0.123"}),
        ("linked", {**terms["linked"], "households_min": 0}),
        ("linked", {"weight": "0.3"}),
        ("grid", {"threshold_percent": 101, "bonus": "1"}),
        ("grid", {"threshold_percent": 60, "bonus": "-1"}),
        ("team_bonus", "0"),
    ):
        refused = president.post(
            "/rule-book/versions", {**BODY, "incentives": {**terms, part: wrong}}
        )
        assert refused.status_code == 422, (part, wrong)
