"""Villagers sign in with a card and its PIN, on a page and through the API."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from app.identity.access import SESSION_COOKIE
from app.identity.queries import principal_of_token
from app.kit import clock
from app.kit.codes import CodeKind, code_link, new_code
from app.people import service
from app.people.domain.households import MemberStatus
from app.web.transaction import run_in_transaction
from tests.factories.people import People, issue_member_card, make_people
from tests.factories.places import Places
from tests.support.clients import ApiClient, PageClient

Clients = Callable[[str | None], PageClient]


@pytest.fixture
def people(places: Places) -> People:
    return make_people(places.village_id)


@pytest.fixture
def pin(people: People) -> str:
    return run_in_transaction(
        lambda: service.set_fresh_pin(
            village_id=people.village_id, member_id=people.members["王大山"]
        )
    )


@pytest.fixture
def code(people: People) -> str:
    return issue_member_card(people, "王大山")


def test_the_cards_link_opens_a_page_that_names_nobody_in_full(
    page_client: Clients, code: str
) -> None:
    link = code_link("", code)
    page = page_client(None).get(link)
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "王*山" in text
    assert "王大山" not in text


def test_card_and_pin_sign_the_member_in(
    page_client: Clients, people: People, code: str, pin: str
) -> None:
    browser = page_client(None)
    response = browser.post(f"/k/{code.lower()}", {"pin": pin})
    assert (response.status_code, response.headers["Location"]) == (303, "/")
    cookie = browser.http.get_cookie(SESSION_COOKIE)
    assert cookie is not None
    found = principal_of_token(cookie.value, clock.now())
    assert found is not None
    assert (found.member_id, found.display_name) == (people.members["王大山"], "王大山")


def test_a_household_card_signs_its_head_in(app: Flask, people: People, pin: str) -> None:
    code = run_in_transaction(
        lambda: service.issue_card(
            village_id=people.village_id, actor_id=0, household_id=people.households["0001"]
        )
    )
    answer = ApiClient(app).post("/card-sessions", {"code": code, "pin": pin})
    assert answer.status_code == 201
    assert answer.json is not None
    found = principal_of_token(answer.json["token"], clock.now())
    assert found is not None
    assert found.member_id == people.members["王大山"]


def test_a_wrong_pin_is_refused_and_guessing_is_blocked(
    page_client: Clients, people: People, code: str, pin: str
) -> None:
    browser = page_client(None)
    wrong = "135790" if pin != "135790" else "135791"
    for _ in range(5):
        refused = browser.post(f"/k/{code}", {"pin": wrong})
        assert refused.status_code == 403
        assert "密码不对" in refused.get_data(as_text=True)
    blocked = browser.post(f"/k/{code}", {"pin": pin})
    assert "试错次数太多" in blocked.get_data(as_text=True)
    # A second card of the same person is no second chance.
    second = issue_member_card(people, "王大山")
    assert "试错次数太多" in browser.post(f"/k/{second}", {"pin": pin}).get_data(as_text=True)
    later = clock.now() + timedelta(minutes=16)
    with clock.stopped_at(later):
        assert browser.post(f"/k/{second}", {"pin": pin}).status_code == 303


def test_without_a_pin_nobody_signs_in(page_client: Clients, code: str) -> None:
    response = page_client(None).post(f"/k/{code}", {"pin": "246813"})
    assert response.status_code == 403
    missing = page_client(None).post(f"/k/{code}", {"pin": ""})
    assert missing.status_code == 422
    assert "请填写这一项" in missing.get_data(as_text=True)


def test_cards_that_do_not_count_open_nothing(
    page_client: Clients, app: Flask, people: People, code: str, pin: str
) -> None:
    issue_member_card(people, "王大山")
    poster = new_code(CodeKind.POSTER)
    for dead in (code, poster, "K2345", new_code(CodeKind.CARD), "王"):
        assert page_client(None).get(f"/k/{dead}").status_code == 404
        assert page_client(None).post(f"/k/{dead}", {"pin": pin}).status_code == 404
        answer = ApiClient(app).post("/card-sessions", {"code": dead, "pin": pin})
        assert answer.json is not None
        assert answer.json["error"]["code"] == "card_not_found"


def test_the_dead_and_the_departed_do_not_sign_in(
    page_client: Clients, people: People, code: str, pin: str
) -> None:
    browser = page_client(None)
    browser.post(f"/k/{code}", {"pin": pin})
    cookie = browser.http.get_cookie(SESSION_COOKIE)
    assert cookie is not None
    run_in_transaction(
        lambda: service.record_departure(
            village_id=people.village_id,
            member_id=people.members["王大山"],
            status=MemberStatus.DIED,
            departed_on=clock.today(),
            new_head_id=people.members["李秀英"],
        )
    )
    assert browser.post(f"/k/{code}", {"pin": pin}).status_code == 404
    assert principal_of_token(cookie.value, clock.now()) is None
