"""From a claim to an objection, on phones and on paper: what 0002 and 0003 say they did.

Worked out by hand, in points (a help gives 3):

    step                                  0002 pending   0003 pending
    both approved by two of the panel          3              3
    0002 denies it, and is right               0              3
    an objection to 0003, upheld               0              0
"""

import re
from datetime import date
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, expect

from app import create_app
from app.identity.access import SESSION_COOKIE
from app.identity.domain import Role
from app.kit.month import Month
from app.ledger.domain.accounts import household_pending
from app.web.transaction import run_in_transaction
from tests.factories.people import member_token
from tests.factories.places import PASSWORD
from tests.factories.rulebooks import open_book
from tests.village.register import Register

from .stage import Stage, set_stage


def test_a_claim_is_reviewed_denied_and_objected_to(
    sqlite_url: str, playwright: Playwright, chromium: Browser, tmp_path: Path
) -> None:
    with set_stage(create_app, sqlite_url, playwright, chromium, tmp_path, looks=False) as stage:
        story = Story(stage)
        story.claim_on_a_phone()
        story.claim_on_paper()
        for number in (1, 2):
            story.approve(f"panel-{number}")
        story.holds(first=30, second=30)
        story.deny()
        story.holds(first=0, second=30)
        story.publish()
        story.object_at_the_board()
        story.object_on_paper()
        story.holds(first=0, second=0)


class Story:
    """The people of the register on their phones."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.register = Register(stage.places)
        stage.set_clock(date(2026, 10, 1), 8)
        with stage.app.app_context():
            open_book(self.register.village_id, month=Month(2026, 10), budget_tenths=1_000)
            run_in_transaction(self.register.enter)
        stage.set_clock(date(2026, 10, 10), 9)

    def villager(self, name: str) -> Page:
        """A phone on which a villager has signed in."""
        with self.stage.app.app_context():
            token = member_token(self.register.village_id, self.register.members[name], name)
        phone = self.stage.phone()
        phone.context.add_cookies(
            [{"name": SESSION_COOKIE, "value": token, "url": self.stage.address}]
        )
        return phone

    def claim_on_a_phone(self) -> None:
        phone = self.villager("0003甲")
        self.stage.open(phone, "/me/claims/rules")
        self.stage.press(phone.get_by_role("link", name=re.compile("邻里互助")))
        phone.get_by_label("做了什么").fill("帮 0004 家收稻半天")
        self.stage.press(phone.get_by_role("button", name="提交申报"))
        expect(phone.get_by_role("main")).to_contain_text("等评议小组")

    def claim_on_paper(self) -> None:
        """A paper that 0002 left at the office is typed in by the organiser."""
        office = self.stage.staff(Role.ORGANISER)
        self.stage.open(office, "/branch/claims/new")
        office.get_by_label("哪一户").fill("2")
        self.stage.press(office.get_by_role("button", name="下一步"))
        office.get_by_label("报哪一条").select_option("LL01")
        office.get_by_label("是谁做的").select_option(label="0002甲")
        office.get_by_label("做了什么").fill("送邻居去医院")
        self.stage.press(office.get_by_role("button", name="提交申报"))

    def approve(self, user_name: str) -> None:
        phone = self.stage.phone()
        phone.goto(f"{self.stage.address}/sign-in")
        phone.get_by_label("用户名").fill(user_name)
        phone.get_by_label("密码").fill(PASSWORD)
        self.stage.press(phone.get_by_role("button", name="登录"))
        self.stage.open(phone, "/reviews")
        for _ in range(2):
            self.stage.press(phone.get_by_role("button", name="同意").first)
        expect(phone.get_by_role("main")).to_contain_text("现在没有等您审的")

    def deny(self) -> None:
        """0002 finds a credit in the passbook that is not its own."""
        phone = self.villager("0002甲")
        self.stage.open(phone, "/me/passbook")
        self.stage.press(phone.get_by_role("link", name=re.compile("邻里互助")))
        phone.get_by_text("不是我家做的").click()
        phone.get_by_label("说明").fill("那天我们不在村里")
        self.stage.press(phone.get_by_role("button", name="告诉村里"))
        president = self.stage.staff(Role.BRANCH_PRESIDENT)
        self.stage.open(president, "/desk")
        self.stage.press(president.get_by_role("link", name=re.compile("有人说申报")))
        president.get_by_label("属实，这一笔退回").check()
        president.get_by_label("答复").fill("纸上写错了户号")
        self.stage.press(president.get_by_role("button", name="答复"))
        self.stage.open(phone, "/me/passbook")
        expect(phone.get_by_role("main")).to_contain_text("已更正")

    def publish(self) -> None:
        self.stage.set_clock(date(2026, 10, 26), 9)
        president = self.stage.staff(Role.BRANCH_PRESIDENT)
        self.stage.open(president, "/desk/notices")
        self.stage.press(president.get_by_role("button", name="结2026年10月的账"))
        self.stage.press(president.get_by_role("button", name="定稿"))
        link = president.get_by_role("link", name="公众看到的页面").get_attribute("href")
        self.notice_path, self.desk_path = link or "", president.url
        self.stage.set_clock(date(2026, 10, 27), 9)

    def object_at_the_board(self) -> None:
        """Somebody who has signed in nowhere, and the president's answer: not so."""
        reader = self.stage.phone()
        self.stage.open(reader, self.notice_path)
        self.stage.press(reader.get_by_role("link", name="我有异议"))
        reader.get_by_label("哪里不对").fill("0002 家的怎么又没有了？")
        self.stage.press(reader.get_by_role("button", name="提交异议"))
        self._answer("1号", "不属实", "本户自己说的，已退回")

    def object_on_paper(self) -> None:
        """A slip from the box, written down at the office: 0003 did not help."""
        president = self.stage.staff(Role.BRANCH_PRESIDENT)
        president.goto(self.desk_path)
        self.stage.press(president.get_by_role("link", name=re.compile("记一条异议")))
        president.get_by_label("公示下面的纸条").check()
        president.get_by_label("说的是哪一户").fill("3")
        president.get_by_label("异议内容").fill("0003 家那天在镇上")
        self.stage.press(president.get_by_role("button", name="记下"))
        self._answer("2号", "属实", "核对过了，冲正", award=re.compile("0003甲"))

    def _answer(
        self, number: str, decision: str, answer: str, award: re.Pattern[str] | None = None
    ) -> None:
        president = self.stage.staff(Role.BRANCH_PRESIDENT)
        president.goto(self.desk_path)
        self.stage.press(president.get_by_role("link", name=re.compile(number)))
        if award is not None:
            president.get_by_label(award).check()
        president.get_by_label(decision, exact=True).check()
        president.get_by_label("答复").fill(answer)
        self.stage.press(president.get_by_role("button", name="答复"))

    def holds(self, *, first: int, second: int) -> None:
        village_id, households = self.register.village_id, self.register.households
        self.stage.holds(
            {
                household_pending(village_id, households["0002"]): first,
                household_pending(village_id, households["0003"]): second,
            }
        )
