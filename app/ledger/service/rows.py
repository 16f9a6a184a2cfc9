"""Writing many rows in one statement, the fast way of each database."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, bindparam, insert, text, update

from app.extensions import db

Row = Mapping[str, Any]


def insert_rows(table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that all name the same columns; one statement, none when there is no row."""
    if not rows:
        return
    if db.engine.dialect.name != "postgresql":
        db.session.execute(insert(table), list(rows))
        return
    names = list(rows[0])
    db.session.execute(
        text(
            f"INSERT INTO {table.name} ({', '.join(names)}) "  # noqa: S608 - names of our columns
            f"SELECT * FROM unnest({', '.join(_array(table, name) for name in names)})"
        ),
        {name: [row[name] for row in rows] for name in names},
    )


def update_rows(table: Table, key: str, rows: Sequence[Row]) -> None:
    """Set the other named columns of the rows with these keys; one statement."""
    if not rows:
        return
    names = [name for name in rows[0] if name != key]
    if db.engine.dialect.name != "postgresql":
        # A bound name may not be that of a column that is set.
        statement = update(table).where(table.c[key] == bindparam(f"its_{key}"))
        changes = [{f"its_{key}": row[key], **{name: row[name] for name in names}} for row in rows]
        db.session.connection().execute(
            statement.values({name: bindparam(name) for name in names}), changes
        )
        return
    arrays = ", ".join(_array(table, name) for name in (key, *names))
    settings = ", ".join(f"{name} = changed.{name}" for name in names)
    db.session.execute(
        text(
            f"UPDATE {table.name} SET {settings} "  # noqa: S608 - names of our columns
            f"FROM unnest({arrays}) AS changed ({', '.join((key, *names))}) "
            f"WHERE {table.name}.{key} = changed.{key}"
        ),
        {name: [row[name] for row in rows] for name in (key, *names)},
    )


def _array(table: Table, name: str) -> str:
    kind = table.c[name].type.compile(db.engine.dialect)
    return f"CAST(:{name} AS {kind}[])"
