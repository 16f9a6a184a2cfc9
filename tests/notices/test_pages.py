"""The month's end through pages and API: who may, what they see, and what a retry does."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date

import pytest
from flask import Flask

from app.extensions import db
from app.identity.domain import Role
from app.kit import clock
from app.notices import queries
from app.notices.models import Notice
from app.people import service as people
from app.people.domain.persons import Person
from app.printing.payloads import NoticePrint
from app.printing.reading import read_payload
from app.web.transaction import run_in_transaction
from tests.notices.months import CLOSING_DAY, MonthOfVillage, at, make_month
from tests.printing.paper import read_pages
from tests.support.clients import ApiClient, PageClient

Clients = Callable[[str | None], PageClient]


@pytest.fixture
def month(app: Flask) -> Iterator[MonthOfVillage]:
    with clock.stopped_at(at(CLOSING_DAY)):
        yield make_month()


@pytest.fixture
def president(month: MonthOfVillage, page_client: Clients) -> PageClient:
    return page_client(month.places.token(Role.BRANCH_PRESIDENT))


def test_a_month_through_the_pages(
    month: MonthOfVillage, president: PageClient, page_client: Clients
) -> None:
    assert "结2026年10月的账" in president.get("/desk/notices").get_data(as_text=True)
    closed = president.post("/desk/notices", {"month": "2026-10"}, key="close")
    assert closed.status_code == 303
    again = president.post("/desk/notices", {"month": "2026-10"}, key="close")
    assert again.headers["Location"] == closed.headers["Location"]
    desk = closed.headers["Location"]
    assert "草稿" in president.get(desk).get_data(as_text=True)
    draft = president.get(f"{desk}/draft.pdf")
    assert draft.mimetype == "application/pdf"
    refused = president.post(f"{desk}/publish", {"posted_from": "2026-10-26", "days": "9"})
    assert refused.status_code == 422
    assert "公示期要3到7天" in refused.get_data(as_text=True)
    # With a first day in the past nobody could object, and the points would be free at once.
    refused = president.post(f"{desk}/publish", {"posted_from": "2026-10-01", "days": "7"})
    assert refused.status_code == 422
    assert "张贴的第一天要在 2026年10月25日 到 2026年11月8日 之间" in refused.get_data(as_text=True)
    assert (
        president.post(f"{desk}/publish", {"posted_from": "2026-10-26", "days": "7"}).status_code
        == 303
    )
    notice = queries.notices(month.id)[0]
    with clock.stopped_at(at(date(2026, 10, 27))):
        _read_and_object(page_client(None), notice)
    _enlarged_is_what_was_frozen(month, president, notice)
    (objection,) = queries.objections(notice.id)
    page = president.get(f"/desk/objections/{objection.id}?passbook=0001").get_data(as_text=True)
    assert "10月5日" in page
    award_id = queries.award_choices(notice, "0001")[0].award_id
    decided = president.post(
        f"/desk/objections/{objection.id}",
        {"decision": "upheld", "answer": "已核实。", "award_ids": [str(award_id)]},
    )
    assert decided.status_code == 303
    early = president.post(f"{desk}/settle")
    assert early.status_code == 409
    assert "公示要贴到2026年11月1日" in early.get_data(as_text=True)
    with clock.stopped_at(at(date(2026, 11, 2))):
        president = page_client(month.places.token(Role.BRANCH_PRESIDENT))
        assert president.post(f"{desk}/settle").status_code == 303
        assert "已结算" in president.get(desk).get_data(as_text=True)


def _enlarged_is_what_was_frozen(
    month: MonthOfVillage, president: PageClient, notice: Notice
) -> None:
    before = read_payload(NoticePrint, notice.content or "")
    assert json.dumps(asdict(before), ensure_ascii=False, default=str) == notice.content
    # What was frozen goes on the larger sheet too, whatever the register says meanwhile.
    passbook_no, (_, member_id) = next(iter(month.heads.items()))
    person = Person("改了名")
    run_in_transaction(
        lambda: people.update_member(village_id=month.id, member_id=member_id, person=person)
    )
    sheets = read_pages(president.get(f"/desk/notices/{notice.id}/a3.pdf").data)
    assert {round(sheet.width) for sheet in sheets} == {297}
    rows = {row.passbook_number: row.head_name for row in before.household_rows}
    assert rows[passbook_no] == "王*强"
    assert "王*强" in "".join(sheet.text for sheet in sheets)


def _read_and_object(villager: PageClient, notice: Notice) -> None:
    """Somebody with a phone reads the published notice and objects, twice by accident."""
    public = villager.get(f"/n/{notice.public_code}").get_data(as_text=True)
    assert "与账本一致" in public
    assert "王*强" in public
    assert "王小强" not in public
    assert villager.get(f"/n/{notice.public_code}/notice.pdf").data == notice.pdf
    received = villager.post(
        f"/n/{notice.public_code}/objection", {"statement": "10月5日他没有来"}, key="o"
    )
    assert "异议已收到，编号 1" in received.get_data(as_text=True)
    villager.post(f"/n/{notice.public_code}/objection", {"statement": "10月5日他没有来"}, key="o")
    missing = villager.post(f"/n/{notice.public_code}/objection", {"passbook_number": "1"})
    assert missing.status_code == 422
    assert 'value="1"' in missing.get_data(as_text=True)


def test_who_may_close_and_settle(month: MonthOfVillage, page_client: Clients) -> None:
    assert page_client(None).get("/desk/notices").status_code == 401
    for role in (Role.ORGANISER, Role.CLERK, Role.GRID_WORKER):
        browser = page_client(month.places.token(role))
        assert browser.get("/desk/notices").status_code == 403
        assert browser.post("/desk/notices", {"month": "2026-10"}).status_code == 403
    supervision = page_client(month.places.token(Role.SUPERVISION))
    assert supervision.get("/desk/notices").status_code == 200
    assert supervision.post("/desk/notices", {"month": "2026-10"}).status_code == 403
    month.close()
    notice = queries.notices(month.id)[0]
    elsewhere = page_client(month.places.token(Role.BRANCH_PRESIDENT, "shishan"))
    assert elsewhere.get(f"/desk/notices/{notice.id}").status_code == 404
    assert (
        elsewhere.post(
            f"/desk/notices/{notice.id}/publish", {"posted_from": "2026-10-26", "days": "7"}
        ).status_code
        == 404
    )


def test_a_draft_is_nobody_elses_business(month: MonthOfVillage, page_client: Clients) -> None:
    notice = month.close()
    for path in ("", "/notice.pdf", "/objection"):
        assert page_client(None).get(f"/n/{notice.public_code}{path}").status_code == 404
    assert page_client(None).get("/n/NONSENSE").status_code == 404


def test_the_same_through_the_api(month: MonthOfVillage, app: Flask) -> None:
    api = ApiClient(app, month.places.token(Role.BRANCH_PRESIDENT))
    assert ApiClient(app).get("/notices").status_code == 401
    closed = api.post("/notices", {"month": "2026-10"}, key="c")
    assert closed.status_code == 201
    assert closed.json is not None
    path = f"/notices/{closed.json['id']}"
    bad = api.post("/notices", {"month": "October"})
    assert bad.status_code == 422
    assert bad.json is not None
    assert bad.json["error"]["code"] == "invalid_input"
    published = api.post(f"{path}/publication", {"posted_from": "2026-10-26"}, key="p")
    assert published.json is not None
    assert (published.json["state"], published.json["posted_to"]) == ("published", "2026-11-01")
    again = api.post(f"{path}/publication", {"posted_from": "2026-10-26"}, key="p2")
    assert again.status_code == 409
    code = published.json["public_code"]
    verified = ApiClient(app).get(f"/public/notices/{code}")
    assert verified.json is not None
    assert verified.json["holds"] is True
    with clock.stopped_at(at(date(2026, 10, 27))):
        filed = ApiClient(app).post(
            f"/public/notices/{code}/objections", {"statement": "不对"}, key="o"
        )
        assert (filed.status_code, filed.json and filed.json["number"]) == (201, 1)
        api = ApiClient(app, month.places.token(Role.BRANCH_PRESIDENT))
        listed = api.get(f"{path}/objections")
        assert listed.json is not None
        decided = api.post(
            f"/objections/{listed.json[0]['id']}/decision",
            {"decision": "rejected", "answer": "已核实。"},
        )
        assert decided.json is not None
        assert decided.json["decision"] == "rejected"
    with clock.stopped_at(at(date(2026, 11, 2))):
        api = ApiClient(app, month.places.token(Role.BRANCH_PRESIDENT))
        assert api.post(f"{path}/settlement").status_code == 200


def test_a_tampered_book_is_said_to_differ(
    month: MonthOfVillage, page_client: Clients, app: Flask
) -> None:
    notice = month.publish(month.close())
    connection = db.engine.raw_connection()
    cursor = connection.cursor()
    cursor.execute("DROP TRIGGER ledger_entry_no_update")
    cursor.execute("UPDATE ledger_entry SET memo = 'x' WHERE kind = 'award'")
    connection.close()
    page = page_client(None).get(f"/n/{notice.public_code}")
    assert page.status_code == 200
    assert "与账本不一致" in page.get_data(as_text=True)
