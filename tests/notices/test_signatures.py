"""Who has signed the paper on the board, and what is said when the month's end drags."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page

from app.identity.access import SESSION_COOKIE
from app.identity.domain import Role
from app.kit import clock
from app.notices import queries
from app.notices.domain import SignaturePart, missing_signatures
from app.notices.models import Notice
from tests.notices.months import CLOSING_DAY, OCTOBER, MonthOfVillage, at, make_month
from tests.support.clients import ApiClient, PageClient
from tests.support.live_server import serve
from tests.support.page_checks import page_faults
from tests.support.wording import words

Clients = Callable[[str | None], PageClient]
_SIGNED = [
    ("preparer", "王文书"),
    ("review", "李一"),
    ("review", "李二"),
    ("review", "李三"),
    ("supervision", "赵监督"),
    ("secretary", "钱书记"),
    ("committee", "村民委员会"),
]


@pytest.fixture
def month(app: Flask) -> Iterator[MonthOfVillage]:
    with clock.stopped_at(at(CLOSING_DAY)):
        yield make_month()


@pytest.fixture
def notice(month: MonthOfVillage) -> Notice:
    """Hangs from the 26th on."""
    return month.publish(month.close())


def test_signatures_are_noted_until_nobody_is_missing(
    month: MonthOfVillage, notice: Notice, page_client: Clients
) -> None:
    president = page_client(month.places.token(Role.BRANCH_PRESIDENT))
    desk = f"/desk/notices/{notice.id}"
    assert "还差：制表人、评议小组3人、村务监督委员会" in words(president, desk)
    for part, name in _SIGNED:
        form = {"part": part, "name": name, "signed_on": "2026-10-25"}
        assert president.post(f"{desk}/signatures", form).status_code == 303
    assert "签字齐了" in words(president, desk)
    third = next(each for each in queries.signatures(notice.id) if each.name == "李三")
    president.post(f"{desk}/signatures/{third.id}/remove")
    assert "还差：评议小组" in words(president, desk)
    # The same person does not count twice.
    again = {"part": "review", "name": "李 一", "signed_on": "2026-10-25"}
    president.post(f"{desk}/signatures", again)
    assert "还差：评议小组" in words(president, desk)
    supervision = page_client(month.places.token(Role.SUPERVISION))
    assert "赵监督" in words(supervision, desk)
    assert "记一个签字" not in words(supervision, desk)
    assert supervision.post(f"{desk}/signatures", again).status_code == 403


def test_who_signs_what_and_when_is_checked(
    month: MonthOfVillage, page_client: Clients, app: Flask
) -> None:
    draft = month.close()
    president = page_client(month.places.token(Role.BRANCH_PRESIDENT))
    api = ApiClient(app, month.places.token(Role.BRANCH_PRESIDENT))
    good = {"part": "preparer", "name": "王文书", "signed_on": "2026-10-25"}
    path = f"/notices/{draft.id}/signatures"
    assert api.post(path, good).get_json()["error"]["code"] == "notice_not_published"
    month.publish(draft)
    tomorrow = {**good, "signed_on": "2026-10-26"}
    assert api.post(path, tomorrow).get_json()["error"]["code"] == "signature_day_bad"
    page = president.post(f"/desk{path}", tomorrow)
    assert page.status_code == 422
    assert "签字的日子要在 2026年10月25日 到 2026年10月25日 之间" in page.text
    with clock.stopped_at(at(date(2026, 10, 28))):
        # The paper was printed and signed before it hung, and is noted down later.
        later = ApiClient(app, month.places.token(Role.BRANCH_PRESIDENT))
        assert later.post(path, {**good, "name": "先签"}).status_code == 201
        before = later.post(path, {**good, "signed_on": "2026-10-24"})
        assert before.get_json()["error"]["code"] == "signature_day_bad"
    for wrong in ({**good, "part": "mayor"}, {**good, "name": " "}, {**good, "name": "王\u202e"}):
        assert api.post(path, wrong).status_code == 422
        assert president.post(f"/desk{path}", wrong).status_code == 422
    first, again = api.post(path, good), api.post(path, good)
    assert (first.status_code, again.get_json()) == (201, first.get_json())
    elsewhere = ApiClient(app, month.places.token(Role.BRANCH_PRESIDENT, "shishan"))
    assert elsewhere.post(path, good).status_code == 404
    with clock.stopped_at(at(date(2026, 11, 2))):
        month.settle(draft)
        api = ApiClient(app, month.places.token(Role.BRANCH_PRESIDENT))
        late = api.post(path, {**good, "name": "后来"})
        assert late.get_json()["error"]["code"] == "notice_settled"
        removal = f"{path}/{first.get_json()['id']}/removal"
        assert api.post(removal).get_json()["error"]["code"] == "notice_settled"
    assert [each["name"] for each in api.get(path).get_json()] == ["先签", "王文书"]


def test_what_is_missing_is_counted_by_part() -> None:
    parts = [SignaturePart(part) for part, _ in _SIGNED]
    assert missing_signatures(parts) == {}
    assert missing_signatures(parts[2:]) == {SignaturePart.PREPARER: 1, SignaturePart.REVIEW: 1}
    assert missing_signatures([])[SignaturePart.REVIEW] == 3


@pytest.mark.parametrize(
    ("state", "last_day", "row"),
    [
        ("open", OCTOBER.last_day, "2026年10月该结账了"),
        ("closed", CLOSING_DAY + timedelta(days=5), "2026年10月公示待张贴"),
        ("objection", date(2026, 10, 26) + timedelta(days=7), "异议待答复"),
        ("posted", date(2026, 11, 1) + timedelta(days=5), "2026年10月积分待结算"),
    ],
)
def test_supervision_is_told_how_long_something_is_overdue(
    month: MonthOfVillage, page_client: Clients, state: str, last_day: date, row: str
) -> None:
    if state != "open":
        found = month.close()
        if state != "closed":
            month.publish(found)
        if state == "objection":
            with clock.stopped_at(at(date(2026, 10, 26))):
                month.object(found)
    for role in (Role.SUPERVISION, Role.BRANCH_PRESIDENT):
        with clock.stopped_at(at(last_day)):
            said = words(page_client(month.places.token(role)), "/desk")
            assert row in said
            assert "超期" not in said
        with clock.stopped_at(at(last_day + timedelta(days=3))):
            said = words(page_client(month.places.token(role)), "/desk")
            assert "已超期3天" in said
            assert "有1件事过了期限" in said


def test_the_desk_is_fit_for_old_eyes(
    app: Flask, month: MonthOfVillage, notice: Notice, phone: Page
) -> None:
    signed = {"part": "review", "name": "李一", "signed_on": "2026-10-25"}
    with serve(lambda _address: app) as address, clock.stopped_at(at(date(2026, 11, 20))):
        token = month.places.token(Role.BRANCH_PRESIDENT)
        ApiClient(app, token).post(f"/notices/{notice.id}/signatures", signed)
        phone.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
        for path, said in ((f"/desk/notices/{notice.id}", "拿掉李一"), ("/desk", "已超期14天")):
            phone.goto(address + path)
            for summary in phone.locator("summary").all():
                summary.click()
            assert said in phone.inner_text("main")
            assert page_faults(phone) == [], path
