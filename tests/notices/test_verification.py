"""What anybody finds who holds the paper against the ledger."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import text

from app.extensions import db
from app.identity.domain import Role
from app.kit import clock
from app.kit.points import parse_tenths
from app.ledger import queries as books
from app.ledger.domain.canonical import printed_digest
from app.ledger.domain.drafts import EntryKind
from app.notices.models import Notice
from tests.factories.people import member_token
from tests.notices.months import CLOSING_DAY, MonthOfVillage, at, make_month
from tests.support.clients import ApiClient, PageClient
from tests.support.live_server import serve
from tests.support.page_checks import page_faults
from tests.support.verifier import run_verifier
from tests.support.wording import words

Clients = Callable[[str | None], PageClient]
_PENDING_OF_0001 = (
    "SELECT account.id FROM ledger_account account JOIN household ON household.id = owner_id"
    " WHERE passbook_no = '0001' AND purpose = 10"
)


@pytest.fixture
def month(app: Flask) -> Iterator[MonthOfVillage]:
    with clock.stopped_at(at(CLOSING_DAY)):
        yield make_month()


@pytest.fixture
def notice(month: MonthOfVillage) -> Notice:
    return month.publish(month.close())


@pytest.fixture
def digest(notice: Notice) -> str:
    """As it is printed."""
    return printed_digest(bytes.fromhex(json.loads(notice.content or "")["verification"]["digest"]))


def test_every_household_proves_its_line(
    month: MonthOfVillage,
    notice: Notice,
    digest: str,
    app: Flask,
    page_client: Clients,
    tmp_path: Path,
) -> None:
    """0001 ends with 4 points, 0002 with 2, 0003 with none, and has nothing to prove."""
    page = f"/n/{notice.public_code}"
    token = month.places.token(Role.SUPERVISION)
    office, api = page_client(token), ApiClient(app, token)
    assert "与账本一致" in words(page_client(None), page)
    for number, closing in (("0001", 40), ("2", 20)):
        said = words(office, f"{page}?passbook={number}")
        assert "这一户的数，纸上和账上相同" in said
        assert f"待公示{closing // 10}分" in said
        file = office.get(f"{page}/proof.json?passbook={number}")
        assert file.headers["Content-Disposition"].startswith("attachment; filename=proof-2026-10-")
        done = run_verifier(tmp_path, file.text, digest)
        assert (done.returncode, done.stderr) == (0, "")
        assert f"closing balance: {closing}\n" in done.stdout
        assert "purpose: 20" not in done.stdout
        line = ApiClient(app).get(f"/public/notices/{notice.public_code}/households/{number}")
        assert line.get_json()["holds"] is True
        assert parse_tenths(line.get_json()["on_paper"]["closing"]) == closing
        proof = api.get(f"/notices/{notice.public_code}/households/{number}/proof")
        assert proof.get_json()["proofs"] == json.loads(file.text)
    assert "这一户到月底没有积分" in words(office, f"{page}?passbook=0003")
    for number in ("0003", "9999", ""):
        assert office.get(f"{page}/proof.json?passbook={number}").status_code == 404
    said = words(page_client(None), f"{page}?passbook=9999")
    assert "公示上没有这个存折号" in said
    assert "与账本一致" in said


def test_a_proof_is_for_its_household(
    month: MonthOfVillage, notice: Notice, app: Flask, page_client: Clients
) -> None:
    """Beside its record it shows the hash of a neighbour's, which could be found by trying."""
    page = f"/n/{notice.public_code}"
    stranger = page_client(None)
    said = words(stranger, f"{page}?passbook=0001")
    assert "本户登录以后可以在这里下载" in said
    assert "待公示4分" not in said
    assert stranger.get(f"{page}/proof.json?passbook=0001").status_code == 401
    own = page_client(member_token(month.id, month.heads["0001"][1], "王小强"))
    assert "下载证明" in words(own, f"{page}?passbook=1")
    assert own.get(f"{page}/proof.json?passbook=1").status_code == 200
    assert "下载证明" not in words(own, f"{page}?passbook=0002")
    assert own.get(f"{page}/proof.json?passbook=0002").status_code == 404
    elsewhere = month.places.token(Role.BRANCH_PRESIDENT, "shishan")
    assert "下载证明" not in words(page_client(elsewhere), f"{page}?passbook=0001")
    path = f"/notices/{notice.public_code}/households/0001/proof"
    assert ApiClient(app, elsewhere).get(path).status_code == 404
    assert ApiClient(app).get(path).status_code == 401


def test_a_draft_is_nobodys_to_verify(month: MonthOfVillage, page_client: Clients) -> None:
    draft = month.close()
    supervision = page_client(month.places.token(Role.SUPERVISION))
    for path in ("", "/proof.json?passbook=0001"):
        assert supervision.get(f"/n/{draft.public_code}{path}").status_code == 404


def test_a_sealed_row_that_was_changed_is_named(
    month: MonthOfVillage,
    notice: Notice,
    digest: str,
    app: Flask,
    page_client: Clients,
    tmp_path: Path,
) -> None:
    """The award of 0002, the last one, is raised from 2 points to 9."""
    entry_id = max(books.entry_ids(notice.village_id, notice.period_id, {EntryKind.AWARD}))
    _tamper(f"UPDATE ledger_transfer SET amount = 90 WHERE entry_id = {entry_id} AND unit_id = 1")
    reader, page = page_client(None), f"/n/{notice.public_code}"
    said = words(reader, page)
    assert "与账本不一致" in said
    assert f"凭证 {entry_id} ：封账以后被改过" in said
    found = ApiClient(app).get(f"/public/notices/{notice.public_code}").get_json()
    assert found["holds"] is False
    assert found["altered_entries"] == [{"entry_id": str(entry_id), "what": "was changed"}]
    gaps = {
        (gap["passbook_number"], gap["figure"]): (gap["on_paper"], gap["in_ledger"])
        for gap in found["gaps"]
    }
    assert gaps == {
        ("", "added"): ("6", "13"),
        ("", "closing"): ("6", "13"),
        ("0002", "added"): ("2", "9"),
        ("0002", "closing"): ("2", "9"),
    }
    assert "这一户的数，纸上和账上不同" in words(reader, f"{page}?passbook=0002")
    office = page_client(month.places.token(Role.SUPERVISION))
    done = run_verifier(tmp_path, office.get(f"{page}/proof.json?passbook=0002").text, digest)
    assert done.returncode == 1


def test_a_closing_balance_that_was_changed_names_its_household(
    notice: Notice, page_client: Clients
) -> None:
    _tamper(f"UPDATE ledger_closing SET balance = 50 WHERE account_id IN ({_PENDING_OF_0001})")
    said = words(page_client(None), f"/n/{notice.public_code}")
    assert "与账本不一致" in said
    assert "存折号 0001 ：期末数和凭证算出来的不同" in said


def test_a_paper_that_says_otherwise_is_found(notice: Notice, page_client: Clients) -> None:
    """The frozen content is changed behind the ledger's back."""
    content = json.loads(notice.content or "")
    assert content["household_rows"][0]["passbook_number"] == "0001"
    content["household_rows"][0]["sums"]["closing"] = "40"
    db.session.execute(
        text("UPDATE notice SET content = :content"), {"content": json.dumps(content)}
    )
    db.session.commit()
    said = words(page_client(None), f"/n/{notice.public_code}")
    assert "与账本不一致" in said
    assert "0001 本月结余 40 4" in said


def test_the_pages_are_fit_for_old_eyes(app: Flask, notice: Notice, phone: Page) -> None:
    page = f"/n/{notice.public_code}"
    with serve(lambda _address: app) as address:
        phone.goto(f"{address}{page}?passbook=0001")
        assert page_faults(phone) == []
        _tamper("UPDATE ledger_transfer SET amount = 90 WHERE unit_id = 1")
        phone.goto(f"{address}{page}?passbook=0002")
        assert page_faults(phone) == []


def _tamper(statement: str) -> None:
    """As whoever owns the database could."""
    triggers = db.session.scalars(
        text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    ).all()
    for name in triggers:
        db.session.execute(text(f"DROP TRIGGER {name}"))
    db.session.execute(text(statement))
    db.session.commit()
