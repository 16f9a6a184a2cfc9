"""Claims on a phone: the whole way in a browser, and every page as elders need it."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from app import create_app
from app.claims import queries
from app.claims.domain.states import Decision
from app.extensions import db
from app.identity.access import SESSION_COOKIE
from app.identity.domain import Role
from app.identity.service import start_session
from app.ledger.domain.accounts import household_pending
from app.ledger.queries import balance, checker
from app.web.transaction import run_in_transaction
from tests.claims.test_api import picture
from tests.conftest import settings_for
from tests.factories.activities import at
from tests.factories.claims import (
    ClaimVillage,
    adopt_deduction,
    decide,
    make_claim_village,
    submit,
)
from tests.factories.people import member_token
from tests.support.browser import open_phone
from tests.support.live_server import serve
from tests.support.page_checks import page_faults


@dataclass
class Shown:
    """A served village; `faults` collects what the page checks find."""

    address: str
    village: ClaimVillage
    chromium: Browser
    stack: ExitStack
    faults: dict[str, list[str]] = field(default_factory=dict)

    def villager(self, name: str) -> Page:
        return self._phone(member_token(self.village.village_id, self.village.member(name), name))

    def staff(self, account_id: int) -> Page:
        return self._phone(
            run_in_transaction(
                lambda: start_session(subject=f"test:{account_id}", account_id=account_id)
            )
        )

    def _phone(self, token: str) -> Page:
        page = self.stack.enter_context(open_phone(self.chromium))
        page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": self.address}])
        return page

    def open(self, page: Page, path: str) -> None:
        answer = page.goto(self.address + path)
        assert answer is not None
        assert answer.status == 200, path
        self.look(page)

    def press(self, page: Page, name: str, role: str = "button") -> None:
        with page.expect_navigation():
            page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]
        self.look(page)

    def look(self, page: Page) -> None:
        found = page_faults(page)
        if found:
            self.faults[page.url] = found


@pytest.fixture
def shown(sqlite_url: str, chromium: Browser) -> Iterator[Shown]:
    app = create_app(settings_for(sqlite_url))
    with app.app_context(), serve(lambda _: app) as address, ExitStack() as stack:
        village = make_claim_village()
        with at(0):
            yield Shown(address, village, chromium, stack)
        db.session.remove()
        db.engine.dispose()


def test_a_villager_claims_and_finds_it_in_the_passbook(shown: Shown, tmp_path: Path) -> None:
    village = shown.village
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(picture(400, 300))
    phone = shown.villager("王大山")
    shown.open(phone, "/me")
    shown.press(phone, "申报 做了好事", "link")
    shown.press(phone, "我要申报", "link")
    shown.press(phone, "调解邻里纠纷成功", "link")
    phone.get_by_text("我自己").click()
    phone.get_by_label("做了什么").fill("调解了两家的地界")
    phone.get_by_label("照片").set_input_files(photo)
    shown.press(phone, "提交申报")
    phone.get_by_text("等评议小组审核").wait_for()

    first, second, third = (shown.staff(each) for each in village.reviewers.values())
    shown.open(first, "/")
    shown.press(first, "看经过", "link")
    first.get_by_label("原因").fill("谁能作证？")
    shown.press(first, "请补充")
    assert first.get_by_text("现在没有等您审的").is_visible()

    shown.open(phone, "/me/claims")
    shown.press(phone, "去补充", "link")
    assert phone.get_by_text("谁能作证？").first.is_visible()
    assert phone.get_by_label("做了什么").input_value() == "调解了两家的地界"
    phone.get_by_label("做了什么").fill("调解了两家的地界，孙梅作证")
    shown.press(phone, "补充好了，再提交")

    for reviewer in (second, third):
        shown.open(reviewer, "/reviews")
        assert reviewer.get_by_text("孙梅作证").is_visible()
        shown.press(reviewer, "同意")
    shown.open(phone, "/me/claims")
    shown.press(phone, "看详情", "link")
    assert phone.get_by_text("5 分记在积分存折里").is_visible()
    assert phone.locator("img[alt=申报的照片]").evaluate("each => each.naturalWidth") == 300
    shown.press(phone, "看存折里这一笔", "link")
    assert phone.get_by_text("王大山 调解邻里纠纷成功").is_visible()
    assert phone.get_by_role("link", name="看申报的经过").is_visible()
    shown.open(phone, "/me/passbook")
    assert phone.get_by_text("+5 分").first.is_visible()
    db.session.rollback()
    pending = household_pending(village.village_id, village.household_of("王大山"))
    assert balance(pending) == 50
    assert checker.check() == []
    assert shown.faults == {}


def test_the_office_pages_read_well(shown: Shown) -> None:
    """A paper claim from the passbook number on; lists, one claim, policy, kin."""
    village = shown.village
    asked = submit(village, "PA01", "李秀英", photo=picture(400, 300))
    decide(village, asked, village.reviewers["评议员甲"], Decision.ASK_BACK, "和谁家调解的？")
    refused = submit(village, "PA02", "陈桂兰")
    decide(village, refused, village.staff(Role.GRID_WORKER), Decision.REFUSE, "没有这回事")
    president = shown.staff(village.staff(Role.BRANCH_PRESIDENT))
    shown.open(president, "/desk")
    assert president.get_by_text("申报没有审完").is_visible()
    shown.open(president, "/branch/claims/new")
    president.get_by_label("哪一户").fill("3")
    shown.press(president, "下一步")
    president.get_by_label("报哪一条").select_option("BZ01")
    president.get_by_label("做了什么").fill("获评村级好人")
    shown.press(president, "提交申报")
    assert president.get_by_text("村里代报").is_visible()
    for path in (
        "/branch/claims",
        "/branch/claims/policy",
        f"/branch/claims/{asked.id}",
        f"/branch/claims/{refused.id}",
        "/register/kin",
        "/desk/notices",
    ):
        shown.open(president, path)
    assert president.get_by_text("申报没有审完").is_visible()
    undeclared = shown.staff(village.staff(Role.REVIEWER))
    shown.open(undeclared, "/reviews")
    shown.open(undeclared, f"/reviews/{asked.id}")
    organiser = shown.staff(village.staff(Role.ORGANISER))
    shown.open(organiser, "/organiser")
    shown.press(organiser, "等我审的申报", "link")
    assert shown.faults == {}


def test_notice_deduction_and_appeal_on_pages(shown: Shown) -> None:
    village = shown.village
    adopt_deduction(village)
    organiser = shown.staff(village.staff(Role.ORGANISER))
    shown.open(organiser, "/branch/mend-notices")
    organiser.get_by_label("发给哪一户").fill("1")
    shown.press(organiser, "写通知")
    organiser.get_by_label("按哪一条").select_option("KF91")
    organiser.get_by_label("要整改什么").fill("门口堆了建筑垃圾")
    shown.press(organiser, "发出通知")
    assert organiser.get_by_text("请在10月19日前整改好").is_visible()
    assert not organiser.get_by_role("button", name="提出扣分").is_visible()
    villager = shown.villager("王大山")
    shown.open(villager, "/me/claims")
    assert villager.get_by_text("请在10月19日前整改好").is_visible()
    with at(8 * 24 * 60):
        organiser = shown.staff(village.staff(Role.ORGANISER))
        shown.open(organiser, "/branch/mend-notices")
        shown.press(organiser, "没有整改，提出扣分")
        db.session.rollback()
        (claim,) = queries.claims(village.village_id)
        decide(village, claim, village.staff(Role.GRID_WORKER))
        reviewer = shown.staff(village.reviewers["评议员甲"])
        shown.open(reviewer, f"/reviews/{claim.id}")
        assert not reviewer.get_by_role("button", name="请补充").is_visible()
        shown.press(reviewer, "同意扣评价分")
        db.session.rollback()
        decide(village, claim, village.reviewers["评议员乙"])
        villager = shown.villager("王大山")
        shown.open(villager, f"/me/claims/{claim.id}")
        assert villager.get_by_text("只扣评价分，不扣积分").is_visible()
        villager.get_by_label("为什么不服").fill("那天已经清走了")
        shown.press(villager, "提交申诉")
        shown.open(organiser, f"/branch/claims/{claim.id}")
        reviewer = shown.staff(village.reviewers["评议员丙"])
        shown.open(reviewer, "/reviews")
        shown.press(reviewer, "申诉成立")
        db.session.rollback()
        decide(village, claim, village.reviewers["评议员丁"])
        shown.open(villager, "/me/claims")
        assert villager.get_by_text("申诉成立，扣的分已退回").is_visible()
    assert checker.check() == []
    assert shown.faults == {}
