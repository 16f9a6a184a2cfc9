"""From a line in the passbook to the answer of the village, on the pages."""

from collections.abc import Callable

from flask import Flask

from app.activities import queries
from app.identity.domain import Role
from app.rulebook import queries as rulebook
from tests.home.month import VillageMonth, on
from tests.support.clients import ApiClient, PageClient
from tests.support.wording import words

Clients = Callable[[str | None], PageClient]


def test_from_the_passbook_to_the_answer(page_client: Clients, village: VillageMonth) -> None:
    village.attend("王大山")
    (award,) = rulebook.awards(village.village_id)
    path = f"/me/entries/{award.entry_id}"
    with on(14):
        wang = page_client(village.token("王大山"))
        assert "不是我家做的" in words(wang, path)
        empty = wang.post(f"{path}/denial", {"statement": ""})
        assert empty.status_code == 422
        wang.post(f"{path}/denial", {"statement": "那天我在城里，是桂兰婶去的"})
        assert "等村里答复" in words(wang, path)
        office = page_client(village.branch.places.token(Role.BRANCH_PRESIDENT))
        assert "有人说积分不是自家的" in words(office, "/desk")
        (found,) = queries.open_denials(village.village_id)
        desk = f"/branch/denials/{found.denial.id}"
        assert "那天我在城里" in words(office, desk)
        answer = {"decision": "upheld", "answer": "核对了照片，已改正"}
        wrong = office.post(desk, {**answer, "passbook_no": "2", "name": "王大山"})
        assert wrong.status_code == 404
        done = office.post(desk, {**answer, "passbook_no": "2", "name": "陈桂兰"}, follow=True)
        assert "积分已记给真正参加的人" in done.text
        assert "有人说积分不是自家的" not in words(office, "/desk")
        assert "属实，已更正 10月14日答复：核对了照片，已改正" in words(wang, path)
        assert "不是我家做的" not in words(wang, path)
    with on(14):
        chen = page_client(village.token("陈桂兰"))
        assert "另有 2 分" in words(chen, "/me")


def test_others_neither_deny_nor_decide(page_client: Clients, village: VillageMonth) -> None:
    village.attend("王大山")
    (award,) = rulebook.awards(village.village_id)
    path = f"/me/entries/{award.entry_id}/denial"
    statement = {"statement": "不是我家"}
    with on(14):
        chen = page_client(village.token("陈桂兰"))
        assert chen.post(path, statement).status_code == 404
        page_client(village.token("王大山")).post(path, statement)
        (found,) = queries.open_denials(village.village_id)
        desk = f"/branch/denials/{found.denial.id}"
        answer = {"decision": "rejected", "answer": "没有错"}
        supervision = page_client(village.branch.places.token(Role.SUPERVISION))
        assert "不是我家" in words(supervision, desk)
        assert supervision.post(desk, answer).status_code == 403
        abroad = page_client(village.branch.places.token(Role.BRANCH_PRESIDENT, "shishan"))
        assert abroad.post(desk, answer).status_code == 404
        assert [each.denial.decided_at for each in queries.open_denials(village.village_id)] == [
            None
        ]


def test_the_same_through_the_api(app: Flask, village: VillageMonth) -> None:
    village.attend("王大山")
    (award,) = rulebook.awards(village.village_id)
    path = f"/me/entries/{award.entry_id}/denial"
    with on(14):
        made = ApiClient(app, village.token("王大山")).post(path, {"statement": "不是我家"})
        assert made.status_code == 201
        assert made.get_json()["award_id"] == str(award.id)
        office = ApiClient(app, village.branch.places.token(Role.BRANCH_PRESIDENT))
        (waiting,) = office.get("/denials").get_json()
        assert (waiting["statement"], waiting["decision"]) == ("不是我家", None)
        right = str(village.branch.member("陈桂兰"))
        answer = {"decision": "upheld", "answer": "核对过", "right_member_id": right}
        decided = office.post(f"/denials/{waiting['id']}/decision", answer).get_json()
        assert decided["correction_id"] is not None
        assert decided["replacement_id"] is not None
        again = office.post(f"/denials/{waiting['id']}/decision", answer)
        assert again.status_code == 409
        assert again.get_json()["error"]["code"] == "denial_decided"
