"""The JSON twins of the register pages."""

import io
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.identity.domain import Role
from app.kit import clock
from app.people import queries
from tests.factories.people import People, make_people
from tests.factories.places import Places
from tests.factories.registers import family_register
from tests.support.clients import ApiClient

Call = Callable[..., Any]


@pytest.fixture
def people(places: Places) -> People:
    return make_people(places.village_id)


@pytest.fixture
def token(places: Places) -> str:
    return places.token(Role.BRANCH_PRESIDENT)


@pytest.fixture
def call(app: Flask, token: str) -> Call:
    """Sends one request and gives the JSON of its answer; the expected status goes first."""

    def send(
        status: int, method: str, path: str, body: Any = None, *, key: str | None = None
    ) -> Any:
        response = app.test_client().open(
            f"/api/v1{path}",
            method=method,
            json=body if method != "GET" else None,
            headers={
                "Authorization": f"Bearer {token}",
                "Idempotency-Key": key or uuid.uuid4().hex,
            },
        )
        assert response.status_code == status, response.get_data(as_text=True)
        return response.json

    return send


def send_file(app: Flask, token: str, content: bytes, key: str = "upload") -> TestResponse:
    return app.test_client().post(
        "/api/v1/register-imports",
        data={"file": (io.BytesIO(content), "花名册.xlsx")},
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key},
    )


def test_households_and_members_from_new_to_gone(call: Call, people: People) -> None:
    body = {"passbook_no": "9", "name": "周婷", "gender": "female", "birth_month": "1980-02"}
    made = call(201, "POST", "/households", body)
    assert (made["passbook_no"], made["head_name"]) == ("0009", "周婷")
    home = f"/households/{made['id']}"
    son = call(201, "POST", f"{home}/members", {"name": "周小婷", "relation": "儿子"})
    assert (son["relation"], son["is_head"]) == ("子", False)
    changed = call(200, "PATCH", home, {"passbook_no": "10", "notice_name_mode": "full"})
    assert (changed["passbook_no"], changed["notice_name_mode"]) == ("0010", "full")
    member = f"/members/{son['id']}"
    fixed = call(200, "PUT", member, {"name": "周晓婷", "relation": "子", "phone": "13800138000"})
    assert fixed["name"] == "周晓婷"
    assert "phone" not in fixed
    call(200, "POST", f"{member}/head")
    assert call(200, "GET", home)["head_name"] == "周晓婷"
    moved = call(200, "POST", f"/members/{made['members'][0]['id']}/move", {"passbook_no": "1"})
    assert moved["household_id"] == str(people.households["0001"])
    leaving = {"status": "moved_away", "departed_on": clock.today().isoformat()}
    assert call(200, "POST", f"{member}/departure", leaving)["status"] == "moved_away"
    assert call(200, "GET", home)["status"] == "ended"
    assert call(200, "POST", f"{member}/return")["status"] == "active"
    found = call(200, "GET", "/households?search=晓婷")
    assert [household["id"] for household in found] == [made["id"]]


def test_cards_and_pins_are_answered_once(call: Call, app: Flask, people: People) -> None:
    member_id = str(people.members["王大山"])
    code = call(201, "POST", "/cards", {"member_id": member_id}, key="card")["code"]
    pin = call(201, "POST", f"/members/{member_id}/pin", key="pin")["pin"]
    signed_in = ApiClient(app).post("/card-sessions", {"code": code, "pin": pin})
    assert signed_in.status_code == 201
    again = call(409, "POST", "/cards", {"member_id": member_id}, key="card")
    assert again["error"]["code"] == "answer_not_repeatable"
    assert call(409, "POST", f"/members/{member_id}/pin", key="pin")["error"]
    assert call(422, "POST", "/cards", {})["error"]["code"] == "nobody_chosen"
    household = {"household_id": str(people.households["0001"])}
    owner = queries.owner_of_card(None, call(201, "POST", "/cards", household)["code"])
    assert owner.member_id is None


def test_teams(call: Call, people: People) -> None:
    team = call(201, "POST", "/teams", {"name": "政策宣讲队"})
    members = {"member_ids": [str(people.members["孙梅"])]}
    filled = call(200, "PUT", f"/teams/{team['id']}/members", members)
    assert [member["name"] for member in filled["members"]] == ["孙梅"]
    assert call(200, "GET", f"/teams/{team['id']}") == filled
    assert call(200, "GET", "/teams") == [team]


def test_a_register_is_drafted_looked_at_and_applied(
    call: Call, app: Flask, token: str, places: Places
) -> None:
    sent = send_file(app, token, family_register())
    assert sent.status_code == 201
    draft = sent.json
    assert draft is not None
    assert (draft["status"], draft["counts"]["added"]) == ("draft", 5)
    assert queries.households(places.village_id) == []
    home = f"/register-imports/{draft['id']}"
    wrong = call(409, "POST", f"{home}/apply", {"fingerprint": "x"})
    assert wrong["error"]["code"] == "register_changed_meanwhile"
    body = {"fingerprint": draft["fingerprint"]}
    done = call(200, "POST", f"{home}/apply", body, key="apply")
    assert done["status"] == "applied"
    assert done["lines"] == draft["lines"]
    # The reply was lost: asked again, the same answer.
    assert call(200, "POST", f"{home}/apply", body, key="apply") == done
    assert call(409, "POST", f"{home}/apply", body)["error"]["code"] == "register_already_applied"
    assert len(queries.households(places.village_id)) == 2
    assert call(200, "GET", home) == done


def test_a_bad_file_is_refused_by_code(app: Flask, token: str) -> None:
    refused = send_file(app, token, b"%PDF-1.7")
    assert refused.status_code == 422
    assert refused.json is not None
    assert refused.json["error"]["code"] == "sheet_unreadable"
    missing = app.test_client().post(
        "/api/v1/register-imports",
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "none"},
    )
    assert missing.status_code == 422


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/households"),
        ("POST", "/households"),
        ("GET", "/households/{household}"),
        ("PATCH", "/households/{household}"),
        ("POST", "/households/{household}/members"),
        ("PUT", "/members/{member}"),
        ("POST", "/members/{member}/head"),
        ("POST", "/members/{member}/move"),
        ("POST", "/members/{member}/departure"),
        ("POST", "/members/{member}/return"),
        ("POST", "/members/{member}/pin"),
        ("POST", "/cards"),
        ("GET", "/teams"),
        ("POST", "/teams"),
        ("GET", "/teams/1"),
        ("PUT", "/teams/1/members"),
        ("POST", "/register-imports"),
        ("GET", "/register-imports/1"),
        ("POST", "/register-imports/1/apply"),
    ],
)
def test_only_the_president_of_the_village_may(
    app: Flask, places: Places, people: People, method: str, path: str
) -> None:
    full = "/api/v1" + path.format(
        household=people.households["0001"], member=people.members["王大山"]
    )
    bodies = {
        "/members/{member}": {"name": "甲"},
        "/households/{household}": {"passbook_no": "77"},
        "/households/{household}/members": {"name": "甲"},
        "/members/{member}/move": {"passbook_no": "2"},
        "/members/{member}/departure": {"status": "died", "departed_on": "2026-01-01"},
        "/cards": {"member_id": str(people.members["王大山"])},
        "/teams/1/members": {"member_ids": []},
        "/register-imports/1/apply": {"fingerprint": "x"},
    }

    def status(token: str | None) -> int:
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        client = app.test_client()
        return client.open(full, method=method, headers=headers, json=bodies.get(path)).status_code

    assert status(None) == 401
    assert status(places.token(Role.CLERK)) == 403
    foreign = status(places.token(Role.BRANCH_PRESIDENT, "shishan"))
    of_the_village = path in ("/households", "/teams", "/register-imports")
    assert foreign in (200, 422) if of_the_village else foreign == 404
    assert queries.household(places.village_id, people.households["0001"]).head_name == "王大山"


def test_unknown_fields_are_refused(call: Call, people: People) -> None:
    body = {"name": "周婷", "id_number": "370304196502140017"}
    refused = call(422, "POST", f"/households/{people.households['0001']}/members", body)
    assert refused["error"]["code"] == "invalid_input"


def test_the_description_names_every_call(app: Flask) -> None:
    described = app.test_client().get("/api/v1/openapi.json").json
    assert described is not None
    assert "multipart/form-data" in str(described["paths"]["/api/v1/register-imports"]["post"])
