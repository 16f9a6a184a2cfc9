"""A version as a workbook: out, in again, compared with others."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from playwright.sync_api import Page

from app.identity.access import SESSION_COOKIE
from app.identity.domain import Role
from app.kit import clock
from app.kit.points import Tenths
from app.kit.workbook import Cell, Sheet, read_workbook, write_workbook
from app.rulebook import queries, service
from app.rulebook.domain.changes import compare_versions
from app.rulebook.domain.incentives import GridTerms, IncentiveTerms, LinkedScoreTerms
from app.rulebook.domain.reading import read_rules
from app.rulebook.domain.rules import Cap, CapPeriod, CapScope, Rule, RuleKind
from app.web.transaction import run_in_transaction
from tests.factories.places import Places
from tests.factories.rulebooks import ADOPTION, SAMPLE, adopt_rules
from tests.printing.paper import read_pages
from tests.support.clients import ApiClient, PageClient
from tests.support.live_server import serve
from tests.support.page_checks import page_faults

Clients = Callable[[str | None], PageClient]

TERMS = IncentiveTerms(
    LinkedScoreTerms(25, Tenths(155), 6, printed=False), GridTerms(70, Tenths(15)), None
)
FORMULA = Rule(
    "=A1", "+cat", "=HYPERLINK(9)", RuleKind.DEDUCT, Tenths(5),
    Cap(Tenths(15), CapPeriod.ONCE, CapScope.MEMBER, "@G"), "-1", "grid+panel",
)  # fmt: skip


def _adopt(village_id: int, rules: list[Rule], terms: IncentiveTerms) -> int:
    return run_in_transaction(
        lambda: (
            service.save_version(
                village_id=village_id,
                rules=rules,
                adoption=ADOPTION,
                starts_on=date(2026, 11, 1),
                incentives=terms,
                actor_id=0,
            ).id
        )
    )


def _upload(browser: PageClient, content: bytes) -> str:
    answer = browser.post("/branch/rule-book/import", {"file": (io.BytesIO(content), "细则.xlsx")})
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_what_goes_out_comes_in_again(places: Places, page_client: Clients) -> None:
    president = page_client(places.token(Role.BRANCH_PRESIDENT))
    sample = read_rules(SAMPLE.read_bytes())[0]
    version_id = _adopt(places.village_id, [*sample, FORMULA], TERMS)
    answer = page_client(places.token(Role.CLERK)).get("/rule-book/versions/1/rule-book.xlsx")
    assert "rule-book-luxi-1.xlsx" in answer.headers["Content-Disposition"]
    content = answer.get_data()
    # Cells of formulas come back empty from the reader; these are all text.
    book = {sheet.name: sheet.rows for sheet in read_workbook(content)}
    assert book["积分细则"][49] == [
        "=A1", "+cat", "=HYPERLINK(9)", "扣分", "0.5", "1.5", "一次性", "个人", "@G", "-1",
        "grid+panel",
    ]  # fmt: skip
    assert ["会议记录编号", ADOPTION.record_number] in book["表决记录"]
    draft = _upload(president, content)
    preview = queries.preview(places.village_id, content)
    assert (preview.terms, preview.refused, preview.term_changes) == (TERMS, [], ())
    changes = compare_versions(queries.rules(version_id), preview.rules)
    assert (changes.added, changes.changed, changes.removed) == ((), (), ())
    shown = president.get(draft).get_data(as_text=True)
    assert "49 条不变" in shown
    assert 'value="0.25"' in shown
    assert 'name="team" value="1" checked' not in shown
    assert 'name="grid" value="1" checked' in shown


@pytest.mark.parametrize(
    ("label", "written", "line", "sentence"),
    [
        ("网格奖励：参与率达到百分之几", "101", 6, "“101”不对，要在 1 到 100 之间"),
        ("网格奖励：参与率达到百分之几", "", 6, "没有填。会议通过了这一部分就都要填"),
        ("党员联系农户：联系户平均评价分的倍数", "三成", 2, "要在 0.01 到 1 之间"),
        ("党员联系农户：结果印在公示上", "对", 5, "看不懂，请填：是、否"),
        ("党员联系农户:加减最多几分", "=15.55", 3, "要在 0.1 到 100 之间"),
        ("服务队奖励", "1", 8, "不是联动的一项"),
        ("网格奖励：参加的户每户加几分", "1", 8, "写了两次"),
    ],
)
def test_a_faulty_line_of_the_terms_is_named(
    places: Places, page_client: Clients, label: str, written: str, line: int, sentence: str
) -> None:
    """Nothing is saved, whatever else is right."""
    president = page_client(places.token(Role.BRANCH_PRESIDENT))
    _adopt(places.village_id, read_rules(SAMPLE.read_bytes())[0], TERMS)
    content = president.get("/rule-book/versions/1/rule-book.xlsx").get_data()
    sheets = read_workbook(content)
    faulty: list[Cell] = [label, written]
    sheets[1].rows[line - 1] = faulty
    draft = _upload(president, write_workbook([Sheet(s.name, s.rows) for s in sheets]))
    shown = president.get(draft).get_data(as_text=True)
    assert f"“个人和集体联动”表第 {line} 行" in shown
    assert sentence in shown
    assert shown.count("表第") == 1
    form = {
        "meeting_on": "2026-09-01", "meeting_kind": "村民会议", "present": "3", "votes_for": "3",
        "votes_against": "0", "record_number": "7", "starts_on": "2026-12-01",
    }  # fmt: skip
    assert president.post(draft, form).status_code == 422
    assert len(queries.versions(places.village_id)) == 1


def test_the_rule_book_on_paper(places: Places, page_client: Clients) -> None:
    rare = replace(FORMULA, code="ZZ9", title="巡逻\U0002a6a5队", kind=RuleKind.EARN)
    _adopt(places.village_id, read_rules(SAMPLE.read_bytes())[0], TERMS)
    _adopt(places.village_id, [rare], TERMS)
    clerk = page_client(places.token(Role.CLERK))
    pages = read_pages(clerk.get("/rule-book/versions/1/rule-book.pdf").get_data())
    text = "".join(page.text for page in pages).replace("\n", "").replace("\r", "").replace(" ", "")
    for words in (
        "青石镇露溪村（文明银行露溪村分行）", "起算日期2026年11月1日", "到会46人，赞成44，反对1",
        ADOPTION.record_number, "ZY01", "每人每月最多8分，和ZY01、ZY03、ZY04、ZY05合计", "评价分−2",
        "评议小组、监督委员会", "平均评价分的0.25倍；加减都不超过15.5分", "有70%以上的户参加",
    ):  # fmt: skip
        assert words in text, words
    assert "服务队奖励" not in text
    refused = clerk.get("/rule-book/versions/2/rule-book.pdf")
    assert refused.status_code == 422
    assert "巡逻\U0002a6a5队" in refused.get_data(as_text=True)
    for token, status in (
        (None, 401), (places.token(Role.HEAD_BANK), 403),
        (places.token(Role.CLERK, "shishan"), 404),
    ):  # fmt: skip
        for name in ("pdf", "xlsx"):
            answer = page_client(token).get(f"/rule-book/versions/1/rule-book.{name}")
            assert answer.status_code == status


def test_two_versions_side_by_side(app: Flask, places: Places, page_client: Clients) -> None:
    rules = read_rules(SAMPLE.read_bytes())[0]
    first = adopt_rules(places.village_id)
    changed = [rules[1], *rules[2:], FORMULA]
    changed[0] = replace(rules[1], points=Tenths(30), cap=None)
    second = _adopt(places.village_id, changed, TERMS)
    shown = page_client(None).get("/rule-book/luxi/versions/2/against/1").get_data(as_text=True)
    for words in (
        "新增 <strong>1</strong> 条，改动 <strong>1</strong> 条，取消 <strong>1</strong> 条",
        "，46 条不变；联动和奖励改动 6 项", "分值：+2 分 → +3 分",
        "封顶：每户每月最多 5 分（YARD 组合计） → 不封顶",
        "没有 → 0.25 倍", "没有 → 70%", "没有 → 15.5 分", "=HYPERLINK(9)", "HJ01",
    ):  # fmt: skip
        assert words in shown, words
    back = page_client(None).get("/rule-book/luxi/versions/1/against/2").get_data(as_text=True)
    assert "0.25 倍 → 没有" in back
    assert page_client(None).get("/rule-book/luxi/versions/1/against/3").status_code == 404
    assert page_client(None).get("/rule-book/shishan/versions/1/against/1").status_code == 404

    path = f"/rule-book/versions/{second}/against/{first}"
    told = ApiClient(app, places.token(Role.REVIEWER)).get(path).get_json()
    (change,) = told["changed"]
    assert (change["fields"], change["before"]["points"], change["after"]["points"]) == (
        ["points", "cap"], "2", "3",
    )  # fmt: skip
    assert ([r["code"] for r in told["removed"]], told["unchanged_count"]) == (["HJ01"], 46)
    assert {"name": "grid_bonus", "before": "", "after": "1.5"} in told["incentives"]
    assert ApiClient(app).get(path).status_code == 401
    assert ApiClient(app, places.token(Role.HEAD_BANK)).get(path).status_code == 403
    assert ApiClient(app, places.token(Role.REVIEWER, "shishan")).get(path).status_code == 404


def test_the_comparison_on_a_phone(
    app: Flask, places: Places, page_client: Clients, phone: Page
) -> None:
    adopt_rules(places.village_id)
    _adopt(places.village_id, [*read_rules(SAMPLE.read_bytes())[0][2:], FORMULA], TERMS)
    adopt_rules(places.village_id, starts_on=date(2027, 1, 1))
    with clock.stopped_at(datetime(2026, 10, 9, 4, tzinfo=UTC)):
        president = page_client(places.token(Role.BRANCH_PRESIDENT))
        content = president.get("/rule-book/versions/2/rule-book.xlsx").get_data()
        draft = _upload(president, content)
        with serve(lambda _address: app.wsgi_app) as address:
            token = places.token(Role.BRANCH_PRESIDENT)
            phone.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
            for path in ("/rule-book/luxi/versions/2/against/1", "/rule-book/luxi", draft):
                phone.goto(address + path)
                assert page_faults(phone) == [], path
