"""Closing, sealing, and what the database itself refuses."""

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from app.extensions import db
from app.kit.errors import Conflict
from app.kit.month import Month
from app.ledger import queries, service
from app.ledger.domain.canonical import NO_DIGEST
from app.ledger.queries import checker
from app.web.transaction import run_in_transaction
from tests.ledger.books import OCTOBER, VILLAGE, open_book, post

NOVEMBER = OCTOBER.next


def _close(month: Month) -> bytes:
    return run_in_transaction(lambda: service.close_period(VILLAGE, month=month)).digest


def test_closing_seals_and_opens_the_next_month(each_app: Flask) -> None:
    open_book()
    post("budget → pending1 20")
    digest = _close(OCTOBER)
    stored, *others = queries.seals(VILLAGE)
    assert others == []
    assert (stored.digest, stored.previous_digest) == (digest, NO_DIGEST)
    assert (stored.entry_count, stored.balance_count) == (2, 3)
    open_now = queries.open_period(VILLAGE)
    assert open_now is not None
    assert (open_now.month, open_now.number) == ("2026-11", 2)
    assert _close(OCTOBER) == digest
    with pytest.raises(Conflict, match="another_month_open"):
        _close(Month(2026, 12))


def test_seals_chain_and_an_empty_month_is_sealed_too(each_app: Flask) -> None:
    open_book()
    first = _close(OCTOBER)
    second = _close(NOVEMBER)
    stored = queries.seals(VILLAGE)[1]
    assert stored.previous_digest == first
    assert (stored.entry_count, stored.first_entry_id, stored.balance_count) == (0, 0, 2)
    assert first != second
    assert checker.check() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET memo = 'x'",
        "DELETE FROM ledger_entry",
        "UPDATE ledger_transfer SET amount = amount + 1",
        "DELETE FROM ledger_transfer",
        "UPDATE ledger_seal SET entry_count = 9",
        "DELETE FROM ledger_seal",
        "UPDATE ledger_closing SET balance = 9",
        "DELETE FROM ledger_closing",
        "UPDATE ledger_account SET owner_id = 9",
        "DELETE FROM ledger_account",
        "DELETE FROM ledger_balance",
        "DELETE FROM ledger_period",
        "UPDATE ledger_period SET closed_at = NULL",
        "UPDATE ledger_period SET month = '2020-01'",
    ],
)
def test_the_database_refuses_to_change_the_books(each_app: Flask, statement: str) -> None:
    open_book()
    post("budget → pending1 20")
    _close(OCTOBER)
    with pytest.raises(DBAPIError, match=r"append-only|closes once"):
        run_in_transaction(lambda: db.session.execute(text(statement)))
    assert checker.check() == []


def test_postgresql_refuses_truncation_and_the_role_lacks_the_right(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    with engine.connect() as owner, pytest.raises(DBAPIError, match="append-only"):
        owner.execute(text("TRUNCATE ledger_transfer CASCADE"))
    with engine.begin() as owner:
        owner.execute(text("DROP ROLE IF EXISTS clerk_of_books"))
        owner.execute(text("CREATE ROLE clerk_of_books"))
        for grant in service.grant_statements(owner, "clerk_of_books"):
            owner.execute(grant)
    try:
        for statement in (
            "UPDATE ledger_transfer SET amount = 1",
            "DELETE FROM ledger_entry",
            "TRUNCATE ledger_seal",
            "DELETE FROM ledger_balance",
            "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
        ):
            with engine.connect() as connection:
                connection.execute(text("SET ROLE clerk_of_books"))
                with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
                    connection.execute(text(statement))
    finally:
        with engine.begin() as owner:
            owner.execute(text("DROP OWNED BY clerk_of_books"))
            owner.execute(text("DROP ROLE clerk_of_books"))
        engine.dispose()


def test_commands_tell_a_good_book_from_a_bad_one(app: Flask, places: object) -> None:
    run = app.test_cli_runner().invoke
    village_id = places.village_id  # type: ignore[attr-defined]
    run_in_transaction(lambda: service.open_book(village_id, first_month=OCTOBER))
    still_open = run(args=["ledger", "verify-seal", "--village", "luxi", "--month", "2026-10"])
    assert still_open.exit_code == 1
    run_in_transaction(lambda: service.close_period(village_id, month=OCTOBER))
    good = run(args=["ledger", "check"])
    assert (good.exit_code, "every pass is silent" in good.output) == (0, True)
    sealed = run(args=["ledger", "verify-seal", "--village", "luxi", "--month", "2026-10"])
    assert (sealed.exit_code, "The rows give this seal" in sealed.output) == (0, True)
    db.session.execute(text("DROP TRIGGER ledger_seal_no_update"))
    db.session.execute(text("UPDATE ledger_seal SET entry_count = 9"))
    db.session.commit()
    bad = run(args=["ledger", "check"])
    assert (bad.exit_code, "seals_recompute" in bad.output) == (1, True)
    broken = run(args=["ledger", "verify-seal", "--village", "luxi", "--month", "2026-10"])
    assert (broken.exit_code, "entry_count" in broken.output) == (1, True)
    assert run(args=["ledger", "check", "--village", "nowhere"]).exit_code == 1
