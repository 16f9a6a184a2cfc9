"""The database itself keeps the books from being changed, by its owner and by the application."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from app import create_app
from app.extensions import db
from app.ledger import service
from app.ledger.queries import checker
from app.web.transaction import run_in_transaction
from tests.conftest import settings_for
from tests.ledger.books import OCTOBER, VILLAGE, held, open_book, post

_APPEND_ONLY = (
    "ledger_account",
    "ledger_entry",
    "ledger_transfer",
    "ledger_seal",
    "ledger_closing",
    "ledger_head",
)
_NEVER_DELETED = (*_APPEND_ONLY, "ledger_balance", "ledger_period")
_CHANGED_COLUMN = {
    "ledger_account": "owner_id",
    "ledger_entry": "actor_id",
    "ledger_transfer": "amount",
    "ledger_seal": "entry_count",
    "ledger_closing": "balance",
    "ledger_head": "entry_count",
}
_CHANGES = [
    *(f"UPDATE {table} SET {column} = {column} + 1" for table, column in _CHANGED_COLUMN.items()),
    *(f"DELETE FROM {table}" for table in _NEVER_DELETED),
    # A period may only be closed, once, by somebody.
    "UPDATE ledger_period SET closed_at = NULL WHERE number = 1",
    "UPDATE ledger_period SET closed_by = 9 WHERE number = 1",
    "UPDATE ledger_period SET closed_at = opened_at WHERE number = 2",
    "UPDATE ledger_period SET month = '2020-01' WHERE number = 2",
    "UPDATE ledger_period SET closed_at = opened_at, closed_by = 9, number = 3 WHERE number = 2",
    # The head it carries only grows, and only while it is open.
    "UPDATE ledger_period SET head_entry_id = head_entry_id + 1 WHERE number = 1",
    "UPDATE ledger_period SET head_entry_id = head_entry_id - 1 WHERE number = 2",
]
_REFUSED = r"is append-only|closes once"


def _live_a_month() -> None:
    open_book()
    post("budget → pending1 20")
    run_in_transaction(lambda: service.record_head(VILLAGE))
    run_in_transaction(lambda: service.close_period(VILLAGE, month=OCTOBER))


@pytest.mark.parametrize("statement", _CHANGES)
def test_no_row_is_changed_or_deleted(each_app: Flask, statement: str) -> None:
    _live_a_month()
    with pytest.raises(DBAPIError, match=_REFUSED):
        run_in_transaction(lambda: db.session.execute(text(statement)))
    assert checker.check() == []


@pytest.mark.parametrize("table", _NEVER_DELETED)
def test_no_row_is_replaced_on_sqlite(app: Flask, table: str) -> None:
    """REPLACE deletes the row that is in the way, without saying DELETE."""
    _live_a_month()
    with pytest.raises(DBAPIError, match=_REFUSED):
        run_in_transaction(
            lambda: db.session.execute(
                text(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
            )
        )


@pytest.mark.parametrize("table", _NEVER_DELETED)
def test_no_table_is_emptied_on_postgresql(postgres_url: str, table: str) -> None:
    engine = create_engine(postgres_url)
    with engine.connect() as owner, pytest.raises(DBAPIError, match=_REFUSED):
        owner.execute(text(f"TRUNCATE {table} CASCADE"))
    engine.dispose()


@pytest.fixture
def role_url(postgres_url: str) -> Iterator[str]:
    """Address of the database for a role that was given the application's rights."""
    owner = create_engine(postgres_url)
    with owner.begin() as connection:
        connection.execute(text("CREATE ROLE clerk_of_books LOGIN"))
        for statement in service.grant_statements(connection, "clerk_of_books"):
            connection.execute(statement)
    yield make_url(postgres_url).set(username="clerk_of_books").render_as_string()
    _drop_role(owner)


def _drop_role(owner: Engine) -> None:
    with owner.begin() as connection:
        connection.execute(text("DROP OWNED BY clerk_of_books"))
        connection.execute(text("DROP ROLE clerk_of_books"))
    owner.dispose()


def test_the_role_of_the_application_can_keep_books_and_no_more(role_url: str) -> None:
    app = create_app(settings_for(role_url))
    with app.app_context():
        _live_a_month()
        post("pending1 → spendable1 20")
        assert held("pending1 spendable1") == {"pending1": 0, "spendable1": 20}
        assert checker.check() == []
        for statement in (
            *(change for change in _CHANGES if "UPDATE ledger_period" not in change),
            *(f"TRUNCATE {table} CASCADE" for table in _NEVER_DELETED),
            *(f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in _NEVER_DELETED),
            "SET session_replication_role = replica",
        ):
            with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
                run_in_transaction(lambda sql=statement: db.session.execute(text(sql)))  # type: ignore[misc]
        assert checker.check() == []
        db.session.remove()
        db.engine.dispose()
