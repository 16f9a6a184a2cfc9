"""The rule book's pages: everybody reads, the branch president renews."""

import io
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page

from app.identity.access import SESSION_COOKIE
from app.identity.domain import Role
from app.kit import clock
from app.kit.points import Tenths
from app.rulebook import queries
from app.rulebook.domain.incentives import IncentiveTerms, LinkedScoreTerms
from tests.factories.places import Places
from tests.factories.rulebooks import SAMPLE, adopt_rules
from tests.support.clients import PageClient
from tests.support.live_server import serve
from tests.support.page_checks import page_faults

Clients = Callable[[str | None], PageClient]

SHEET = SAMPLE.read_text(encoding="utf-8-sig")
ADOPTION = {
    "meeting_on": "2026-10-01", "meeting_kind": "村民代表会议", "present": "46", "votes_for": "44",
    "votes_against": "1", "record_number": "露村会〔2026〕5号", "starts_on": "2026-11-01",
}  # fmt: skip


@pytest.fixture(autouse=True)
def october() -> Iterator[None]:
    with clock.stopped_at(datetime(2026, 10, 9, 4, tzinfo=UTC)):
        yield


@pytest.fixture
def president(places: Places, page_client: Clients) -> PageClient:
    return page_client(places.token(Role.BRANCH_PRESIDENT))


def _file(content: str | bytes, name: str = "细则.csv") -> dict[str, Any]:
    data = content.encode() if isinstance(content, str) else content
    return {"file": (io.BytesIO(data), name)}


def _upload(browser: PageClient, content: str | bytes) -> str:
    answer = browser.post("/branch/rule-book/import", _file(content))
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_from_a_file_to_a_version(places: Places, president: PageClient) -> None:
    assert "还没有生效的积分细则" in president.get("/branch/rule-book").get_data(as_text=True)
    draft = _upload(president, SHEET)
    shown = president.get(draft).get_data(as_text=True)
    assert "读到 48 条" in shown
    assert "每户每月最多 8 分" in shown
    saved = president.post(draft, ADOPTION, key="k")
    again = president.post(draft, ADOPTION, key="k")
    other_key = president.post(draft, ADOPTION)
    assert [each.status_code for each in (saved, again, other_key)] == [303] * 3
    (version,) = queries.versions(places.village_id)
    assert (version.number, version.starts_on) == (1, date(2026, 11, 1))
    assert "已经存为第 1 版，不能再改" in president.get(draft).get_data(as_text=True)


def test_linked_scores_and_bonuses_are_adopted_along(places: Places, president: PageClient) -> None:
    """What is ticked counts; a first book proposes the usual terms, a later one those before."""
    draft = _upload(president, SHEET)
    shown = president.get(draft).get_data(as_text=True)
    assert 'name="linked" value="1" checked' in shown
    ticked = {
        "linked": "1", "linked_weight": "0.25", "linked_clamp": "15", "linked_households_min": "6",
        "grid_threshold_percent": "60", "grid_bonus": "1", "team": "1", "team_bonus": "0.5",
    }  # fmt: skip
    for wrong, sentence in (
        ({"linked_weight": ""}, "请填写这一项"),
        ({"linked_weight": "3"}, "请填 0.01 到 1 之间的数"),
        ({"team_bonus": "0"}, "要大于 0"),
    ):
        refused = president.post(draft, {**ADOPTION, **ticked, **wrong})
        assert (refused.status_code, sentence in refused.get_data(as_text=True)) == (422, True)
    assert president.post(draft, {**ADOPTION, **ticked}).status_code == 303
    (version,) = queries.versions(places.village_id)
    assert queries.incentives_of(version) == IncentiveTerms(
        LinkedScoreTerms(25, Tenths(150), 6, printed=False), None, Tenths(5)
    )
    book = president.get("/rule-book/luxi/versions/1").get_data(as_text=True)
    assert "联系户平均评价分的 0.25 倍；加减都不超过 15 分；联系户不到 6 户的不加" in book
    assert "队员每人加 0.5 分" in book
    assert "网格奖励" not in book
    again = president.get(_upload(president, SHEET)).get_data(as_text=True)
    assert 'name="grid" value="1" checked' not in again
    assert 'value="0.25"' in again


def test_what_may_not_be_saved_is_listed_with_its_line(president: PageClient) -> None:
    sheet = SHEET + "KF10,评价扣分,越级上访,deduct,5,,,,,,\nKF11,扣分,贴广告,扣除,2,,,,,,\n"
    draft = _upload(president, sheet)
    shown = president.get(draft).get_data(as_text=True)
    assert "有 2 处不能用" in shown
    assert "第 50 行" in shown
    assert "反映问题、信访、投诉、举报是村民的权利" in shown
    assert "类型“扣除”看不懂" in shown
    assert "保存这一版" not in shown
    refused = president.post(draft, ADOPTION)
    assert refused.status_code == 422


def test_what_changes_against_the_newest_version(places: Places, president: PageClient) -> None:
    adopt_rules(places.village_id)
    sheet = SHEET.replace("YF02,移风易俗,丧事简办,earn,20", "YF02,移风易俗,丧事简办,earn,15")
    shown = president.get(_upload(president, sheet)).get_data(as_text=True)
    assert "改动 <strong>1</strong> 条" in shown
    assert "分值：+20 分 → +15 分" in shown
    assert "47 条不变" in shown


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("votes_for", "22", "没有过到会人数的一半"),
        ("votes_against", "9", "表决票数对不上"),
        ("meeting_on", "2026-10-10", "不能晚于今天"),
        ("meeting_on", "昨天", "日期"),
        ("record_number", "", "请填写这一项"),
        ("present", "四十六", "请填整数"),
        ("present", "-1", "请填人数"),
        ("present", "99999999999", "这个数太大了"),
    ],
)
def test_a_bad_record_keeps_what_was_typed(
    places: Places, president: PageClient, field: str, value: str, sentence: str
) -> None:
    draft = _upload(president, SHEET)
    refused = president.post(draft, {**ADOPTION, field: value})
    shown = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert sentence in shown
    kept = {**ADOPTION, field: value}
    assert f'value="{kept["record_number"]}"' in shown
    assert f'value="{kept["meeting_on"]}"' in shown
    assert queries.versions(places.village_id) == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04 torn", "打不开"),
        ("甲,乙\n1,2\n", "编号、名称、类型、分值"),
        (b"", "请"),
    ],
)
def test_a_bad_file_is_refused_with_the_form(
    president: PageClient, content: str | bytes, sentence: str
) -> None:
    refused = president.post("/branch/rule-book/import", _file(content))
    assert refused.status_code == 422
    assert sentence in refused.get_data(as_text=True)
    nothing = president.post("/branch/rule-book/import", {})
    assert "请先选一个文件" in nothing.get_data(as_text=True)


def test_everybody_reads_what_counts(places: Places, page_client: Clients) -> None:
    anyone = page_client(None)
    empty = anyone.get("/rule-book/luxi")
    assert "还没有生效的积分细则" in empty.get_data(as_text=True)
    adopt_rules(places.village_id)
    adopt_rules(places.village_id, starts_on=date(2027, 1, 1))
    shown = anyone.get("/rule-book/luxi").get_data(as_text=True)
    for words in (
        "每人每月最多 8 分，和 ZY01、ZY03、ZY04、ZY05 合计", "每户每次最多扣 10 分", "用 2 分",
        "评价分 −2", "+0.5 分", "评议小组、监督委员会审核", "赞成 44，反对 1", "露村会〔2026〕5号",
        "2027年1月1日起换第 2 版", "0571-55550100",
    ):  # fmt: skip
        assert words in shown
    assert "录入新一版细则" not in shown
    coming = anyone.get("/rule-book/luxi/versions/2").get_data(as_text=True)
    assert "这不是现行的细则" in coming
    for missing in (
        "/rule-book/nowhere",
        "/rule-book/luxi/versions/3",
        "/rule-book/shishan/versions/1",
    ):
        assert anyone.get(missing).status_code == 404


def test_a_signed_in_reader_is_led_to_the_own_village(places: Places, page_client: Clients) -> None:
    for village in ("luxi", "shishan"):
        answer = page_client(places.token(Role.ORGANISER, village)).get("/rule-book")
        assert answer.headers["Location"] == f"/rule-book/{village}"
    assert page_client(None).get("/rule-book").status_code == 401
    assert page_client(places.token(Role.HEAD_BANK)).get("/rule-book").status_code == 403


def test_only_the_branch_president_renews(
    places: Places, president: PageClient, page_client: Clients
) -> None:
    draft = _upload(president, SHEET)
    addresses = ("/branch/rule-book", "/branch/rule-book/import", draft)
    anyone = page_client(None)
    organiser = page_client(places.token(Role.ORGANISER))
    neighbour = page_client(places.token(Role.BRANCH_PRESIDENT, "shishan"))
    for address in addresses:
        assert anyone.get(address).status_code == 401
        assert organiser.get(address).status_code == 403
        assert president.get(address).status_code == 200
    for address, form in (("/branch/rule-book/import", _file(SHEET)), (draft, ADOPTION)):
        assert anyone.post(address, form).status_code == 401
    for address, form in (("/branch/rule-book/import", _file(SHEET)), (draft, ADOPTION)):
        assert organiser.post(address, form).status_code == 403
    assert neighbour.get(draft).status_code == 404
    assert neighbour.post(draft, ADOPTION).status_code == 404
    assert queries.versions(places.village_id) == []


def test_the_pages_on_a_phone(
    app: Flask, places: Places, president: PageClient, phone: Page
) -> None:
    adopt_rules(places.village_id)
    adopt_rules(places.village_id, starts_on=date(2027, 1, 1))
    good = _upload(
        president, SHEET.replace("earn,20,20", "earn,15,20") + "N1,新,新规则,earn,1,,,,,,\n"
    )
    bad = _upload(president, SHEET + "KF10,评价扣分,越级上访,deduct,5,,,,,,\n")
    token = places.token(Role.BRANCH_PRESIDENT)
    with serve(lambda _address: app.wsgi_app) as address:
        phone.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
        for path in (
            "/branch/rule-book", "/branch/rule-book/import", good, bad, "/rule-book/luxi",
            "/rule-book/shishan",
        ):  # fmt: skip
            phone.goto(address + path)
            assert page_faults(phone) == [], path
