"""The organiser at the desk, the branch and the town."""

import io
import re

import pytest
from sqlalchemy import func, select

from app.activities import queries
from app.activities.models import QuotaGrant, Theme
from app.extensions import db
from app.identity.domain import Role
from tests.activities.site import Site
from tests.factories.activities import at, check_in, close, sign_up

THEMES = "月份,编号,主题,细则编号,积分\n2026-10,T1,消防宣传,ZY01,2\n2026-10,T2,坏行,ZY01,两分\n"


def test_roster_paper_absences_and_closing(site: Site) -> None:
    sign_up(site.branch, site.session, "王大山", "陈桂兰", "赵建国")
    browser = site.browser(Role.ORGANISER)
    member = site.branch.member
    with at(10):
        ticked = browser.post(f"{site.desk}/roster", {"member_ids": str(member("王大山"))})
        assert ticked.status_code == 303
    with at(200):
        bad = browser.post(
            f"{site.desk}/paper", {"member_ids": str(member("陈桂兰")), "arrived": "11:00"}
        )
        assert bad.status_code == 422
        good = browser.post(
            f"{site.desk}/paper", {"member_ids": str(member("陈桂兰")), "arrived": "08:55"}
        )
        assert good.status_code == 303
        form = {"member_id": str(member("赵建国")), "excuse": "生病"}
        assert browser.post(f"{site.desk}/not-there", form).status_code == 303
        first = browser.post(f"{site.desk}/close", key="k")
        again = browser.post(f"{site.desk}/close", key="k")
        other_key = browser.post(f"{site.desk}/close")
        assert first.status_code == again.status_code == other_key.status_code == 303
        result = browser.get(f"{site.desk}/close").get_data(as_text=True)
    assert "到场 2 人，共入账 <strong>4</strong> 分" in result
    assert "生病" in result
    rows = {row.member_id: row for row in queries.attendances(site.session.id)}
    assert rows[member("陈桂兰")].staff_entry
    assert not rows[member("王大山")].staff_entry
    assert queries.staff_entered_awards(
        site.branch.village_id, [row.award_id for row in rows.values() if row.award_id]
    ) == {rows[member("陈桂兰")].award_id}


def test_a_correction_needs_a_reason_and_shows_itself(site: Site) -> None:
    sign_up(site.branch, site.session, "王大山")
    with at(0):
        check_in(site.branch, site.session, "王大山")
    close(site.branch, site.session)
    browser = site.browser(Role.ORGANISER)
    page = f"{site.desk}/correct/{site.branch.member('王大山')}"
    refused = browser.post(page, {"attended": "0"})
    assert refused.status_code == 422
    assert "请填写这一项" in refused.get_data(as_text=True)
    assert browser.post(page, {"attended": "0", "reason": "认错人了"}).status_code == 303
    person = browser.get(f"{site.desk}/people/{site.branch.member('王大山')}")
    assert "认错人了" in person.get_data(as_text=True)


def test_staff_sign_somebody_up_at_the_door(site: Site) -> None:
    browser = site.browser(Role.ORGANISER)
    form = {"member_id": site.member("陈桂兰")}
    with at(3):
        assert browser.post(f"{site.desk}/sign-up", form).status_code == 303
        check_in(site.branch, site.session, "陈桂兰")
        out = browser.post(f"{site.desk}/check-out", form)
        assert out.status_code == 303
        refused = browser.post(f"{site.desk}/cancel-sign-up", form)
        assert refused.status_code == 409
    assert queries.attendances(site.session.id)[0].state == "left"


PLAN = {
    "title": "清理河道",
    "place": "河边",
    "rule_code": "HJ04",
    "day": "2026-10-15",
    "starts": "08:30",
    "ends": "10:30",
    "seats": "20",
}


def test_schedule_approve_and_cancel(site: Site) -> None:
    organiser, president = site.browser(Role.ORGANISER), site.browser(Role.BRANCH_PRESIDENT)
    plan = {**PLAN, "organiser_ids": str(site.branch.organiser_id)}
    with at(0):
        made = organiser.post("/branch/activities/new", plan, key="k")
        again = organiser.post("/branch/activities/new", plan, key="k")
        assert made.status_code == 303
        assert made.headers["Location"] == again.headers["Location"]
        page = made.headers["Location"]
        assert organiser.post(f"{page}/approve").status_code == 403
        neighbour = site.browser(Role.BRANCH_PRESIDENT, "shishan")
        assert neighbour.post(f"{page}/approve").status_code == 404
        assert "预留 <strong>60</strong> 分" in president.get(page).get_data(as_text=True)
        assert president.post(f"{page}/approve").status_code == 303
        assert president.post(f"{page}/cancel", {"reason": ""}).status_code == 422
        assert president.post(f"{page}/cancel", {"reason": "下雨"}).status_code == 303
        assert "已取消：下雨" in president.get(page).get_data(as_text=True)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ends": "08:30"}, "结束时间要晚于开始时间"),
        ({"day": "2026-10-11"}, "活动时间已经过了"),
        ({"day": "十五号"}, "请按 2026-10-12 的样子填日期"),
        ({"starts": "早上"}, "请按 08:30 的样子填时间"),
        ({"seats": "许多"}, "请填整数"),
        ({"rule_code": "KF01"}, "没有找到这条细则"),
        ({"seats": "0"}, "“名额”要在1到2000之间"),
        ({"points": "101"}, "不超过100"),
        ({"hourly": "1", "ends": "09:00"}, "至少要一小时"),
        ({"organiser_ids": "1"}, "请重新选"),
        ({"title": ""}, "请填写这一项"),
        ({"team_id": "77"}, "没有"),
    ],
)
def test_a_bad_plan_says_what_to_do_and_keeps_what_was_typed(
    site: Site, change: dict[str, str], words: str
) -> None:
    plan = {**PLAN, "organiser_ids": str(site.branch.organiser_id), **change}
    with at(0):
        refused = site.browser(Role.ORGANISER).post("/branch/activities/new", plan)
    text = refused.get_data(as_text=True)
    assert refused.status_code in (404, 409, 422)
    assert words in text
    assert 'value="河边"' in text


def test_a_month_without_a_rule_book_is_refused(site: Site) -> None:
    plan = {**PLAN, "day": "2026-08-20", "organiser_ids": str(site.branch.organiser_id)}
    with at(-90 * 24 * 60):
        refused = site.browser(Role.ORGANISER).post("/branch/activities/new", plan)
    assert "8月20日还没有生效的积分细则" in refused.get_data(as_text=True)


def test_theme_lists_are_imported_published_and_fixed(site: Site) -> None:
    town = site.browser(Role.HEAD_BANK)

    with at(0):
        table = {"file": (io.BytesIO(THEMES.encode()), "主题.csv")}
        shown = town.post("/town/theme-lists/import", table).get_data(as_text=True)
        assert "新增 1 个" in shown
        assert "第 3 行：“两分”不是正确的分数" in shown
        assert town.post("/town/theme-lists/import").status_code == 422
        new = {
            "month": "2026-10", "code": "T3", "title": "送餐", "rule_code": "ZY06", "points": "0.5",
        }  # fmt: skip
        assert town.post("/town/theme-lists", new).status_code == 303
        organiser = site.browser(Role.ORGANISER)
        assert "消防宣传" not in organiser.get("/branch/activities").get_data(as_text=True)
        theme = db.session.scalars(select(Theme).where(Theme.code == "T3")).one()
        assert town.post(f"/town/themes/{theme.id}/remove").status_code == 303
        assert town.post("/town/theme-lists", new).status_code == 303
        assert town.post("/town/theme-lists/2026-10/publish").status_code == 303
        changed = town.post("/town/theme-lists", {**new, "points": "1"})
        assert changed.status_code == 409
        assert "T3 已经发布" in changed.get_data(as_text=True)
        listed = organiser.get("/branch/activities").get_data(as_text=True)
        theme_id = re.search(r"theme_id=(\d+)", listed)
        assert theme_id
        form = organiser.get(f"/branch/activities/new?theme_id={theme_id[1]}")
        assert 'value="消防宣传"' in form.get_data(as_text=True)
        supplement = {**new, "code": "T4", "title": "补充的"}
        assert town.post("/town/theme-lists", supplement).status_code == 303
        month = town.get("/town/theme-lists/2026-10").get_data(as_text=True)
        assert "补充 1" in month


def test_a_month_that_is_none_is_a_plain_refusal(site: Site) -> None:
    assert site.browser(Role.HEAD_BANK).get("/town/theme-lists/十月").status_code == 422


def test_quota_is_granted_once_for_one_key(site: Site) -> None:
    town = site.browser(Role.HEAD_BANK)
    form = {"village_id": str(site.branch.village_id), "month": "2026-10", "points": "500"}
    assert town.post("/town/grants", form, key="k").status_code == 303
    assert town.post("/town/grants", form, key="k").status_code == 303
    assert db.session.scalar(select(func.count()).select_from(QuotaGrant)) == 2
    assert "500 分" in town.get("/town/grants").get_data(as_text=True)
    for bad in ({"points": "-1"}, {"points": "x"}, {"village_id": "7"}, {"month": "13"}):
        assert town.post("/town/grants", {**form, **bad}).status_code in (404, 422)
