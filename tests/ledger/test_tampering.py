"""Every column of every row of the books: a changed value is found, and its row is named.

The columns come from the tables themselves, so that a new one is covered by itself. The guards are
switched off for the planting, as whoever owns the database could.
"""

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import pytest
from flask import Flask
from sqlalchemy import (
    Column,
    ColumnElement,
    CursorResult,
    Row,
    Table,
    and_,
    delete,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError

from app.extensions import db
from app.kit.db import Base, UtcDateTime
from app.ledger import queries, service
from app.ledger.domain.drafts import EntryKind
from app.ledger.models import LedgerEntry, LedgerHead, LedgerPeriod, LedgerSeal, LedgerTransfer
from app.ledger.queries import checker
from app.ledger.queries.accounts import find_accounts
from app.ledger.service.periods import seal_row
from app.web.transaction import run_in_transaction
from tests.ledger.books import DAY, OCTOBER, VILLAGE, draft, open_book, post

_TABLES = [table for name, table in Base.metadata.tables.items() if name.startswith("ledger_")]

_UNSEALED = {
    ("ledger_period", "opened_at", 1): "nothing came before the first period that could tell",
    ("ledger_period", "opened_by", 1): "nothing came before the first period that could tell",
}
"""What no other row speaks of: table, column, number of the period."""

_SOME_TIME = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)

Values = dict[str, Any]


@pytest.fixture
def book(each_app: Flask) -> Iterator[None]:
    """Two sealed months and an open one, with heads in the first and in the last."""
    open_book()
    award = post("budget → pending1 20; scores → member1 20")[0]
    run_in_transaction(lambda: service.record_head(VILLAGE))
    post("budget → pending2 5")
    run_in_transaction(lambda: service.record_head(VILLAGE))
    run_in_transaction(
        lambda: service.reverse(
            award.entry_id, village_id=VILLAGE, actor_id=8, idempotency_key="r", occurred_on=DAY
        )
    )
    run_in_transaction(lambda: service.close_period(VILLAGE, month=OCTOBER))
    post("budget → spendable1 9")
    sale = post("spendable1 → takings 6", kind=EntryKind.REDEMPTION)[0]
    run_in_transaction(
        lambda: service.return_part(
            sale.entry_id,
            village_id=VILLAGE,
            parts=draft("spendable1 → takings 2").transfers,
            actor_id=8,
            idempotency_key="back",
            occurred_on=DAY,
        )
    )
    run_in_transaction(lambda: service.close_period(VILLAGE, month=OCTOBER.next))
    post("spendable1 → budget 4", key="four")
    run_in_transaction(lambda: service.record_head(VILLAGE))
    post("budget → pending1 3")
    run_in_transaction(lambda: service.record_head(VILLAGE))
    assert checker.check() == []
    _switch_guards_off()
    yield
    db.session.rollback()


def _switch_guards_off() -> None:
    """For good where there is no way back: this database is the test's own."""
    db.session.rollback()
    if db.engine.dialect.name == "sqlite":
        triggers = db.session.scalars(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ).all()
        for name in triggers:
            db.session.execute(text(f"DROP TRIGGER {name}"))
    else:
        for table in _TABLES:
            db.session.execute(text(f"ALTER TABLE {table.name} DISABLE TRIGGER ALL"))
        for table in _TABLES:
            for constraint in inspect(db.session.connection()).get_check_constraints(table.name):
                db.session.execute(
                    text(f"ALTER TABLE {table.name} DROP CONSTRAINT {constraint['name']}")
                )
    db.session.commit()


def _found(
    plant: Callable[[], object],
    check: Callable[[], list[checker.Finding]] = checker.check,
) -> list[checker.Finding]:
    """What the checker finds after the planting, which is then taken back."""
    db.session.rollback()
    if db.engine.dialect.name == "sqlite":
        connection = db.session.connection()
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        # Foreign keys are looked at when a transaction is committed, and none of these is.
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    plant()
    db.session.expire_all()
    try:
        return check()
    finally:
        db.session.rollback()


@dataclass(frozen=True)
class _Place:
    """One column of one row."""

    table: Table
    column: str
    row: Row[Any]

    @property
    def key(self) -> ColumnElement[bool]:
        columns = self.table.primary_key.columns
        return and_(*(column == self.row._mapping[column.name] for column in columns))

    @property
    def value(self) -> Any:
        return self.row._mapping[self.column]

    def names(self, change: Values) -> set[tuple[str, str]]:
        """Table and row of the findings that name this row, by its old key or its new one."""
        keys = self.table.primary_key.columns
        rows = (dict(self.row._mapping), dict(self.row._mapping) | change)
        named = {(self.table.name, "/".join(str(row[key.name]) for key in keys)) for row in rows}
        if self.table.name == "ledger_transfer":
            # A leaf is an entry with its transfers.
            named.add(("ledger_entry", str(self.row._mapping["entry_id"])))
        return named


def _rows() -> Iterator[tuple[Table, Row[Any]]]:
    for table in _TABLES:
        for row in db.session.execute(select(table)).all():
            yield table, row


def _places() -> Iterator[_Place]:
    for table, row in _rows():
        for column in table.columns:
            yield _Place(table, column.name, row)


def _change(place: _Place) -> Values:
    """Write the first other value of the same kind that the unique keys let pass."""
    for value in _others(place):
        try:
            with db.session.begin_nested():
                statement = update(place.table).where(place.key).values({place.column: value})
                assert cast("CursorResult[Any]", db.session.execute(statement)).rowcount == 1
        except IntegrityError:
            continue
        return {place.column: value}
    raise AssertionError(f"no value for {place.table.name}.{place.column}")


def _others(place: _Place) -> list[Any]:
    value = place.value
    if value is None:
        is_instant = isinstance(place.table.c[place.column].type, UtcDateTime)
        return [_SOME_TIME if is_instant else 12345]
    if isinstance(value, bytes):
        return [value[:-1] + bytes([value[-1] ^ 1])]
    if isinstance(value, str):
        return [value[:-1] + chr(ord(value[-1]) ^ bit) for bit in (1, 2, 4)] if value else ["x"]
    if isinstance(value, dt.datetime):
        return [value + dt.timedelta(microseconds=1)]
    if isinstance(value, dt.date):
        return [value + dt.timedelta(days=1)]
    return [value + 1, value - 1, value + 10, value + 1000]


def _named(findings: list[checker.Finding]) -> set[tuple[str, str]]:
    return {(found.fault.table, found.fault.row) for found in findings}


def test_every_column_of_every_row_is_watched(book: None) -> None:
    places = list(_places())
    assert {(place.table.name, place.column) for place in places} == {
        (table.name, column.name) for table in _TABLES for column in table.columns
    }
    missed = []
    for place in places:
        number = place.row._mapping.get("number")
        if (place.table.name, place.column, number) in _UNSEALED:
            continue
        change: Values = {}
        findings = _found(lambda place=place, change=change: change.update(_change(place)))  # type: ignore[misc]
        if not _named(findings) & place.names(change):
            missed.append((place.table.name, place.column, place.value, _named(findings)))
    assert missed == []


def test_every_column_that_the_next_seal_follows_from_is_watched_before_the_close(
    book: None,
) -> None:
    """The rows of the open month, what it goes on from, and every seal up to it."""
    places = [place for place in _places() if _is_read_before_a_close(place)]
    assert {place.table.name for place in places} == {table.name for table in _TABLES}
    missed = []
    for place in places:
        change: Values = {}
        findings = _found(
            lambda place=place, change=change: change.update(_change(place)),  # type: ignore[misc]
            lambda: checker.check_open_month(VILLAGE),
        )
        if not findings:
            missed.append((place.table.name, place.column, place.value))
    assert missed == []


def _is_read_before_a_close(place: _Place) -> bool:
    _, sealed, still_open = queries.periods(VILLAGE)
    row = place.row._mapping
    match place.table.name:
        case "ledger_entry" | "ledger_transfer" | "ledger_head":
            return bool(row["period_id"] == still_open.id)
        case "ledger_closing":
            return bool(row["period_id"] == sealed.id)
        case "ledger_seal":
            # With which secret an earlier month was blinded matters to its own balances alone.
            is_old = place.column == "secret" and row["period_id"] != sealed.id
            return "leaves" not in place.column and not is_old
        case "ledger_period":
            # Where the ids of a closed month began is told by its heads and entries alone.
            is_own = place.column == "head_entry_id" and row["closed_at"] is not None
            return row["number"] > 1 and not is_own
        case "ledger_balance":
            # When a row was last moved in an earlier month is told by that month alone.
            return place.column != "version" or row["account_id"] in _moved_accounts(still_open.id)
        case _:
            return row["id"] in _moved_accounts(still_open.id)


def _moved_accounts(period_id: int) -> set[int]:
    row = LedgerTransfer
    sides = db.session.execute(
        select(row.debit_account_id, row.credit_account_id).where(row.period_id == period_id)
    )
    return {account_id for side in sides for account_id in side}


def test_what_no_other_row_speaks_of_is_no_more_than_listed(book: None) -> None:
    """The exceptions are needed: these changes are found by nothing."""
    for table, column, number in _UNSEALED:
        (place,) = (
            place
            for place in _places()
            if (place.table.name, place.column) == (table, column)
            and place.row._mapping["number"] == number
        )
        assert not _found(lambda place=place: _change(place))  # type: ignore[misc]


def test_every_row_that_is_removed_is_missed(book: None) -> None:
    missed = []
    for table, row in list(_rows()):
        place = _Place(table, "", row)
        findings = _found(
            lambda place=place: db.session.execute(delete(place.table).where(place.key))  # type: ignore[misc]
        )
        if table.name in ("ledger_period", "ledger_seal", "ledger_head"):
            # What came after tells.
            is_told = bool(findings)
        else:
            is_told = bool(_row_names(findings) & {name for _, name in place.names({})})
        if not is_told:
            missed.append((table.name, row, findings))
    assert missed == []


_FRESH: dict[str, Callable[[Values], Values]] = {
    # One that holds nothing says nothing; a limited one has a balance row besides.
    "ledger_account": lambda row: {"owner_id": row["owner_id"] + 1000, "purpose": 10},
    "ledger_balance": lambda row: {"account_id": row["account_id"] + 1000},
    "ledger_closing": lambda row: {"account_id": row["account_id"] + 1000},
    "ledger_entry": lambda row: {
        "idempotency_key": row["idempotency_key"] + "x",
        "reverses_id": None,
    },
    "ledger_head": lambda _: {},
    "ledger_period": lambda row: {
        "number": row["number"] + 10,
        "month": "2030-01",
        "closed_at": _SOME_TIME,
    },
    "ledger_seal": lambda row: {
        "period_id": row["period_id"] + 1000,
        "period_number": row["period_number"] + 10,
    },
    "ledger_transfer": lambda _: {},
}


def test_every_row_that_is_added_is_one_too_many(book: None) -> None:
    assert {table.name for table in _TABLES} == set(_FRESH)
    missed = []
    for table, row in list(_rows()):
        values = dict(row._mapping)
        if "id" in values:
            values["id"] += 1000
        values |= _FRESH[table.name](values)
        findings = _found(
            lambda table=table, values=values: db.session.execute(insert(table).values(values))  # type: ignore[misc]
        )
        place = _Place(table, "", row)
        if not _row_names(findings) & {name for _, name in place.names(values)}:
            missed.append((table.name, row, findings))
    assert missed == []


def test_rows_that_change_places_are_found(book: None) -> None:
    missed = []
    for table in _TABLES:
        (key, *_) = list(table.primary_key.columns)[::-1]
        rows = db.session.execute(select(table).order_by(*table.primary_key.columns)).all()
        for one, other in itertools.pairwise(rows):
            rest = [
                [row._mapping[c.name] for c in table.columns if c is not key]
                for row in (one, other)
            ]
            if rest[0] == rest[1]:
                continue
            if not _found(partial(_swap, key, one._mapping[key.name], other._mapping[key.name])):
                missed.append((table.name, one, other))
    assert missed == []


def _swap(key: Column[Any], one: int, other: int) -> None:
    for value, becomes in ((one, -1), (other, one), (-1, other)):
        db.session.execute(update(key.table).where(key == value).values({key.name: becomes}))


@pytest.mark.parametrize(("number", "table"), [(1, "ledger_seal"), (2, "ledger_head")])
def test_a_month_replaced_with_its_seal_is_found_by_what_came_after(
    book: None, number: int, table: str
) -> None:
    """Its rows, seal and leaves agree again; the next seal, or the next head, knew the old one."""
    for check in (checker.check, lambda: checker.check_open_month(VILLAGE)):
        named = _named(_found(partial(_rewrite, number), check))
        assert named
        assert {name for name, _ in named} == {table}


def _rewrite(number: int) -> None:
    period = next(each for each in queries.periods(VILLAGE) if each.number == number)
    db.session.execute(
        update(LedgerEntry).where(LedgerEntry.period_id == period.id).values(actor_id=99)
    )
    db.session.execute(delete(LedgerHead).where(LedgerHead.period_id == period.id))
    computed = queries.compute_seal(VILLAGE, period.id)
    account_ids = find_accounts(row.account for row in computed.balances)
    db.session.execute(
        update(LedgerSeal)
        .where(LedgerSeal.period_id == period.id)
        .values(seal_row(period.id, computed, account_ids, period.closed_at or _SOME_TIME))
    )
    if number == 1:
        # Without its heads, nothing says where its ids start.
        db.session.execute(
            update(LedgerPeriod).where(LedgerPeriod.id == period.id).values(head_entry_id=0)
        )


def _row_names(findings: list[checker.Finding]) -> set[str]:
    return {name for found in findings for name in (found.fault.row, *found.fault.row.split("/"))}
