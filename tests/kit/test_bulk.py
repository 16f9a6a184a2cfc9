"""COPY brings every kind of value into PostgreSQL unharmed."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from enum import IntEnum, StrEnum

import pytest
from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.exc import IntegrityError

from app.kit.bulk import bare, copy_block, write_block
from tests.support.postgres import PostgresServer


class _Colour(StrEnum):
    RED = "red"


class _Size(IntEnum):
    LARGE = 3


@pytest.fixture
def connection(postgres: PostgresServer) -> Iterator[Connection]:
    name = postgres.create_database()
    with create_engine(postgres.url(name), poolclass=NullPool).connect() as connection:
        yield connection
    postgres.drop_database(name)


def test_every_value_arrives(connection: Connection) -> None:
    connection.execute(
        text(
            "CREATE TABLE probe (number bigint, word text, there boolean, raw bytea, day date,"
            " moment timestamptz, nothing text)"
        )
    )
    rows = [
        {
            "number": number, "word": word, "there": there, "raw": raw, "day": date(2026, 2, 28),
            "moment": datetime(2026, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC), "nothing": None,
        }
        for number, word, there, raw in (
            (-(2**63), "一户\t\n\r\\ \\N \\.", True, bytes(range(256))),
            (2**63 - 1, "\\N", False, b""),
            (0, "", True, b"\\x00"),
            (_Size.LARGE, _Colour.RED, False, b"\n"),
        )
    ]  # fmt: skip
    write_block(connection, copy_block("probe", rows))
    assert [dict(row._mapping) for row in connection.execute(text("TABLE probe"))] == rows


def test_a_value_without_a_form_is_refused() -> None:
    with pytest.raises(TypeError, match="float has no form"):
        copy_block("probe", [{"number": 1.5}])


def test_bare_tables_take_anything_until_their_guards_come_back(connection: Connection) -> None:
    for statement in (
        "CREATE TABLE parent (id bigint PRIMARY KEY, twin bigint UNIQUE, name text)",
        "CREATE INDEX parent_name ON parent (name) WHERE name <> ''",
        "CREATE TABLE child (parent_id bigint REFERENCES parent (id))",
    ):
        connection.execute(text(statement))
    connection.commit()
    told: list[tuple[int, int]] = []
    with bare(connection, ["parent"], progress=lambda *step: told.append(step)):
        write_block(connection, copy_block("child", [{"parent_id": 7}]))
        write_block(connection, copy_block("parent", [{"id": 7, "twin": 1, "name": "a"}]))
    connection.commit()
    # The key, the unique column, the index, and the reference from a table that was not bared.
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]

    def load_orphan() -> None:
        with bare(connection, ["parent", "child"]):
            write_block(connection, copy_block("child", [{"parent_id": 8}]))

    with pytest.raises(IntegrityError, match="child_parent_id_fkey"):
        load_orphan()
    connection.rollback()
    assert connection.scalar(text("SELECT count(*) FROM child")) == 1
