"""The JSON API: unreadable bodies get a clear answer, and the description tells the truth."""

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.identity.domain import Role
from tests.factories.places import Places
from tests.support.clients import ApiClient

_DEEP = 100_000


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[" * _DEEP,
        b'{"user_name":' * _DEEP,
        b'{"user_name": ' + b"9" * 5000 + b"}",
        b'{"user_name": "\\ud800", "password": "x"}',
        b'{"user_name": "town", "password": "\\udfff"}',
        b"\xff\xfe",
    ],
    ids=["cut", "deep list", "deep object", "long number", "half", "other half", "no text"],
)
def test_a_body_that_cannot_be_read_is_a_bad_request(client: FlaskClient, body: bytes) -> None:
    answer = client.post("/api/v1/sessions", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.get_json()["error"]["code"] == "bad_request"


def test_it_is_one_behind_a_key_as_well(app: Flask, places: Places) -> None:
    answer = app.test_client().post(
        "/api/v1/themes",
        data=b"[" * _DEEP,
        content_type="application/json",
        headers={"Authorization": f"Bearer {places.token(Role.HEAD_BANK)}"},
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"5", b'"text"', b'{"user_name": NaN}'])
def test_json_of_the_wrong_shape_is_invalid(client: FlaskClient, body: bytes) -> None:
    answer = client.post("/api/v1/sessions", data=body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.get_json()["error"]["code"] == "invalid_input"


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_another_content_type_is_named(client: FlaskClient, kind: str | None) -> None:
    answer = client.post("/api/v1/sessions", data=b'{"user_name": "town"}', content_type=kind)
    assert answer.status_code == 415
    assert answer.get_json()["error"]["code"] == "unsupported_media_type"


def test_a_misspelt_search_is_refused(app: Flask, places: Places) -> None:
    answer = ApiClient(app, places.token(Role.BRANCH_PRESIDENT)).get("/households", serach="李")
    assert answer.status_code == 422
    assert answer.get_json()["error"]["facts"]["fields"] == {"query": {"serach": ["没有这一项。"]}}


def _described(client: FlaskClient) -> dict[str, Any]:
    answer: dict[str, Any] = client.get("/api/v1/openapi.json").get_json()
    return answer


def test_the_description_types_every_field(client: FlaskClient) -> None:
    schemas = _described(client)["components"]["schemas"]
    assert len(schemas) > 50
    untyped = [
        (name, field)
        for name, schema in schemas.items()
        for field, told in schema.get("properties", {}).items()
        if not told.keys() & {"type", "$ref", "enum", "anyOf"}
    ]
    assert untyped == []
    assert schemas["LineIn"]["properties"]["good_id"] == {
        "type": "string",
        "pattern": "^[0-9]{1,19}$",
    }


def test_the_description_shows_the_shape_of_errors(client: FlaskClient) -> None:
    schemas = _described(client)["components"]["schemas"]
    answer = client.get("/api/v1/me").get_json()
    assert schemas["Error"]["properties"].keys() == answer.keys()
    assert schemas["ErrorFacts"]["properties"].keys() == answer["error"].keys()


def test_the_description_names_keys_and_callers(client: FlaskClient) -> None:
    paths = _described(client)["paths"]
    redeem = paths["/api/v1/scans/{scan_id}/redemption"]["post"]
    assert [(each["name"], each["required"]) for each in redeem["parameters"]] == [
        ("Idempotency-Key", True)
    ]
    assert "security" not in redeem
    assert paths["/api/v1/themes"]["post"]["parameters"][0]["required"] is False
    assert "parameters" not in paths["/api/v1/sessions"]["post"]
    assert paths["/api/v1/sessions"]["post"]["security"] == []
    assert "-Key" not in json.dumps(paths["/api/v1/me"])
