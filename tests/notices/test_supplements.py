"""A notice stays as it hangs; what is corrected or answered later is told by supplements."""

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import text

from app.extensions import db
from app.identity.access import SESSION_COOKIE
from app.identity.domain import Role
from app.kit import clock
from app.kit.errors import Conflict
from app.notices import queries, service
from app.notices.domain import Decision, NoticePeriod
from app.notices.models import Notice, Supplement
from app.people import service as people
from app.rulebook import service as rulebook
from app.web.transaction import run_in_transaction
from tests.notices.months import CLOSING_DAY, MonthOfVillage, at, make_month
from tests.printing.paper import codes_by_page, outside, overlapping, read_pages
from tests.support.clients import ApiClient, PageClient
from tests.support.live_server import serve
from tests.support.page_checks import page_faults
from tests.support.ring import Fight, wait_for_the_other
from tests.support.wording import words

Clients = Callable[[str | None], PageClient]
NUMBER = "露溪村积分公示〔2026〕第1号"
DAY = date(2026, 10, 28)


def _corrected_month() -> tuple[MonthOfVillage, Notice]:
    """0001 earned 2 on 5 and 2 on 12 October; an objection takes the first back on the 28th, and
    a second objection is answered without a correction.
    """
    month = make_month()
    notice = month.publish(month.close())
    with clock.stopped_at(at(DAY)):
        for statement, decision in (
            ("那天他没有来。", Decision.UPHELD),
            ("登的队不对。", Decision.REJECTED),
        ):
            objection = month.object(notice, statement)
            award_ids: tuple[int, ...] = ()
            if decision is Decision.UPHELD:
                choices = queries.award_choices(notice, "1")
                award_ids = tuple(
                    each.award_id for each in choices if each.occurred_on == date(2026, 10, 5)
                )
            run_in_transaction(
                partial(
                    service.decide_objection,
                    village_id=month.id,
                    objection_id=objection.id,
                    decision=decision,
                    answer="核对过名单",
                    award_ids=award_ids,
                    actor_id=1,
                )
            )
    return month, notice


def _supplement(month: MonthOfVillage, notice: Notice) -> Supplement:
    return run_in_transaction(
        lambda: service.publish_supplement(
            village_id=month.id,
            notice_id=notice.id,
            period=NoticePeriod.starting(clock.today(), 7),
            actor_id=1,
        )
    )


@pytest.fixture
def corrected(app: Flask) -> Iterator[tuple[MonthOfVillage, Notice]]:
    with clock.stopped_at(at(CLOSING_DAY)):
        made = _corrected_month()
    with clock.stopped_at(at(DAY)):
        yield made


def test_everything_is_told_once_and_the_notice_stays(
    corrected: tuple[MonthOfVillage, Notice],
) -> None:
    month, notice = corrected
    before = notice.pdf_sha256
    first = _supplement(month, notice)
    content = json.loads(first.content)
    assert (first.number, content["number"]) == (1, f"{NUMBER}补1")
    assert content["correction_rows"] == [
        {
            "passbook_number": "0001", "head_name": "王*强", "day": "10月5日",
            "deed": "“平安有我”消防安全宣传", "points": "-2", "corrected_on": "10月28日",
            "because": "异议1号",
        }
    ]  # fmt: skip
    assert content["correction_sum"] == "-2"
    assert [row["result"] for row in content["objection_rows"]] == [
        "属实。核对过名单",
        "不属实。核对过名单",
    ]
    with pytest.raises(Conflict, match="supplement_empty"):
        _supplement(month, notice)
    second_award = queries.award_choices(notice, "1")[0].award_id
    with clock.stopped_at(at(date(2026, 11, 5))):
        run_in_transaction(
            lambda: rulebook.reverse_award(
                award_id=second_award,
                village_id=month.id,
                actor_id=1,
                reason="李秀英说没有来",
                idempotency_key="later",
            )
        )
        second = _supplement(month, notice)
    told = json.loads(second.content)
    assert told["number"] == f"{NUMBER}补2"
    assert [row["because"] for row in told["correction_rows"]] == ["核对更正"]
    assert told["objection_rows"] == []
    assert queries.notice(month.id, notice.id).pdf_sha256 == before
    assert all(
        queries.check_supplement(notice, each).holds for each in queries.supplements(notice.id)
    )


def test_a_number_that_changes_later_changes_no_supplement(
    corrected: tuple[MonthOfVillage, Notice],
) -> None:
    month, notice = corrected
    made = _supplement(month, notice)
    run_in_transaction(
        lambda: people.update_household(
            village_id=month.id, household_id=month.heads["0001"][0], passbook_no="0777"
        )
    )
    assert queries.check_supplement(notice, made).holds


def test_a_draft_has_no_supplement(app: Flask) -> None:
    with clock.stopped_at(at(CLOSING_DAY)):
        month = make_month()
        notice = month.close()
        assert queries.to_tell(notice).count == 0
        with pytest.raises(Conflict, match="notice_not_published"):
            _supplement(month, notice)


def test_the_paper_leads_to_its_page(corrected: tuple[MonthOfVillage, Notice]) -> None:
    made = _supplement(*corrected)
    assert hashlib.sha256(made.pdf).digest() == made.pdf_sha256
    pages = read_pages(made.pdf)
    flat = "".join(page.text for page in pages).replace(" ", "").replace("\n", "")
    for told in (
        "2026年10月积分补充公示", f"{NUMBER}补1", "有3项查清、更正", "0001王*强10月5日",
        "−210月28日异议1号", "合　计−2", "异2026-10-1", "村务监督委员会", "第2页/共2页",
    ):  # fmt: skip
        assert told in flat, told
    assert "王小强" not in flat
    link = f"HTTP://LOCALHOST/N/{corrected[1].public_code}/1"
    assert codes_by_page(made.pdf, dots_per_inch=200) == [[], [link]]
    for page in pages:
        # The digest is another one each time, and two of its letters f touch.
        assert set(overlapping(page)) <= {("f", "f")}
        assert outside(page, left=28.0, right=15.5, top=36.9, bottom=14.0) == ""


def test_desk_page_and_api(
    corrected: tuple[MonthOfVillage, Notice], page_client: Clients, app: Flask
) -> None:
    month, notice = corrected
    president = page_client(month.places.token(Role.BRANCH_PRESIDENT))
    supervision = page_client(month.places.token(Role.SUPERVISION))
    desk = f"/desk/notices/{notice.id}"
    assert "张贴以后有 3 项还没有补充公示：更正1笔，答复异议2条。" in words(supervision, desk)
    assert supervision.get(f"{desk}/supplement.pdf").mimetype == "application/pdf"
    form = {"posted_from": "2026-10-28", "days": "7"}
    assert supervision.post(f"{desk}/supplements", form).status_code == 403
    assert president.post(f"{desk}/supplements", {**form, "days": "9"}).status_code == 422
    assert president.post(f"{desk}/supplements", form, key="once").status_code == 303
    assert president.post(f"{desk}/supplements", form, key="once").status_code == 303
    assert president.post(f"{desk}/supplements", form).status_code == 409
    assert president.get(f"{desk}/supplement.pdf").status_code == 409
    anybody = page_client(None)
    public = f"/n/{notice.public_code}"
    assert "补1 10月28日到11月3日公示" in words(anybody, public)
    told = words(anybody, f"{public}/1")
    assert "与账本一致" in told
    assert "王*强" in told
    pdf = anybody.get(f"/N/{notice.public_code}/1/notice.pdf").get_data()
    assert pdf == queries.supplement(notice, 1).pdf
    assert anybody.get(f"{public}/2").status_code == 404
    api = ApiClient(app, month.places.token(Role.BRANCH_PRESIDENT))
    path = f"/notices/{notice.id}/supplements"
    (listed,) = api.get(path).json or []
    check = ApiClient(app).get(f"/public/notices/{notice.public_code}/supplements/1").json or {}
    assert (check["holds"], check["digest"]) == (True, listed["digest"])
    assert api.post(path, {"posted_from": "2026-10-28", "days": 7}).status_code == 409
    stranger = ApiClient(app, month.places.token(Role.BRANCH_PRESIDENT, "shishan"))
    assert stranger.get(path).status_code == 404
    assert ApiClient(app).get(path).status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_entry SET reverses_id = NULL WHERE kind = 'reversal'",
        "UPDATE ledger_entry SET occurred_on = '2026-10-29' WHERE kind = 'reversal'",
        "UPDATE objection SET decision = 'rejected' WHERE number = 1",
    ],
)
def test_a_changed_row_shows(corrected: tuple[MonthOfVillage, Notice], change: str) -> None:
    made = _supplement(*corrected)
    db.session.execute(text("DROP TRIGGER ledger_entry_no_update"))
    db.session.execute(text(change))
    db.session.commit()
    assert not queries.check_supplement(corrected[1], made).holds


def _publish(_number: int, month: MonthOfVillage, notice_id: int) -> list[object]:
    wait_for_the_other()
    with clock.stopped_at(at(DAY)):
        try:
            return [_supplement(month, queries.notice(month.id, notice_id)).number]
        except Conflict as refusal:
            return [refusal.code]


def test_two_presidents_tell_it_once(each_app: Flask, fight: Fight) -> None:
    with clock.stopped_at(at(CLOSING_DAY)):
        month, notice = _corrected_month()
    outcomes = fight(_publish, month, notice.id)
    assert sorted(map(str, (each[0] for each in outcomes))) == ["1", "supplement_empty"]


def test_pages_are_fit_for_old_eyes(
    corrected: tuple[MonthOfVillage, Notice], app: Flask, phone: Page
) -> None:
    month, notice = corrected
    token = month.places.token(Role.BRANCH_PRESIDENT)
    with serve(lambda _address: app) as address:
        phone.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
        phone.goto(f"{address}/desk/notices/{notice.id}")
        assert page_faults(phone) == []
        _supplement(month, notice)
        for path in ("", "/1"):
            phone.goto(f"{address}/n/{notice.public_code}{path}")
            assert page_faults(phone) == [], path
