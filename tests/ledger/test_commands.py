"""The commands tell a good book from a bad one, in words and by their exit code."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import create_engine, text

from app import create_app
from app.extensions import db
from app.ledger import service
from app.web.transaction import run_in_transaction
from tests.conftest import settings_for
from tests.ledger.books import OCTOBER, VILLAGE, open_book, post


def _run(app: Flask, *arguments: str) -> Result:
    db.session.remove()
    return app.test_cli_runner().invoke(args=["ledger", *arguments])


def _close() -> None:
    run_in_transaction(lambda: service.close_period(VILLAGE, month=OCTOBER))


def test_check_of_good_books(each_app: Flask) -> None:
    open_book()
    post("budget → pending1 20")
    _close()
    for arguments in ((), ("--village", "luxi")):
        done = _run(each_app, "check", *arguments)
        assert (done.exit_code, done.stdout) == (0, "1 book: every pass is silent.\n")
        # No progress bar where nobody watches.
        assert done.stderr == ""


def test_check_of_a_bad_book(each_app: Flask) -> None:
    open_book()
    post("budget → pending1 20")
    run_in_transaction(
        lambda: db.session.execute(
            text("UPDATE ledger_balance SET balance = 25 WHERE balance = 20")
        )
    )
    done = _run(each_app, "check")
    assert done.exit_code == 1
    assert "luxi: balances equal fold: account" in done.stdout
    assert "holds 25, its transfers give 20" in done.stdout
    assert "1 finding in 1 book" in done.stderr


def test_the_report_of_a_check(each_app: Flask, tmp_path: Path) -> None:
    open_book()
    good = _run(each_app, "check", "--json", "-")
    assert (good.exit_code, good.stderr) == (0, "")
    silent = json.loads(good.stdout)
    assert (silent["holds"], silent["villages"], silent["findings"]) == (True, ["luxi"], [])
    assert {"zero_sums", "witnesses_agree", "rows_in_books"} <= set(silent["passes"])
    run_in_transaction(lambda: db.session.execute(text("UPDATE ledger_balance SET balance = 999")))
    budget = db.session.scalar(text("SELECT account_id FROM ledger_balance"))
    bad = _run(each_app, "check", "--village", "luxi", "--json", str(tmp_path / "report.json"))
    assert (bad.exit_code, bad.stdout.count("luxi: balances equal fold")) == (1, 1)
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["holds"] is False
    # That pass is over what is in no village's book.
    assert set(silent["passes"]) - set(report["passes"]) == {"rows_in_books"}
    assert report["findings"] == [
        {
            "pass": "balances_equal_fold",
            "village": "luxi",
            "table": "ledger_balance",
            "row": str(budget),
            "detail": f"account {budget} holds 999, its transfers give 1000",
        }
    ]


def test_a_check_that_cannot_be_made_is_neither_good_nor_bad(app: Flask) -> None:
    open_book()
    db.session.execute(text("ALTER TABLE ledger_seal RENAME TO somewhere_else"))
    db.session.commit()
    done = _run(app, "check")
    assert (done.exit_code, "the books cannot be read" in done.stderr) == (2, True)


def test_progress_is_shown_on_a_terminal(sqlite_url: str) -> None:
    """A terminal of its own for standard error alone, as when the report is piped away."""
    watched, terminal = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "ledger", "check"],
        env=os.environ | {"DATABASE_URL": sqlite_url},
        stdout=subprocess.PIPE,
        stderr=terminal,
        check=False,
    )
    os.close(terminal)
    shown = os.read(watched, 10_000)
    os.close(watched)
    assert (done.returncode, done.stdout) == (0, b"0 books: every pass is silent.\n")
    assert b"100%" in shown


def test_check_of_a_village_that_is_not_there(app: Flask) -> None:
    done = _run(app, "check", "--village", "nowhere")
    assert done.exit_code == 2
    assert "nowhere" in done.stderr


def test_verify_a_seal(each_app: Flask) -> None:
    open_book()
    arguments = ("verify-seal", "--village", "luxi", "--month", "2026-10")
    still_open = _run(each_app, *arguments)
    assert (still_open.exit_code, "still open" in still_open.stderr) == (1, True)
    _close()
    sealed = _run(each_app, *arguments)
    assert (sealed.exit_code, "The rows give this seal" in sealed.stdout) == (0, True)


def test_verify_a_seal_over_changed_rows(app: Flask) -> None:
    open_book()
    _close()
    db.session.execute(text("DROP TRIGGER ledger_entry_no_update"))
    db.session.execute(text("UPDATE ledger_entry SET actor_id = 9"))
    db.session.commit()
    done = _run(app, "verify-seal", "--village", "luxi", "--month", "2026-10")
    assert done.exit_code == 1
    assert "the rows do not give this seal: entries_root, digest" in done.stderr


def test_record_heads(each_app: Flask) -> None:
    assert _run(each_app, "record-heads").stdout == ""
    open_book()
    done = _run(each_app, "record-heads")
    assert done.exit_code == 0
    assert re.fullmatch(r"luxi: entries 1, root [0-9a-f]{64}, digest [0-9a-f]{64}\n", done.stdout)
    assert _run(each_app, "record-heads").stdout == done.stdout


@pytest.mark.parametrize("month", ["2026-13", "2027-01", "October"])
def test_verify_the_seal_of_a_month_that_is_not_there(app: Flask, month: str) -> None:
    open_book()
    done = _run(app, "verify-seal", "--village", "luxi", "--month", month)
    assert done.exit_code == 2
    assert month in done.stderr


def test_grant(postgres_url: str) -> None:
    app = create_app(settings_for(postgres_url))
    with app.app_context():
        unknown = _run(app, "grant", "nobody_of_that_name")
        assert (unknown.exit_code, "no role" in unknown.stderr) == (2, True)
        db.engine.dispose()
    owner = create_engine(postgres_url)
    with owner.begin() as connection:
        connection.execute(text('CREATE ROLE "clerk; of books"'))
    with app.app_context():
        assert _run(app, "grant", "clerk; of books").exit_code == 0
        db.engine.dispose()
    with owner.begin() as connection:
        rights = connection.scalars(
            text(
                "SELECT privilege_type FROM information_schema.role_table_grants"
                " WHERE grantee = 'clerk; of books' AND table_name = 'ledger_entry'"
            )
        ).all()
        assert set(rights) == {"SELECT", "INSERT"}
        connection.execute(text('DROP OWNED BY "clerk; of books"'))
        connection.execute(text('DROP ROLE "clerk; of books"'))
    owner.dispose()


def test_grant_on_sqlite_has_nobody_to_grant_to(app: Flask) -> None:
    done = _run(app, "grant", "anybody")
    assert (done.exit_code, "SQLite has no roles" in done.stderr) == (2, True)
