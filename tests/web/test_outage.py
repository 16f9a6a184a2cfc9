"""The database is away, full or cut off in the middle: a plain word to try again, no crash."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Blueprint, Flask, g, render_template
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import OperationalError

from app import create_app, extensions
from app.extensions import db
from app.identity.access import SESSION_COOKIE, requires
from app.identity.domain import Role
from app.kit.errors import Busy, Conflict, DomainError, InFlight
from app.web.access import open_to_all
from app.web.idempotency import KEY_FIELD
from app.web.transaction import writes
from tests.conftest import settings_for
from tests.factories.places import make_places

probe = Blueprint("outage_probe", __name__)

_BREAKS = {
    "postgresql": "SELECT pg_terminate_backend(pg_backend_pid())",
    # The database may have no page more than it has.
    "sqlite": "PRAGMA max_page_count = 1",
}
_FILLS = "INSERT INTO guess_counter (subject, failures) VALUES (:subject, 1)"


def _break_database() -> None:
    db.session.execute(text(_BREAKS[db.engine.dialect.name]))
    for number in range(1000):
        db.session.execute(text(_FILLS), {"subject": f"{number} {'x' * 100}"})


@probe.get("/probe/broken")
@requires(Role.BRANCH_PRESIDENT)
def broken_page() -> str:
    """A page whose caller is known when the database goes away."""
    _break_database()
    return "not reached"


@probe.get("/probe/form")
@open_to_all
def form_page() -> str:
    return render_template("identity/sign_in.html")


@probe.post("/probe/form")
@open_to_all
@writes(again=form_page)
def broken_form() -> str:
    _break_database()
    return "not reached"


@probe.get("/probe/mistake")
@open_to_all
def mistake() -> Any:
    return db.session.scalar(text("SELECT nonsense"))


@pytest.fixture(params=["sqlite", "postgresql"])
def probed(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application with pages on which the database fails, on each database."""
    url = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    app = create_app(settings_for(request.getfixturevalue(url)))
    app.register_blueprint(probe)
    app.extensions["csrf"].exempt(probe)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_a_page_of_a_known_caller_says_so(probed: Flask) -> None:
    token = make_places().token(Role.BRANCH_PRESIDENT)
    client = probed.test_client()
    client.set_cookie(SESSION_COOKIE, token)
    answer = client.get("/probe/broken")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "账本现在用不了" in answer.text
    assert "Traceback" not in answer.text


def test_a_form_is_not_offered_under_a_new_key(probed: Flask) -> None:
    """Whether it was done nobody knows: only the form that the reader still has may be sent."""
    answer = probed.test_client().post("/probe/form", data={KEY_FIELD: "key-1"})
    assert answer.status_code == 503
    assert "账本现在用不了" in answer.text
    assert f'name="{KEY_FIELD}"' not in answer.text


def test_the_api_says_so_and_serves_again(probed: Flask) -> None:
    client = probed.test_client()
    answer = client.get("/probe/form", headers={"Accept": "application/json"})
    assert answer.status_code == 200
    answer = client.post("/probe/form", headers={"Accept": "application/json"})
    assert answer.get_json()["error"]["code"] == "database_unavailable"
    assert client.get("/healthz").get_json() == {"status": "ok"}


@pytest.mark.parametrize("trusted_seconds", [0, 60])
def test_a_connection_that_was_cut_while_idle_is_not_used(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, trusted_seconds: int
) -> None:
    monkeypatch.setattr(extensions, "_IDLE_SECONDS_TRUSTED", trusted_seconds)
    app = create_app(settings_for(postgres_url))
    with app.app_context():
        _cut_pooled_connection()
        if trusted_seconds:
            with pytest.raises(OperationalError):
                db.session.execute(text("SELECT 1"))
            db.session.rollback()
        assert db.session.scalar(text("SELECT 1")) == 1
        db.session.rollback()
        db.engine.dispose()


def _cut_pooled_connection() -> None:
    process_id = db.session.scalar(text("SELECT pg_backend_pid()"))
    db.session.rollback()
    with create_engine(db.engine.url, poolclass=NullPool).connect() as another:
        another.execute(text("SELECT pg_terminate_backend(:pid, 10000)"), {"pid": process_id})


def test_a_mistake_of_ours_is_no_outage(probed: Flask) -> None:
    answer = probed.test_client().get("/probe/mistake", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (500, "failed")


@pytest.mark.parametrize(
    ("refusal", "same"),
    [(InFlight("same_request_in_flight"), True), (Busy("database_busy"), True),
     (Conflict("conflict"), False)],
)  # fmt: skip
def test_a_form_shown_again_keeps_its_key_while_its_twin_is_at_work(
    app: Flask, refusal: DomainError, same: bool
) -> None:
    with app.test_request_context("/", method="POST", data={KEY_FIELD: "key-1"}):
        g.refusal = refusal
        form = render_template("identity/sign_in.html")
    assert (f'name="{KEY_FIELD}" value="key-1"' in form) is same
