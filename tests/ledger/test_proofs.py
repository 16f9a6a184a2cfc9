"""A proof leads from one record to the printed digest, checked by a program that stands alone."""

import json
from pathlib import Path

import pytest
from alembic import command
from flask import Flask
from sqlalchemy import select

from app.cli.database import alembic_config
from app.extensions import db
from app.ledger import queries, service
from app.ledger.domain.canonical import printed_digest
from app.ledger.models import LedgerSeal
from app.web.transaction import run_in_transaction
from tests.ledger.books import OCTOBER, VILLAGE, open_book, post
from tests.support.verifier import run_verifier


@pytest.fixture
def printed(app: Flask) -> str:
    """The digest on the notice of a month with eight entries."""
    open_book()
    post(*(f"budget → pending{n} {n * 10}" for n in (1, 2, 3, 4, 5)))
    post("pending1 → spendable1 10; scores → member1 15", key="told")
    post("budget → pending1 7")
    header = run_in_transaction(lambda: service.close_period(VILLAGE, month=OCTOBER))
    return printed_digest(header.digest)


def _prove(app: Flask, *arguments: str) -> str:
    db.session.remove()
    done = app.test_cli_runner().invoke(
        args=["ledger", "prove", "--village", "luxi", "--month", "2026-10", *arguments]
    )
    assert done.exit_code == 0, done.stderr
    return done.stdout


def test_an_entry_is_proved(app: Flask, printed: str, tmp_path: Path) -> None:
    entry_id = queries.entry_by_key(VILLAGE, "told")
    done = run_verifier(tmp_path, _prove(app, "--entry", str(entry_id)), printed)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"entry: {entry_id}\n" in done.stdout
    assert "month: 2026-10\n" in done.stdout
    assert "key: told\n" in done.stdout
    assert "10 of unit 1 from household 1 (purpose 10) to household 1 (purpose 11)" in done.stdout


def test_what_a_household_holds_is_proved(app: Flask, printed: str, tmp_path: Path) -> None:
    proof = _prove(app, "--owner", "1")
    done = run_verifier(tmp_path, proof, printed)
    assert (done.returncode, done.stderr) == (0, "")
    # Pending, spendable and, for these tests give it the same number, a member's standing.
    assert done.stdout.count("Under the printed digest:") == len(json.loads(proof)) == 3
    assert done.stdout.count("closing balance: 10\n") == 1
    assert done.stdout.count("closing balance: 7\n") == 1
    assert done.stdout.count("closing balance: 15\n") == 1


def test_every_record_is_proved(app: Flask, printed: str, tmp_path: Path) -> None:
    for row in queries.entries(VILLAGE):
        assert run_verifier(tmp_path, _prove(app, "--entry", str(row.id)), printed).returncode == 0


@pytest.mark.parametrize("field", ["record", "seal", "path", "index"])
def test_nothing_else_is_proved(app: Flask, printed: str, tmp_path: Path, field: str) -> None:
    (proof,) = json.loads(_prove(app, "--entry", str(queries.entry_by_key(VILLAGE, "told"))))
    changed = {
        "record": proof["record"][:-1] + ("0" if proof["record"][-1] != "0" else "1"),
        "seal": proof["seal"][:-1] + ("0" if proof["seal"][-1] != "0" else "1"),
        "path": proof["path"][::-1],
        "index": proof["index"] - 1,
    }
    done = run_verifier(tmp_path, json.dumps([proof | {field: changed[field]}]), printed)
    assert (done.returncode, done.stdout) == (1, "")
    assert "NOT PROVEN" in done.stderr


def test_a_seal_is_not_a_record_and_another_digest_is_refused(
    app: Flask, printed: str, tmp_path: Path
) -> None:
    (proof,) = json.loads(_prove(app, "--entry", str(queries.entry_by_key(VILLAGE, "told"))))
    disguised = proof | {"record": proof["seal"], "index": 0, "path": []}
    assert run_verifier(tmp_path, json.dumps([disguised]), printed).returncode == 1
    for digest in ("0000 0000 0000 0000", printed[:10], ""):
        assert run_verifier(tmp_path, json.dumps([proof]), digest).returncode == 1
    assert run_verifier(tmp_path, "[]", printed).returncode == 1


@pytest.mark.parametrize("content", ["", "{}", '[{"record": "00"}]', "[[]]", "[1]"])
def test_a_broken_proof_is_answered_in_words(tmp_path: Path, content: str) -> None:
    done = run_verifier(tmp_path, content, "0" * 16)
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr


def test_the_command_says_what_it_lacks(app: Flask, printed: str) -> None:
    run = app.test_cli_runner().invoke
    month = ["ledger", "prove", "--village", "luxi", "--month", "2026-10"]
    assert "say one of --entry" in run(args=month).stderr
    assert "nothing of it" in run(args=[*month, "--entry", "5"]).stderr
    still_open = [*month[:-1], "2026-11", "--owner", "1"]
    assert "still open" in run(args=still_open).stderr


def test_the_secrets_of_sealed_months_are_never_dropped(each_app: Flask) -> None:
    open_book()
    post("budget → pending1 10")
    run_in_transaction(lambda: service.close_period(VILLAGE, month=OCTOBER))
    kept = db.session.scalars(select(LedgerSeal.secret)).all()
    db.session.remove()
    with pytest.raises(RuntimeError, match="seals of 1 months need"):
        command.downgrade(alembic_config(), "0031_release_policy")
    assert db.session.scalars(select(LedgerSeal.secret)).all() == kept
