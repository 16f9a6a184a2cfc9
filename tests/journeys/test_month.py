"""A village's month as its people live it, on phones, from register to the next notice.

Worked out by hand, in points (王 0001, 陈 0002; 清扫 gives 2 a head, a soap costs 1.5):

    step                    budget   王 pending  王 spendable  陈 pending  陈 spendable  takings
    quota                     500        0            0            0             0           0
    approve (30 seats)        440        0            0            0             0           0
    close the session         494        2            0            4             0           0
    objection upheld          494        2            0            2             0           0
    settle                    494        0            2            0             2           0
    redeem a soap             494        0            0.5          0             2           1.5
    another, voided           494        0            0.5          0             2           1.5

The reversed award goes back to the pool it came from, so the budget does not get it back.
"""

import io
import re
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import Browser, Page, Playwright, expect

from app import create_app, sample
from app.extensions import db
from app.identity import service as identity
from app.identity.domain import Role
from app.kit.codes import code_link
from app.kit.month import Month
from app.ledger import service as ledger
from app.ledger.domain.accounts import (
    branch_budget,
    household_pending,
    household_spendable,
    store_takings,
)
from app.people import queries as people_queries
from app.people import service as people
from app.store import service as store
from app.web.transaction import run_in_transaction
from tests.factories.places import CLERK_PIN
from tests.journeys.stage import Stage, set_stage
from tests.support.qr_codes import read_svg

REGISTER = (
    "户号,网格,姓名,与户主关系,性别,出生年月\n"
    "1,第1网格,王大山,户主,男,1958-03\n"
    "1,第1网格,李秀英,配偶,女,1960-07\n"
    "2,第1网格,陈桂兰,户主,女,1949-11\n"
    "2,第1网格,陈小军,子,男,1985-01\n"
    "3,第2网格,阿依古丽·买买提,户主,女,1990-05\n"
).encode()
GOODS = "条形码,名称,单位,积分,来源,数量\n6901000000011,肥皂,块,1.5,村集体采购,20\n".encode()
RULE_BOOK = Path(sample.__file__).parent / "data" / "rulebook.csv"
ACTIVITY_DAY = date(2026, 10, 10)
PIN = "246813"


class Story:
    """What the journey has to remember from step to step."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.village_id = stage.places.village_id
        self.households: dict[str, int] = {}
        self.cards: dict[str, str] = {}
        self.session_path = ""
        self.notice_path = ""
        self.store_id = 0

    def holds(
        self, budget: int, *, wang: tuple[int, int], chen: tuple[int, int], takings: int
    ) -> None:
        """The table's line, in tenths; a household is (pending, spendable)."""
        expected = {branch_budget(self.village_id): budget}
        for number, (pending, spendable) in (("0001", wang), ("0002", chen)):
            household_id = self.households[number]
            expected[household_pending(self.village_id, household_id)] = pending
            expected[household_spendable(self.village_id, household_id)] = spendable
        expected[store_takings(self.village_id, self.store_id)] = takings
        self.stage.holds(expected)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_month(
    database: str,
    request: pytest.FixtureRequest,
    playwright: Playwright,
    chromium: Browser,
    tmp_path: Path,
) -> None:
    url = request.getfixturevalue("sqlite_url" if database == "sqlite" else "postgres_url")
    looks = database == "sqlite"
    with set_stage(create_app, url, playwright, chromium, tmp_path, looks=looks) as stage:
        month = Story(stage)
        import_register(month)
        adopt_rule_book(month)
        publish_themes(month)
        schedule(month)
        sign_up(month)
        check_in(month)
        close_session(month)
        close_month(month)
        object_and_decide(month)
        settle(month)
        redeem(month)
        next_notice(month)
        assert stage.faults == []


def import_register(month: Story) -> None:
    stage = month.stage
    stage.set_clock(date(2026, 10, 1), 9)
    with stage.app.app_context():
        run_in_transaction(lambda: ledger.open_book(month.village_id, first_month=Month(2026, 10)))
    president = stage.staff(Role.BRANCH_PRESIDENT)
    stage.open(president, "/register/imports")
    president.get_by_label("选表格").set_input_files(
        {"name": "花名册.csv", "mimeType": "text/csv", "buffer": REGISTER}
    )
    stage.press(president.get_by_role("button", name="上传，先看看"))
    president.get_by_role("button", name="确认导入").click()
    expect(president.get_by_role("main")).to_contain_text("导入")
    with stage.app.app_context():
        for household in people_queries.households(month.village_id):
            month.households[household.passbook_no] = household.id
        for member in people_queries.members(month.village_id):
            month.cards[member.name] = _give_card(month, member.id, member.name)
        db.session.remove()
    assert sorted(month.households) == ["0001", "0002", "0003"]


def _give_card(month: Story, member_id: int, name: str) -> str:
    """A member's card and PIN, as handed over at the office."""

    def work() -> str:
        identity.set_member_pin(
            member_id=member_id, village_id=month.village_id, display_name=name, pin=PIN
        )
        return people.issue_card(village_id=month.village_id, member_id=member_id, actor_id=0)

    return run_in_transaction(work)


def adopt_rule_book(month: Story) -> None:
    """The sample book, with the record of the meeting that adopted it."""
    stage = month.stage
    president = stage.staff(Role.BRANCH_PRESIDENT)
    stage.open(president, "/branch/rule-book/import")
    president.get_by_label("选表格").set_input_files(RULE_BOOK)
    stage.press(president.get_by_role("button", name="上传"))
    for label, value in (
        ("会议日期", "2026-09-10"), ("到会人数", "46"), ("赞成", "44"), ("反对", "1"),
        ("会议记录编号", "露村会〔2026〕5号"), ("从哪天起算", "2026-10-01"),
    ):  # fmt: skip
        president.get_by_label(label, exact=True).fill(value)
    president.get_by_role("button", name="保存这一版").click()
    expect(president.get_by_role("main")).to_contain_text("第 1 版")


def publish_themes(month: Story) -> None:
    stage = month.stage
    town = stage.staff(Role.HEAD_BANK)
    stage.open(town, "/town/theme-lists/2026-10")
    for label, value in (
        ("编号", "T1"), ("主题", "秋收后集中清扫"), ("细则编号", "HJ03"), ("积分", "2"),
        ("时长", "90"), ("名额", "30"),
    ):  # fmt: skip
        town.get_by_label(label, exact=label in ("编号", "主题", "积分")).fill(value)
    stage.press(town.get_by_role("button", name="保存"))
    town.get_by_role("button", name="发布到各村").click()
    expect(town.get_by_role("main")).to_contain_text("已发布")
    stage.open(town, "/town/grants")
    town.get_by_label("村").select_option(str(month.village_id))
    town.get_by_label("月份").fill("2026-10")
    town.get_by_label("积分").fill("500")
    town.get_by_role("button", name="拨付").click()
    month.holds(5000, wang=(0, 0), chen=(0, 0), takings=0)


def schedule(month: Story) -> None:
    stage = month.stage
    president = stage.staff(Role.BRANCH_PRESIDENT)
    stage.open(president, "/branch/activities")
    president.get_by_role("link", name="秋收后集中清扫").click()
    president.get_by_label("地点").fill("文化广场")
    president.get_by_label("日期").fill(ACTIVITY_DAY.isoformat())
    president.get_by_label("开始").fill("09:00")
    president.get_by_label("结束").fill("10:30")
    president.get_by_label("luxi organiser").check()
    president.get_by_label("不报名也可以直接来").check()
    stage.look(president)
    president.get_by_role("button", name=re.compile("排好")).click()
    president.get_by_role("button", name=re.compile("批准")).click()
    month.holds(4400, wang=(0, 0), chen=(0, 0), takings=0)
    month.session_path = (
        president.get_by_role("link", name=re.compile("10月10日")).get_attribute("href") or ""
    )


def villager(month: Story, name: str) -> Page:
    """A villager's phone, signed in by the card's code and the PIN."""
    page = month.stage.phone()
    month.stage.open(page, f"/k/{month.cards[name]}")
    page.get_by_label("密码").fill(PIN)
    page.get_by_role("button", name="看我家的积分").click()
    page.wait_for_load_state()
    return page


def sign_up(month: Story) -> None:
    stage = month.stage
    wang = villager(month, "王大山")
    stage.open(wang, "/activities")
    wang.get_by_role("link", name=re.compile("秋收后集中清扫")).click()
    wang.get_by_role("button", name="报名", exact=True).click()
    expect(wang.get_by_role("main")).to_contain_text("已报名")
    stage.look(wang)


def check_in(month: Story) -> None:
    """王大山 by his card before the organiser's camera, 陈桂兰 by the rotating code on her phone,
    陈小军 by a typed code.
    """
    stage = month.stage
    stage.set_clock(ACTIVITY_DAY, 8, 45)
    organiser = stage.staff(Role.ORGANISER)
    stage.open(organiser, month.session_path)
    scan_path = f"{month.session_path}/scan"
    stage.open(organiser, scan_path)
    camera = stage.camera_phone(code_link(stage.address, month.cards["王大山"]), like=organiser)
    camera.goto(f"{stage.address}{scan_path}")
    camera.get_by_role("button", name="扫码").click()
    expect(camera.locator(".result.ok").first).to_contain_text("王大山", timeout=20_000)
    organiser.get_by_label("积分卡").fill(month.cards["陈小军"])
    organiser.get_by_role("button", name="登记").click()
    expect(organiser.locator(".result").first).to_contain_text("陈小军")
    stage.open(organiser, f"{month.session_path}/rotating-code")
    link = read_svg(organiser.locator("[data-rotate]").inner_html())
    chen = villager(month, "陈桂兰")
    chen.goto(link)
    stage.look(chen)
    if chen.get_by_label("陈小军").count():
        chen.get_by_label("陈小军").uncheck()
    stage.press(chen.get_by_role("button", name="我到了"))
    expect(chen.locator(".result.ok")).to_be_visible()


def close_session(month: Story) -> None:
    stage = month.stage
    stage.set_clock(ACTIVITY_DAY, 10, 40)
    organiser = stage.staff(Role.ORGANISER)
    stage.open(organiser, f"{month.session_path}/close")
    stage.press(organiser.get_by_role("button", name=re.compile("结束登记")))
    expect(organiser.get_by_role("main")).to_contain_text("到场 3 人")
    month.holds(4940, wang=(20, 0), chen=(40, 0), takings=0)


def close_month(month: Story) -> None:
    stage = month.stage
    stage.set_clock(date(2026, 10, 25), 17)
    president = stage.staff(Role.BRANCH_PRESIDENT)
    stage.open(president, "/desk/notices")
    stage.press(president.get_by_role("button", name="结2026年10月的账"))
    president.get_by_label("从哪天贴出").fill("2026-10-26")
    stage.press(president.get_by_role("button", name="定稿"))
    month.notice_path = president.url.removeprefix(stage.address)
    pdf_path = president.get_by_role("link", name="打印公示").get_attribute("href") or ""
    pdf = president.request.get(f"{stage.address}{pdf_path}").body()
    links = _codes_in(pdf)
    public = code_link(stage.address, pdf_path.split("/")[2])
    assert public in links
    text = _text_of(pdf)
    for words in ("露溪村", "2026 年 10 月", "王*山", "陈*兰", "阿*提"):
        assert words.replace(" ", "") in text.replace(" ", ""), words
    assert "王大山" not in text
    reader = stage.phone()
    reader.goto(public)
    stage.look(reader)
    expect(reader.get_by_role("main")).to_contain_text("与账本一致")


def _codes_in(pdf: bytes) -> set[str]:
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    pictures = [page.render(scale=150 / 72).to_pil() for page in document]
    document.close()
    return {code.text for picture in pictures for code in zxingcpp.read_barcodes(picture)}


def _text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    text = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return text


def object_and_decide(month: Story) -> None:
    stage = month.stage
    stage.set_clock(date(2026, 10, 28), 10)
    president = stage.staff(Role.BRANCH_PRESIDENT)
    stage.open(president, month.notice_path)
    public = president.get_by_role("link", name="公众看到的页面").get_attribute("href") or ""
    reader = stage.phone()
    stage.open(reader, public)
    reader.get_by_role("link", name="我有异议").click()
    reader.get_by_label("哪里不对").fill("10月10日陈小军没有来。")
    reader.get_by_label(re.compile("存折号")).fill("0002")
    stage.look(reader)
    reader.get_by_role("button", name="提交异议").click()
    expect(reader.get_by_role("main")).to_contain_text("编号 1")
    stage.open(president, month.notice_path)
    stage.press(president.get_by_role("link", name=re.compile("1号")))
    president.get_by_label(re.compile("陈小军")).check()
    president.get_by_label("属实", exact=True).check()
    president.get_by_label("答复").fill("已核对，当天没有到场，冲正。")
    president.get_by_role("button", name="答复").click()
    month.holds(4940, wang=(20, 0), chen=(20, 0), takings=0)


def settle(month: Story) -> None:
    stage = month.stage
    stage.set_clock(date(2026, 11, 2), 9)
    president = stage.staff(Role.BRANCH_PRESIDENT)
    stage.open(president, month.notice_path)
    president.get_by_role("button", name="结算本期积分").click()
    expect(president.get_by_role("main")).to_contain_text("已结算")
    month.holds(4940, wang=(0, 20), chen=(0, 20), takings=0)


def redeem(month: Story) -> None:
    stage = month.stage
    with stage.app.app_context():
        shop = run_in_transaction(
            lambda: store.add_store(village_id=month.village_id, name="爱心超市")
        )
        month.store_id = shop.id
        run_in_transaction(
            lambda: store.import_goods(
                village_id=month.village_id, store_id=month.store_id, content=GOODS, actor_id=0
            )
        )
        db.session.remove()
    president = stage.staff(Role.BRANCH_PRESIDENT)
    stage.open(president, f"/stores/{month.store_id}/terminals")
    president.get_by_label("终端名称").fill("柜台一号")
    stage.press(president.get_by_role("button", name="生成登记码"))
    code = president.locator(".typed-code").inner_text().replace(" ", "")
    till = stage.phone()
    stage.open(till, f"/t/{code}")
    till.get_by_role("button", name="登记这台设备").click()
    till.get_by_label("6 位密码").fill(CLERK_PIN)
    stage.press(till.get_by_role("button", name="开始上班"))
    _sell_soap(month, till)
    month.holds(4940, wang=(0, 5), chen=(0, 20), takings=15)
    stage.set_clock(date(2026, 11, 2), 10)
    _sell_soap(month, till, name="陈桂兰")
    till.get_by_role("link", name=re.compile("作废这张小票")).click()
    till.get_by_label("作废原因").fill("拿错了")
    till.get_by_label(re.compile("放回了，还能再兑")).check()
    stage.look(till)
    till.get_by_role("button", name="作废这张小票").click()
    expect(till.get_by_role("main")).to_contain_text("已作废")
    month.holds(4940, wang=(0, 5), chen=(0, 20), takings=15)


def _sell_soap(month: Story, till: Page, name: str = "王大山") -> None:
    stage = month.stage
    stage.open(till, "/till")
    till.get_by_label(re.compile("扫积分卡")).fill(month.cards[name])
    till.get_by_role("button", name="打开这张卡").click()
    till.get_by_label(re.compile("扫条形码")).fill("6901000000011")
    stage.press(till.get_by_role("button", name="加入"))
    stage.press(till.get_by_role("button", name="去确认"))
    till.get_by_role("button", name="确认兑换").click()
    expect(till.get_by_role("main")).to_contain_text("兑换小票")
    stage.look(till)


def next_notice(month: Story) -> None:
    stage = month.stage
    stage.set_clock(date(2026, 11, 25), 17)
    president = stage.staff(Role.BRANCH_PRESIDENT)
    stage.open(president, "/desk/notices")
    president.get_by_role("button", name="结2026年11月的账").click()
    pdf_path = president.get_by_role("link", name="先看草稿").get_attribute("href") or ""
    text = _text_of(president.request.get(f"{stage.address}{pdf_path}").body())
    flat = re.sub(r"\s+", "", text)
    # opening 6 − redeemed 1.5 (the voided sale cancels out) − corrected 2 = 2.5
    assert "6+0−" in flat
    assert "=2.5" in flat
    assert "属实。已核对，当天没有到场，冲正。" in flat
    assert "肥皂" in flat
