"""The branch president's pages of the register, as a browser without scripts sees them."""

import re
from collections.abc import Callable

import pypdfium2
import pytest
import zxingcpp
from flask import Flask
from werkzeug.test import TestResponse

from app.identity import queries as identity
from app.identity.domain import Role
from app.identity.service import add_grids
from app.kit import clock
from app.people import queries
from app.people.domain.households import MemberStatus, NoticeNameMode
from app.web.transaction import run_in_transaction
from tests.factories.people import People, issue_member_card, make_people
from tests.factories.places import Places
from tests.support.clients import PageClient


@pytest.fixture
def grid_id(places: Places) -> int:
    made = run_in_transaction(lambda: add_grids(village_id=places.village_id, names=["第1网格"]))
    return made["第1网格"]


@pytest.fixture
def people(places: Places, grid_id: int) -> People:
    return make_people(places.village_id, grid_id)


@pytest.fixture
def president(page_client: Callable[[str | None], PageClient], places: Places) -> PageClient:
    return page_client(places.token(Role.BRANCH_PRESIDENT))


def text_of(response: TestResponse) -> str:
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_data(as_text=True)


def refused(response: TestResponse, status: int, words: str) -> None:
    assert response.status_code == status
    assert words in response.get_data(as_text=True)


def codes_in(pdf: bytes) -> list[str]:
    """What a phone reads from the printed pages."""
    found: list[str] = []
    document = pypdfium2.PdfDocument(pdf)
    try:
        for page in document:
            image = page.render(scale=3).to_pil()
            found += [code.text for code in zxingcpp.read_barcodes(image)]
    finally:
        document.close()
    return found


def test_the_list_searches_filters_and_goes_on(president: PageClient, places: Places) -> None:
    make_people(places.village_id, households={f"{n:04}": [f"王{n}"] for n in range(1, 61)})
    page = text_of(president.get("/register"))
    assert "0001 王1" in page
    assert "0051 王51" not in page
    following = re.search(r'href="(/register\?[^"]*after=0050[^"]*)"', page)
    assert following is not None
    rest = text_of(president.get(following[1].replace("&amp;", "&")))
    assert "0051 王51" in rest
    assert "0001 王1" not in rest
    assert "0059 王59" in text_of(president.get("/register?search=59&grid="))
    assert "没有找到" in text_of(president.get("/register?search=李"))


def test_a_household_is_added_shown_and_changed(
    president: PageClient, places: Places, grid_id: int
) -> None:
    form = {"passbook_no": "7", "grid_id": str(grid_id), "name": "周 婷", "gender": "female"}
    added = president.post("/register/new", {**form, "birth_month": "1980-02", "phone": ""})
    page = text_of(president.get(added.headers["Location"]))
    assert "0007 周婷" in page
    assert "已保存" in page
    president.post(
        added.headers["Location"], {"passbook_no": "0008", "notice_name_mode": "passbook"}
    )
    household = queries.household_by_passbook(places.village_id, "8")
    assert household.notice_name_mode is NoticeNameMode.PASSBOOK
    assert household.grid_name == "第1网格"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"passbook_no": "1"}, "户号 0001 已经有一户在用"),
        ({"passbook_no": "户"}, "不能作户号"),
        ({"name": "=1+1"}, "姓名不对"),
        ({"name": "370304196502140017"}, "姓名不对"),
        ({"name": ""}, "请填写这一项"),
        ({"phone": "123"}, "电话号码不对"),
        ({"birth_month": "2999-01"}, "出生年月不能晚于今天"),
        ({"birth_month": "去年"}, "请按 2026-10 的样子填月份"),
        ({"gender": "other"}, "有几处填得不对"),
        ({"grid_id": "99"}, "没有找到这个网格"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    president: PageClient, people: People, fields: dict[str, str], words: str
) -> None:
    form = {"passbook_no": "0099", "name": "周婷", "phone": "13800138000", **fields}
    response = president.post("/register/new", form)
    assert response.status_code in (404, 409, 422)
    page = response.get_data(as_text=True)
    assert words in page
    for typed in form.values():
        assert f'value="{typed}"' in page or typed in ("other", "99")


def test_members_are_added_corrected_moved_and_depart(
    president: PageClient, people: People
) -> None:
    home = f"/register/households/{people.households['0003']}"
    president.post(f"{home}/members", {"name": "赵小宝", "relation": "孙子"})
    refused(president.post(f"{home}/members", {"name": "赵小宝"}), 409, "已经有“赵小宝”")
    head = f"{home}/members/{people.members['赵建国']}"
    form = {"name": "赵建国", "phone": "13800138000", "is_party_member": "1"}
    president.post(head, form)
    assert queries.phone_of(people.village_id, people.members["赵建国"]) == "13800138000"
    page = text_of(president.get(head))
    assert 'value="13800138000"' in page
    assert "谁当户主" in page
    move = {"passbook_no": "2", "new_relation": "兄"}
    refused(president.post(f"{head}/move", move), 409, "请先从留下的人中选一位新户主")
    moved = president.post(f"{head}/move", {**move, "new_head_id": str(people.members["孙梅"])})
    assert moved.headers["Location"].endswith(str(people.households["0002"]))
    assert queries.household(people.village_id, people.households["0003"]).head_name == "孙梅"
    refused(president.get(head), 404, "没有找到这个人")
    boy = f"{home}/members/{people.members['赵小军']}"
    day = clock.today().isoformat()
    president.post(f"{boy}/departure", {"status": "moved_away", "departed_on": day})
    assert "迁出" in text_of(president.get(home))
    president.post(f"{boy}/return")
    president.post(f"{boy}/head")
    found = queries.member(people.village_id, people.members["赵小军"])
    assert (found.status, found.is_head) == (MemberStatus.ACTIVE, True)


def test_cards_are_printed_once_and_replace_the_old_ones(
    president: PageClient, people: People
) -> None:
    old = issue_member_card(people, "王大山")
    home = f"/register/households/{people.households['0001']}"
    refused(president.post(f"{home}/cards"), 422, "还没有选人")
    form = {"for_household": "1", "member_ids": [str(people.members["王大山"])]}
    printed = president.post(f"{home}/cards", form, key="k1")
    assert printed.mimetype == "application/pdf"
    links = codes_in(printed.data)
    owners = [queries.owner_of_card(people.village_id, link) for link in links]
    assert {owner.member_id for owner in owners} == {None, people.members["王大山"]}
    with pytest.raises(Exception, match="card_not_found"):
        queries.owner_of_card(None, old)
    # The answer is a secret: asked again, it is not given again.
    refused(president.post(f"{home}/cards", form, key="k1"), 409, "结果只显示一次")


def test_cards_and_pins_for_all_who_have_none(president: PageClient, people: People) -> None:
    form = {"grid_id": ""}
    assert len(codes_in(president.post("/register/cards", form).data)) == 3
    refused(president.post("/register/cards", form), 409, "都已经有卡了")
    assert president.post("/register/pins", form).mimetype == "application/pdf"
    assert len(identity.members_with_pin(people.village_id)) == 3
    refused(president.post("/register/pins", form), 409, "都已经有密码了")


def test_pin_slips_carry_the_pin_that_signs_in(
    president: PageClient, people: People, app: Flask
) -> None:
    home = f"/register/households/{people.households['0001']}"
    member_id = people.members["李秀英"]
    printed = president.post(f"{home}/pins", {"member_ids": [str(member_id)]})
    document = pypdfium2.PdfDocument(printed.data)
    words = document[0].get_textpage().get_text_range()
    document.close()
    pin = re.search(r"(?<!\d)(\d{6})(?!\d)", words.replace(" ", ""))
    assert pin is not None
    assert "李*" in words
    assert "李秀英" not in words
    code = issue_member_card(people, "李秀英")
    signed_in = PageClient(app).post(f"/k/{code}", {"pin": pin[1]})
    assert signed_in.status_code == 303


def test_teams_are_made_and_filled(president: PageClient, people: People) -> None:
    added = president.post("/register/teams", {"name": "治安巡逻队"})
    page = added.headers["Location"]
    assert "赵小军" in text_of(president.get(f"{page}?search=小军"))
    president.post(page, {"member_ids": [str(people.members["赵小军"])]})
    assert queries.team_member_ids(int(page.rsplit("/", 1)[1])) == [people.members["赵小军"]]
    president.post(page)
    assert queries.team_member_ids(int(page.rsplit("/", 1)[1])) == []
    refused(president.post("/register/teams", {"name": "治安巡逻队"}), 409, "已经有“治安巡逻队”了")


def test_pages_belong_to_the_president_of_the_village(
    page_client: Callable[[str | None], PageClient], places: Places, people: People
) -> None:
    household_id, member_id = people.households["0001"], people.members["王大山"]
    paths = [
        "/register",
        "/register/new",
        "/register/imports",
        "/register/cards",
        "/register/teams",
        f"/register/households/{household_id}",
        f"/register/households/{household_id}/members/{member_id}",
    ]
    stranger, organiser, other = (
        page_client(None),
        page_client(places.token(Role.ORGANISER)),
        page_client(places.token(Role.BRANCH_PRESIDENT, "shishan")),
    )
    for path in paths:
        assert stranger.get(path).status_code == 401, path
        assert organiser.get(path).status_code == 403, path
        expected = 404 if "households/" in path else 200
        assert other.get(path).status_code == expected, path
    assert other.post(paths[-1] + "/head").status_code == 404
    assert other.post(paths[-2] + "/cards", {"for_household": "1"}).status_code == 404


def test_a_form_sent_twice_counts_once(president: PageClient, people: People) -> None:
    form = {"passbook_no": "0077", "name": "周婷"}
    first = president.post("/register/new", form, key="same")
    again = president.post("/register/new", form, key="same")
    assert first.headers["Location"] == again.headers["Location"]
    assert len(queries.households(people.village_id)) == 4
