"""Staff sign in and out; guessing is slowed down; sessions are revocable."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.identity import queries, service
from app.identity.domain import GuessRecord, Role, pin_is_guessable
from app.kit import clock
from app.web.transaction import run_in_transaction
from tests.factories.places import PASSWORD, Places
from tests.support.clients import ApiClient, PageClient

Clients = Callable[[str | None], PageClient]


def test_staff_sign_in_with_name_and_password(page_client: Clients, places: Places) -> None:
    browser = page_client(None)
    wrong = browser.post("/sign-in", {"user_name": "luxi-organiser", "password": "wrong"})
    assert wrong.status_code == 403
    assert "用户名、卡号或密码不对" in wrong.get_data(as_text=True)
    right = browser.post("/sign-in", {"user_name": " Luxi-Organiser ", "password": PASSWORD})
    assert right.status_code == 303
    assert right.headers["Location"] == "/"
    cookie = right.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_sign_in_goes_back_only_to_our_own_pages(page_client: Clients, places: Places) -> None:
    form = {"user_name": "luxi-clerk", "password": PASSWORD}
    for wanted, given in (
        ("/desk", "/desk"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
    ):
        response = page_client(None).post(f"/sign-in?next={wanted}", form)
        assert response.headers["Location"] == given


def test_missing_fields_are_named(page_client: Clients, places: Places) -> None:
    response = page_client(None).post("/sign-in", {"user_name": "luxi-organiser"})
    assert response.status_code == 422
    text = response.get_data(as_text=True)
    assert "请填写这一项" in text
    assert 'value="luxi-organiser"' in text


def test_form_without_csrf_token_is_refused(app: Flask, places: Places) -> None:
    response = app.test_client().post("/sign-in", data={"user_name": "x", "password": "y"})
    assert response.status_code == 400
    assert "页面放得太久了" in response.get_data(as_text=True)


def test_form_from_another_site_is_refused(app: Flask) -> None:
    for header, address in (
        ("Origin", "https://evil.example"),
        ("Origin", "null"),
        ("Origin", "http://["),
        ("Referer", "https://["),
    ):
        for base in ("http://localhost", "https://localhost"):
            response = app.test_client().post("/sign-in", base, headers={header: address})
            assert response.status_code == 403, (header, address)


def test_guessing_is_blocked_even_with_the_right_password(
    page_client: Clients, places: Places
) -> None:
    browser = page_client(None)
    for _ in range(5):
        browser.post("/sign-in", {"user_name": "luxi-clerk", "password": "guess"})
    blocked = browser.post("/sign-in", {"user_name": "luxi-clerk", "password": PASSWORD})
    assert blocked.status_code == 403
    assert "试错次数太多，请15分钟后再试" in blocked.get_data(as_text=True)
    with clock.using(_minutes_later(16)):
        assert (
            browser.post("/sign-in", {"user_name": "luxi-clerk", "password": PASSWORD}).status_code
            == 303
        )


def test_waits_double_up_to_a_day() -> None:
    now = clock.now()
    record = GuessRecord()
    waits = []
    # So many that doubling on would leave the range of a timedelta.
    for _ in range(100):
        record = record.after_failure(now)
        waits.append(record.blocked_minutes(now))
    assert waits[:7] == [None, None, None, None, 16, 31, 61]
    assert waits[-1] == 24 * 60 + 1


@pytest.mark.parametrize(
    ("pin", "guessable"),
    [("111111", True), ("123456", True), ("987654", True), ("246813", False), ("135790", False)],
)
def test_guessable_pins(pin: str, guessable: bool) -> None:
    assert pin_is_guessable(pin) is guessable


def test_signing_out_ends_the_session_on_the_server(page_client: Clients, places: Places) -> None:
    token = places.token(Role.ORGANISER)
    assert queries.principal_of_token(token, clock.now()) is not None
    page_client(token).post("/sign-out")
    assert queries.principal_of_token(token, clock.now()) is None


def test_sessions_expire(places: Places) -> None:
    token = places.token(Role.ORGANISER)
    assert queries.principal_of_token(token, clock.now() + timedelta(hours=11)) is not None
    assert queries.principal_of_token(token, clock.now() + timedelta(hours=13)) is None


def test_api_takes_bearer_tokens_only(app: Flask, places: Places) -> None:
    api = ApiClient(app)
    answer = api.post("/sessions", {"user_name": "luxi-organiser", "password": PASSWORD})
    assert answer.status_code == 201
    assert answer.json is not None
    assert answer.json["roles"] == ["organiser"]
    refused = api.post("/sessions", {"user_name": "luxi-organiser", "password": "x"})
    assert refused.status_code == 403
    assert refused.json is not None
    assert refused.json["error"]["code"] == "wrong_credentials"
    malformed = api.post("/sessions", {"user_name": "luxi-organiser", "pass": "x"})
    assert malformed.status_code == 422
    assert malformed.json is not None
    assert set(malformed.json["error"]["facts"]["fields"]["json"]) == {"password", "pass"}


def test_terminal_is_enrolled_once_and_revoked_at_once(places: Places) -> None:
    terminal, code = run_in_transaction(
        lambda: service.add_terminal(village_id=places.village_id, store_id=7, name="一号机")
    )
    _, secret = run_in_transaction(lambda: service.enrol_terminal(typed_code=code.lower()))
    found = queries.terminal_of_secret(secret)
    assert found is not None
    assert found.id == terminal.id
    with pytest.raises(Exception, match="enrolment_code_bad"):
        run_in_transaction(lambda: service.enrol_terminal(typed_code=code))
    clerk_id = places.staff["luxi", Role.CLERK]
    token = run_in_transaction(
        lambda: service.start_session(subject="s", account_id=clerk_id, terminal_id=terminal.id)
    )
    principal = queries.principal_of_token(token, clock.now())
    assert principal is not None
    assert principal.store_id == 7
    run_in_transaction(
        lambda: service.revoke_terminal(village_id=places.village_id, terminal_id=terminal.id)
    )
    assert queries.principal_of_token(token, clock.now()) is None
    assert queries.terminal_of_secret(secret) is None


def test_enrolment_code_expires(places: Places) -> None:
    _, code = run_in_transaction(
        lambda: service.add_terminal(village_id=places.village_id, store_id=7, name="一号机")
    )
    with (
        clock.using(_minutes_later(11)),
        pytest.raises(Exception, match="enrolment_code_bad"),
    ):
        run_in_transaction(lambda: service.enrol_terminal(typed_code=code))


def _minutes_later(minutes: int) -> Callable[[], datetime]:
    start = clock.now()
    return lambda: start + timedelta(minutes=minutes)
