"""The first page: for strangers, and the way home for everybody else."""

from collections.abc import Callable

import pytest

from app.identity.domain import Role
from app.kit.codes import CodeKind, new_code
from tests.factories.places import Places
from tests.home.month import VillageMonth, on
from tests.support.clients import PageClient

Clients = Callable[[str | None], PageClient]


def test_strangers_learn_how_to_sign_in(page_client: Clients, places: Places) -> None:
    text = page_client(None).get("/").get_data(as_text=True)
    assert "扫积分卡登录" in text
    assert 'href="/sign-in"' in text
    assert "最新公示" not in text


def test_a_typed_card_code_leads_where_the_scanned_one_does(
    page_client: Clients, places: Places
) -> None:
    code = new_code(CodeKind.CARD)
    response = page_client(None).get(f"/?code={code.lower()[:8]}%20{code[8:]}")
    assert response.status_code == 302
    assert response.headers["Location"] == f"/k/{code}"


def test_a_mistyped_card_code_is_said_and_kept(page_client: Clients, places: Places) -> None:
    text = page_client(None).get("/?code=K234").get_data(as_text=True)
    assert "这张卡不能用" in text
    assert 'value="K234"' in text


def test_notices_of_all_villages_hang_here_once_published(
    page_client: Clients, village: VillageMonth
) -> None:
    village.attend("王大山")
    notice = village.close_october()
    assert notice.public_code not in page_client(None).get("/").get_data(as_text=True)
    village.publish(notice)
    text = page_client(None).get("/").get_data(as_text=True)
    assert f"/n/{notice.public_code}" in text
    assert "2026年10月积分公示" in text


@pytest.mark.parametrize(
    ("role", "home"),
    [
        (Role.HEAD_BANK, "/town"),
        (Role.BRANCH_PRESIDENT, "/desk"),
        (Role.SUPERVISION, "/desk"),
        (Role.ORGANISER, "/organiser"),
        (Role.GRID_WORKER, "/organiser"),
        (Role.CLERK, "/till"),
    ],
)
def test_staff_are_led_to_their_own_page(
    page_client: Clients, places: Places, role: Role, home: str
) -> None:
    response = page_client(places.token(role)).get("/")
    assert (response.status_code, response.headers["Location"]) == (302, home)


def test_villagers_are_led_to_their_passbook(page_client: Clients, village: VillageMonth) -> None:
    with on(10):
        response = page_client(village.token("王大山")).get("/")
    assert response.headers["Location"] == "/me"


def test_whoever_signs_out_or_is_not_signed_in_finds_the_way_here(
    page_client: Clients, village: VillageMonth
) -> None:
    with on(10):
        client = page_client(village.token("王大山"))
        client.get("/me")
        assert client.post("/sign-out").headers["Location"] == "/"
        assert "扫积分卡登录" in client.get("/").get_data(as_text=True)
        assert 'href="/">去登录' in client.get("/me").get_data(as_text=True)
