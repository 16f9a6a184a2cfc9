"""What anybody finds who holds the paper against the ledger."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import text

from app.extensions import db
from app.identity.domain import Role
from app.kit import clock
from app.kit.points import parse_tenths
from app.ledger import queries as books
from app.ledger.domain.accounts import (
    household_pending,
    household_spendable,
    member_standing,
)
from app.ledger.domain.canonical import BalanceRow, balance_bytes, printed_digest
from app.ledger.domain.drafts import EntryKind
from app.ledger.domain.merkle import leaf_hash
from app.ledger.domain.sealing import prove_owner
from app.notices.models import Notice
from app.people import service as people
from app.web.transaction import run_in_transaction
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
    anybody, api = page_client(None), ApiClient(app)
    assert "与账本一致" in words(anybody, page)
    for number, closing in (("0001", 40), ("2", 20)):
        said = words(anybody, f"{page}?passbook={number}")
        assert "这一户的数，纸上和账上相同" in said
        assert f"待公示{closing // 10}分" in said
        file = anybody.get(f"{page}/proof.json?passbook={number}")
        assert file.headers["Content-Disposition"].startswith("attachment; filename=proof-2026-10-")
        done = run_verifier(tmp_path, file.text, digest)
        assert (done.returncode, done.stderr) == (0, "")
        assert f"closing balance: {closing}\n" in done.stdout
        assert "purpose: 20" not in done.stdout
        line = api.get(f"/public/notices/{notice.public_code}/households/{number}")
        assert line.get_json()["holds"] is True
        assert parse_tenths(line.get_json()["on_paper"]["closing"]) == closing
        proof = api.get(f"/public/notices/{notice.public_code}/households/{number}/proof")
        assert proof.get_json()["proofs"] == json.loads(file.text)
    assert "这一户到月底没有积分" in words(anybody, f"{page}?passbook=0003")
    for number in ("0003", "9999", ""):
        assert anybody.get(f"{page}/proof.json?passbook={number}").status_code == 404
    said = words(anybody, f"{page}?passbook=9999")
    assert "公示上没有这个存折号" in said
    assert "与账本一致" in said


def test_a_proof_gives_no_neighbour_away(month: MonthOfVillage, notice: Notice, app: Flask) -> None:
    """Beside its record a path shows the hashes of others: their numbers are found by trying them,
    unless they are blinded, as they were not in months before.
    """
    path = f"/public/notices/{notice.public_code}/households"
    for number in ("0001", "0002"):
        proofs = ApiClient(app).get(f"{path}/{number}/proof").get_json()["proofs"]
        assert not _found_by_trying(month, proofs)
    _tamper("UPDATE ledger_seal SET secret = NULL")
    computed = books.compute_seal(month.id, notice.period_id)
    owners = [household_id for household_id, _ in month.heads.values()]
    proofs = [proof.document() for owner in owners for proof in prove_owner(computed, owner)]
    assert _found_by_trying(month, proofs)
    refused = ApiClient(app).get(f"{path}/0001/proof")
    assert refused.status_code == 409
    assert refused.get_json()["error"]["code"] == "proof_at_office"


def _found_by_trying(month: MonthOfVillage, proofs: list[dict[str, Any]]) -> bool:
    """Whether a hash on one of the paths is that of somebody's points or score."""
    beside = {each for proof in proofs for each in proof["path"]}
    accounts = [
        make(month.id, owner_id)
        for household_id, member_id in month.heads.values()
        for make, owner_id in (
            (household_pending, household_id),
            (household_spendable, household_id),
            (member_standing, member_id),
        )
    ]
    return any(
        leaf_hash(balance_bytes(BalanceRow(account, amount), 1, None)).hex() in beside
        for account in accounts
        for amount in range(-100, 100)
    )


def test_numbers_that_change_later_leave_the_paper_as_it_is(
    month: MonthOfVillage, notice: Notice, app: Flask
) -> None:
    """0001 becomes 0007, and 0002 takes its number over."""
    for old, new in (("0001", "0007"), ("0002", "0001")):
        run_in_transaction(
            partial(
                people.update_household,
                village_id=month.id,
                household_id=month.heads[old][0],
                passbook_no=new,
            )
        )
    path, reader = f"/public/notices/{notice.public_code}", ApiClient(app)
    assert reader.get(path).get_json()["holds"] is True
    line = reader.get(f"{path}/households/1").get_json()
    assert (line["holds"], line["on_paper"]["closing"]) == (True, "4")
    assert reader.get(f"{path}/households/7").status_code == 404


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
    done = run_verifier(tmp_path, reader.get(f"{page}/proof.json?passbook=0002").text, digest)
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
