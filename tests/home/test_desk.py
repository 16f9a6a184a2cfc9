"""The desk says what is due, and nothing when nothing is; staff accounts; the town's view."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from app.extensions import db
from app.identity import queries as identity_queries
from app.identity.domain import Role
from app.kit import clock
from app.ledger import queries as books
from app.ledger.domain.accounts import Purpose
from app.ledger.domain.drafts import EntryKind
from app.notices import service as notices
from app.notices.domain import Decision, ObjectionSource
from app.notices.models import Notice, Objection
from app.store.models import Good
from app.web.transaction import run_in_transaction
from tests.factories.activities import make_session
from tests.factories.places import PASSWORD, Places
from tests.home.month import OCTOBER, VillageMonth, on
from tests.support.clients import PageClient
from tests.support.wording import words

Clients = Callable[[str | None], PageClient]

NEW_CLERK = {
    "display_name": "李红",
    "roles": ["clerk"],
    "user_name": "luxi-lihong",
    "password": PASSWORD,
    "pin": "590271",
}


@pytest.mark.parametrize("path", ["/desk", "/desk/staff", "/town"])
def test_desks_are_for_those_who_sit_there(page_client: Clients, places: Places, path: str) -> None:
    assert page_client(None).get(path).status_code == 401
    assert page_client(places.token(Role.CLERK)).get(path).status_code == 403
    wrong = Role.BRANCH_PRESIDENT if path == "/town" else Role.HEAD_BANK
    assert page_client(places.token(wrong)).get(path).status_code == 403


def test_an_idle_village_has_an_empty_desk(page_client: Clients, village: VillageMonth) -> None:
    with on(10):
        text = desk(page_client, village)
    assert "现在没有要办的事" in text
    assert "要办的事 " not in text


def test_activities_come_up_when_they_are_due(page_client: Clients, village: VillageMonth) -> None:
    planned = make_session(village.branch, approved=False)
    with on(11):
        client = president(page_client, village)
        assert "活动待批准 先看：消防安全宣传 1 个" in words(client, "/desk")
        assert client.get(f"/branch/activities/{planned.activity_id}").status_code == 200
    session = make_session(village.branch)
    with on(14):
        assert "活动待核对名单" not in desk(page_client, village)
    with on(14, hour=11):
        text = president(page_client, village).get("/desk").get_data(as_text=True)
        assert "活动待核对名单" in text
        assert f"/organiser/sessions/{session.id}" in text


def test_the_month_goes_from_closing_to_settling(
    page_client: Clients, village: VillageMonth
) -> None:
    village.attend("王大山")
    with on(24):
        assert "该结账" not in desk(page_client, village)
    with on(25):
        assert "2026年10月该结账了" in desk(page_client, village)
    notice = village.close_october()
    with on(26):
        text = desk(page_client, village)
        assert "该结账" not in text
        assert "2026年10月公示待张贴" in text
    village.publish(notice)
    with on(27):
        assert "现在没有要办的事" in desk(page_client, village)
        objection = objected(village, notice)
        assert "异议待答复 2026年10月公示，11月1日是最后一天 1 条" in desk(page_client, village)
    with on(2, month=11):
        assert "待结算" not in desk(page_client, village)
        run_in_transaction(
            lambda: notices.decide_objection(
                village_id=village.village_id,
                objection_id=objection.id,
                decision=Decision.REJECTED,
                answer="核实无误",
                award_ids=(),
                actor_id=village.branch.president_id,
            )
        )
        assert "2026年10月积分待结算" in desk(page_client, village)
    village.settle(notice)
    with on(3, month=11):
        assert "现在没有要办的事" in desk(page_client, village)


def test_stores_come_up_for_goods_and_for_quick_redemptions(
    page_client: Clients, village: VillageMonth
) -> None:
    village.attend("王大山", "李秀英")
    notice = village.close_october()
    village.publish(notice)
    village.settle(notice)
    with on(4, month=11) as moment:
        village.redeem("王大山", {"牙刷": 1})
        assert "现在没有要办的事" in desk(page_client, village)
    with clock.stopped_at(moment + timedelta(seconds=8)):
        village.redeem("李秀英", {"肥皂": 1})
        run_in_transaction(lambda: expire(village.goods["大米10斤"]))
        text = desk(page_client, village)
    assert "兑换待核查 露溪爱心超市，同一户隔几秒又兑换 1 笔" in text
    assert "物资快到期 露溪爱心超市，最早12月1日 1 样" in text


def test_supervision_sees_its_own_part(page_client: Clients, village: VillageMonth) -> None:
    make_session(village.branch, approved=False)
    notice = village.close_october()
    village.publish(notice)
    with on(27):
        objected(village, notice)
        client = page_client(village.branch.places.token(Role.SUPERVISION))
        text = words(client, "/desk")
    assert "异议待答复" in text
    assert "活动待批准" not in text
    assert "工作人员" not in text


def test_another_village_s_work_is_not_ours(page_client: Clients, village: VillageMonth) -> None:
    make_session(village.branch, approved=False)
    with on(25):
        client = page_client(village.branch.places.token(Role.BRANCH_PRESIDENT, "shishan"))
        assert "现在没有要办的事" in words(client, "/desk")


def test_an_account_is_opened_used_and_switched_off(page_client: Clients, places: Places) -> None:
    client = page_client(places.token(Role.BRANCH_PRESIDENT))
    client.get("/desk/staff")
    assert client.post("/desk/staff", NEW_CLERK).status_code == 303
    assert "李红 ，店员" in words(client, "/desk/staff")
    credentials = {"user_name": "luxi-lihong", "password": PASSWORD}
    clerk = page_client(None)
    assert clerk.post("/sign-in", credentials).status_code == 303
    account_id = identity_queries.clerks(places.village_id)[-1].id
    assert identity_queries.display_names([account_id]) == {account_id: "李红"}
    assert client.post(f"/desk/staff/{account_id}/disable").status_code == 303
    assert "李红" not in words(client, "/desk/staff").replace("已给李红开了账号", "")
    assert clerk.get("/").status_code == 200, "the clerk is a stranger again"
    assert page_client(None).post("/sign-in", credentials).status_code == 403


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"roles": []}, "请填写这一项"),
        ({"roles": ["branch_president"]}, "请从列出的工作里选"),
        ({"roles": ["head_bank"]}, "请从列出的工作里选"),
        ({"roles": ["boss"]}, "请从列出的工作里选"),
        ({"pin": ""}, "店员要有 6 位数字密码"),
        ({"pin": "123456"}, "密码要 6 位数字"),
        ({"password": "short"}, "密码至少8个字"),
        ({"user_name": "luxi-organiser"}, "已经有人用了"),
    ],
)
def test_a_bad_account_is_refused_and_nothing_is_lost(
    page_client: Clients, places: Places, change: dict[str, object], sentence: str
) -> None:
    client = page_client(places.token(Role.BRANCH_PRESIDENT))
    client.get("/desk/staff")
    response = client.post("/desk/staff", NEW_CLERK | change)
    text = response.get_data(as_text=True)
    assert response.status_code in (409, 422)
    assert sentence in text
    assert 'value="李红"' in text


def test_only_the_branch_s_own_people_are_switched_off(
    page_client: Clients, places: Places
) -> None:
    client = page_client(places.token(Role.BRANCH_PRESIDENT))
    client.get("/desk/staff")
    supervision = places.staff["luxi", Role.SUPERVISION]
    refused = client.post(f"/desk/staff/{supervision}/disable")
    assert refused.status_code == 403
    assert "不是本村开的" in refused.get_data(as_text=True)
    foreign = places.staff["shishan", Role.ORGANISER]
    assert client.post(f"/desk/staff/{foreign}/disable").status_code == 404


def test_the_town_counts_what_the_ledgers_hold_without_ranking(
    page_client: Clients, village: VillageMonth
) -> None:
    village.attend("王大山", "李秀英", "陈桂兰")
    token = village.branch.places.token
    with on(20):
        text = words(page_client(token(Role.HEAD_BANK)), "/town")
    assert "露溪村 2 户，共 3 户 6 分 994 分 石山村 0 户，共 0 户 0 分 0 分" in text
    sums = books.sums_of_period(books.period(village.village_id, OCTOBER), Purpose.PENDING)
    assert sum(each.credits.get(EntryKind.AWARD, 0) for each in sums.values()) == 60
    with on(1, month=11):
        text = words(page_client(token(Role.HEAD_BANK)), "/town")
    assert "露溪村 0 户，共 3 户 0 分" in text


def desk(page_client: Clients, village: VillageMonth) -> str:
    """The president's desk now, in words."""
    return words(president(page_client, village), "/desk")


def president(page_client: Clients, village: VillageMonth) -> PageClient:
    """A browser of the president, freshly signed in: such sessions end after half a day."""
    return page_client(village.branch.places.token(Role.BRANCH_PRESIDENT))


def objected(village: VillageMonth, notice: Notice) -> Objection:
    """An objection filed now."""
    return run_in_transaction(
        lambda: notices.file_objection(
            notice_id=notice.id,
            source=ObjectionSource.OFFICE,
            passbook_number="0001",
            objector_name="",
            statement="那天没来",
            actor_id=village.branch.president_id,
        )
    )


def expire(good_id: int) -> None:
    """Let a good run out on the first of December."""
    db.session.get_one(Good, good_id).expires_on = date(2026, 12, 1)


def test_every_way_from_the_desks_and_homes_leads_somewhere(
    page_client: Clients, village: VillageMonth
) -> None:
    village.attend("王大山")
    village.publish(village.close_october())
    token = village.branch.places.token
    with on(27):
        for home, caller in (
            ("/me", village.token("王大山")),
            ("/desk", token(Role.BRANCH_PRESIDENT)),
            ("/desk", token(Role.SUPERVISION)),
            ("/town", token(Role.HEAD_BANK)),
            ("/", None),
        ):
            client = page_client(caller)
            ways = re.findall(r'<a [^>]*href="(/[^"]*)"', client.get(home).get_data(as_text=True))
            assert len(ways) > 2
            for way in ways:
                assert client.get(way, follow=True).status_code == 200, (home, way)
