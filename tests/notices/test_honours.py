"""Good deeds and the redemption day: on the draft from the desk, then frozen on the notice."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import update

from app.extensions import db
from app.identity.domain import Role
from app.kit import clock
from app.kit.errors import Invalid
from app.notices import queries
from app.notices.domain import NoticePeriod, check_honour
from app.notices.models import Notice
from app.people.models import Member
from tests.notices.months import CLOSING_DAY, MonthOfVillage, at, make_month
from tests.support.clients import ApiClient, PageClient

Clients = Callable[[str | None], PageClient]
DEED = {"passbook_number": "0001", "name": " 王小强 ", "deed": "给独居老人送饭三个月"}


@pytest.fixture
def month(app: Flask) -> Iterator[MonthOfVillage]:
    with clock.stopped_at(at(CLOSING_DAY)):
        yield make_month()


@pytest.fixture
def notice(month: MonthOfVillage) -> Notice:
    return month.close()


@pytest.fixture
def president(month: MonthOfVillage, page_client: Clients) -> PageClient:
    return page_client(month.places.token(Role.BRANCH_PRESIDENT))


def test_the_president_puts_a_good_deed_and_a_day_on_the_notice(
    notice: Notice, president: PageClient, page_client: Clients
) -> None:
    desk = f"/desk/notices/{notice.id}"
    done = president.post(f"{desk}/honours", {**DEED, "consented": "1"}, follow=True)
    assert "已写上王小强的好事" in done.get_data(as_text=True)
    day = president.post(f"{desk}/redemption-day", {"redemption_on": "2026-11-08"}, follow=True)
    assert 'value="2026-11-08"' in day.get_data(as_text=True)
    president.post(f"{desk}/publish", {"posted_from": "2026-10-26", "days": "7"})
    board = page_client(None).get(f"/n/{notice.public_code}").get_data(as_text=True)
    assert "<strong>王小强</strong>：给独居老人送饭三个月" in board
    assert "下次集中兑换日：<strong>2026年11月8日</strong>" in board
    for path, form in (("honours", {**DEED, "consented": "1"}), ("redemption-day", {})):
        late = president.post(f"{desk}/{path}", form)
        assert late.status_code == 409
        assert "这份公示已经贴出，不能再改" in late.get_data(as_text=True)


def test_what_may_not_stand_there_is_refused(
    month: MonthOfVillage, notice: Notice, president: PageClient
) -> None:
    desk = f"/desk/notices/{notice.id}"
    for change, said in (
        ({"consented": ""}, "写全名要本人同意"),
        ({"name": "王小弱"}, "没有找到这个人"),
        ({"passbook_number": "0099"}, "没有找到这一户"),
        ({"deed": "好" * 61}, "太长了"),
    ):
        refused = president.post(f"{desk}/honours", {**DEED, "consented": "1", **change})
        assert 400 <= refused.status_code < 500
        assert said in refused.get_data(as_text=True)
        # What was typed stays in sight.
        assert "<details open>" in refused.get_data(as_text=True)
    _, member_id = month.heads["0001"]
    db.session.execute(update(Member).where(Member.id == member_id).values(birth_month="2010-01"))
    db.session.commit()
    child = president.post(f"{desk}/honours", {**DEED, "consented": "1"})
    assert "公示不写孩子的名字" in child.get_data(as_text=True)
    past = president.post(f"{desk}/redemption-day", {"redemption_on": "2026-10-24"})
    assert "集中兑换日已经过了" in past.get_data(as_text=True)
    assert list(queries.honours(notice.id)) == []


def test_a_good_deed_can_be_taken_off_again_and_ten_are_enough(
    notice: Notice, president: PageClient
) -> None:
    desk = f"/desk/notices/{notice.id}"
    for number in range(10):
        form = {**DEED, "deed": f"好事{number}", "consented": "1"}
        assert president.post(f"{desk}/honours", form).status_code == 303
    eleventh = president.post(f"{desk}/honours", {**DEED, "consented": "1"})
    assert "一期最多写10件" in eleventh.get_data(as_text=True)
    path = f"{desk}/honours/{queries.honours(notice.id)[0].id}/remove"
    for _ in range(2):
        assert president.post(path, {}).status_code == 303
    period = NoticePeriod.starting(CLOSING_DAY, 7)
    printed = queries.notice_print(
        queries.notice(notice.village_id, notice.id), period, created_at=notice.closed_at
    )
    assert [row.deed for row in printed.honour_rows] == [f"好事{number}" for number in range(1, 10)]
    assert printed.redemption_day == ""


def test_the_same_through_the_api(app: Flask, month: MonthOfVillage, notice: Notice) -> None:
    api = ApiClient(app, month.places.token(Role.BRANCH_PRESIDENT))
    path = f"/notices/{notice.id}"
    assert api.post(f"{path}/honours", {**DEED, "consented": False}).status_code == 422
    made = api.post(f"{path}/honours", {**DEED, "consented": True})
    assert made.json is not None
    assert (made.status_code, made.json["name"]) == (201, "王小强")
    day = api.post(f"{path}/redemption-day", {"redemption_on": "2026-11-08"})
    assert day.json is not None
    assert day.json["redemption_on"] == "2026-11-08"
    removal = f"{path}/honours/{made.json['id']}/removal"
    assert api.post(removal).status_code == 204
    for role, village in ((Role.SUPERVISION, "luxi"), (Role.BRANCH_PRESIDENT, "shishan")):
        other = ApiClient(app, month.places.token(role, village))
        status = 403 if village == "luxi" else 404
        assert other.post(f"{path}/honours", {**DEED, "consented": True}).status_code == status
        assert other.post(f"{path}/redemption-day").status_code == status


@pytest.mark.parametrize(
    ("birth_month", "child"),
    [("2008-09", False), ("2008-10", True), ("2010-01", True), (None, False)],
)
def test_nobody_under_eighteen_is_named(birth_month: str | None, *, child: bool) -> None:
    day = date(2026, 10, 25)
    if child:
        with pytest.raises(Invalid, match="honour_of_a_child"):
            check_honour(birth_month=birth_month, today=day, honours=0)
    else:
        check_honour(birth_month=birth_month, today=day, honours=0)
