"""Loading many rows into an empty PostgreSQL database: COPY first, indexes and constraints last.

Rows are mappings that all name the same columns. Values: None, whole numbers, truth values, texts,
bytes, days and aware instants.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

Row = Mapping[str, Any]

# Backslash first: it is what the others become.
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


class TextForms(dict[type, Callable[[Any], str]]):
    """How each type is written; an enumeration as the number or text that it is."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        found = next((self[base] for base in kind.__mro__ if base in self), None)
        if found is None:
            raise TypeError(f"{kind.__name__} has no form")
        self[kind] = found
        return found


_TEXT_OF = TextForms(
    {
        type(None): lambda _: r"\N",
        int: str,
        bool: lambda value: "t" if value else "f",
        str: lambda value: value.translate(_ESCAPES),
        bytes: lambda value: r"\\x" + value.hex(),
        date: date.isoformat,
        datetime: datetime.isoformat,
    }
)


@dataclass(frozen=True, slots=True)
class CopyBlock:
    """Rows of one table as PostgreSQL's COPY reads them."""

    table: str
    columns: tuple[str, ...]
    content: bytes


def copy_block(table: str, rows: Sequence[Row]) -> CopyBlock:
    """At least one row, as text; TypeError for a value of another type."""
    columns = tuple(rows[0])
    lines = [
        "\t".join([_TEXT_OF[type(value)](value) for value in [row[name] for name in columns]])
        for row in rows
    ]
    return CopyBlock(table, columns, ("\n".join(lines) + "\n").encode())


def write_block(connection: Connection, block: CopyBlock) -> None:
    """COPY the block into its table, in the connection's transaction."""
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("the connection is closed")
    names = ", ".join(block.columns)
    with driver.cursor().copy(f"COPY {block.table} ({names}) FROM STDIN") as copy:
        copy.write(block.content)


@contextmanager
def bare(
    connection: Connection,
    tables: Collection[str],
    *,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Iterator[None]:
    """Take indexes, keys and references off the tables and put them back when the block is done.

    All in the connection's transaction: if anything fails, nothing has happened, and nobody else
    sees the tables bare. Checks and triggers stay. References are proved anew when they come back;
    `progress` is told how many are back, of how many.
    """
    dropped = _guards(connection, tables)
    # References first: what they refer to cannot go before them. They come back in the other order.
    for drop, _ in dropped:
        connection.execute(text(drop))
    yield
    for done, (_, create) in enumerate(reversed(dropped), start=1):
        connection.execute(text(create))
        progress(done, len(dropped))


def _guards(connection: Connection, tables: Collection[str]) -> list[tuple[str, str]]:
    """The statements that drop and make again each reference, key and index, in that order."""
    constraints = connection.execute(
        text(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) "
            "FROM pg_constraint WHERE contype IN ('f', 'u', 'p') AND "
            "(conrelid = ANY(CAST(:tables AS regclass[])) "
            " OR contype = 'f' AND confrelid = ANY(CAST(:tables AS regclass[]))) "
            "ORDER BY contype <> 'f', conname"
        ),
        {"tables": list(tables)},
    ).all()
    indexes = connection.execute(
        text(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
            "WHERE indrelid = ANY(CAST(:tables AS regclass[])) AND NOT EXISTS "
            "(SELECT 1 FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('u', 'p'))"
            "ORDER BY 1"
        ),
        {"tables": list(tables)},
    ).all()
    return [
        *(
            (
                f"ALTER TABLE {table} DROP CONSTRAINT {name}",
                f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}",
            )
            for table, name, definition in constraints
        ),
        *((f"DROP INDEX {name}", definition) for name, definition in indexes),
    ]
