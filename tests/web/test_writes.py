"""Writing views: one transaction, one answer per key, refusals that lose nothing."""

import threading
from collections.abc import Iterator

import pytest
from flask import Blueprint, Flask, Response, jsonify, request
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app import create_app
from app.extensions import db
from app.identity.models import Town
from app.kit.errors import Conflict, Invalid
from app.kit.ids import new_id
from app.web.access import open_to_all
from app.web.idempotency import RequestOutcome
from app.web.transaction import run_in_transaction, writes
from tests.conftest import settings_for

probe = Blueprint("probe", __name__, url_prefix="/api/probe")


def _add_town(code: str) -> None:
    db.session.add(Town(id=new_id(), code=code, name="镇"))
    db.session.flush()


@probe.post("/towns")
@open_to_all
@writes(key_required=True)
def add_town() -> Response:
    wish = request.get_json()
    _add_town(wish["code"])
    if wish.get("refuse") == "final":
        raise Conflict("conflict", code_wanted=wish["code"])
    if wish.get("refuse") == "correctable":
        raise Invalid("invalid_input")
    return jsonify(towns=db.session.scalar(select(func.count()).select_from(Town)))


@probe.post("/secrets")
@open_to_all
@writes(secret_answer=True)
def make_secret() -> Response:
    return jsonify(secret="only once")


@pytest.fixture(params=["sqlite", "postgresql"])
def probed(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application with two probe routes, on each database."""
    url = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    app = create_app(settings_for(request.getfixturevalue(url)))
    app.register_blueprint(probe)
    app.extensions["csrf"].exempt(probe)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def _post(client: FlaskClient, body: object, key: str | None, path: str = "towns") -> TestResponse:
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(f"/api/probe/{path}", json=body, headers=headers)


def _towns() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Town)) or 0


def test_same_key_and_body_gets_the_stored_answer(probed: Flask) -> None:
    client = probed.test_client()
    first = _post(client, {"code": "a"}, "key-1")
    _post(client, {"code": "b"}, "key-2")
    again = _post(client, {"code": "a"}, "key-1")
    assert first.status_code == again.status_code == 200
    assert again.get_json() == first.get_json() == {"towns": 1}
    assert again.headers["Idempotent-Replay"] == "true"
    assert _towns() == 2


def test_same_key_with_another_body_is_refused(probed: Flask) -> None:
    client = probed.test_client()
    _post(client, {"code": "a"}, "key-1")
    other = _post(client, {"code": "b"}, "key-1")
    assert other.status_code == 409
    assert other.get_json()["error"]["code"] == "idempotency_mismatch"
    assert _towns() == 1


def test_final_refusal_is_kept_and_writes_nothing(probed: Flask) -> None:
    client = probed.test_client()
    first = _post(client, {"code": "a", "refuse": "final"}, "key-1")
    again = _post(client, {"code": "a", "refuse": "final"}, "key-1")
    assert first.status_code == again.status_code == 409
    assert again.get_json() == first.get_json()
    assert again.get_json()["error"]["facts"] == {"code_wanted": "a"}
    assert _towns() == 0
    assert db.session.scalar(select(func.count()).select_from(RequestOutcome)) == 1


def test_correctable_refusal_is_not_kept(probed: Flask) -> None:
    client = probed.test_client()
    assert _post(client, {"code": "a", "refuse": "correctable"}, "key-1").status_code == 422
    assert _post(client, {"code": "a"}, "key-1").status_code == 200
    assert _towns() == 1


def test_key_is_required_and_checked(probed: Flask) -> None:
    client = probed.test_client()
    missing = _post(client, {"code": "a"}, None)
    assert missing.get_json()["error"]["code"] == "idempotency_key_missing"
    bad = _post(client, {"code": "a"}, "k" * 81)
    assert bad.get_json()["error"]["code"] == "idempotency_key_bad"
    assert _towns() == 0


def test_a_secret_answer_is_given_once_and_never_stored(probed: Flask) -> None:
    client = probed.test_client()
    assert _post(client, {}, "key-1", "secrets").get_json() == {"secret": "only once"}
    again = _post(client, {}, "key-1", "secrets")
    assert again.get_json()["error"]["code"] == "answer_not_repeatable"
    stored = db.session.scalar(select(RequestOutcome.outcome))
    assert stored is not None
    assert "only once" not in stored


def test_the_loser_of_a_race_is_run_again_and_finds_the_row(probed: Flask) -> None:
    meet = threading.Barrier(2, timeout=20)
    tries: list[str] = []

    def get_or_add() -> str:
        found = db.session.scalar(select(Town).where(Town.code == "same"))
        tries.append("look")
        if found is not None:
            return "found"
        if db.engine.dialect.name == "postgresql" and len(tries) <= 2:
            meet.wait()
        _add_town("same")
        return "added"

    results: list[str] = []

    def work() -> None:
        with probed.app_context():
            results.append(run_in_transaction(get_or_add))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["added", "found"]
    assert _towns() == 1


def test_twin_in_flight_never_doubles(probed: Flask) -> None:
    answers: list[int] = []

    def send() -> None:
        answers.append(_post(probed.test_client(), {"code": "twin"}, "key-1").status_code)

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(answers) <= {200, 409}
    assert 200 in answers
    assert _towns() == 1
