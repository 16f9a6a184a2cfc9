"""A month with something left undone is closed only by somebody who says why."""

from collections.abc import Callable

from flask import Flask

from app.activities import service
from app.identity.domain import Role
from app.ledger import queries as books
from app.notices import queries as notices
from app.rulebook import queries as rulebook
from app.web.transaction import run_in_transaction
from tests.factories.activities import at, check_in, close, make_session, sign_up
from tests.home.month import OCTOBER, VillageMonth, on
from tests.support.clients import ApiClient, PageClient
from tests.support.wording import words

Clients = Callable[[str | None], PageClient]
PATH = "/desk/notices"
CLOSE = {"month": str(OCTOBER)}


def test_what_stands_open_is_listed_and_has_to_be_done(
    page_client: Clients, village: VillageMonth
) -> None:
    village.attend("王大山")
    session = make_session(village.branch)
    sign_up(village.branch, session, "陈桂兰")
    with at(0):
        check_in(village.branch, session, "陈桂兰")
    (award,) = rulebook.awards(village.village_id)
    with on(26):
        run_in_transaction(
            lambda: service.deny_award(
                village_id=village.village_id,
                household_id=award.household_id,
                award_id=award.id,
                statement="不是我家",
                actor_id=3,
            )
        )
        president = page_client(village.branch.places.token(Role.BRANCH_PRESIDENT))
        listed = words(president, PATH)
        assert "活动没有核对名单 已经结束，积分还没入账 1 场" in listed
        assert "有人说积分不是自家的 还没有答复 1 条" in listed
        refused = president.post(PATH, CLOSE)
        assert refused.status_code == 409
        assert "1场活动没有核对名单，1条“不是自家的积分”没有答复" in refused.text
        assert notices.notices(village.village_id) == []
        close(village.branch, session)
        assert "1 场" not in words(president, PATH)
        reason = "老人住院，等他回来再核实"
        done = president.post(PATH, {**CLOSE, "reason": reason}, follow=True)
        assert f"当时写的原因：{reason}" in done.text
        supervision = page_client(village.branch.places.token(Role.SUPERVISION))
        (notice,) = notices.notices(village.village_id)
        assert reason in words(supervision, f"{PATH}/{notice.id}")


def test_what_has_not_ended_yet_may_wait(page_client: Clients, village: VillageMonth) -> None:
    make_session(village.branch)
    with on(11):
        president = page_client(village.branch.places.token(Role.BRANCH_PRESIDENT))
        assert "没办完" not in words(president, PATH)
        assert "没办完" not in president.post(PATH, CLOSE, follow=True).text
    assert notices.notices(village.village_id)[0].closed_because == ""


def test_callers_of_the_api_get_the_facts(app: Flask, village: VillageMonth) -> None:
    make_session(village.branch)
    with on(26):
        president = ApiClient(app, village.branch.places.token(Role.BRANCH_PRESIDENT))
        refused = president.post("/notices", CLOSE)
        assert refused.status_code == 409
        assert refused.get_json()["error"]["code"] == "month_has_open_matters"
        assert refused.get_json()["error"]["facts"] == {
            "sessions": 1, "denials": 0, "claims": 0, "inspections": 0,
        }  # fmt: skip
        assert president.post("/notices", {**CLOSE, "reason": "下雨没办成"}).status_code == 201
    assert books.period(village.village_id, OCTOBER).closed_at is not None
