"""The posting function's statements on PostgreSQL: two functions in the database, a round trip
each. Their text, with the reason for each step, is in migrations 0018 and 0023.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from app.kit.bulk import TextForms
from app.ledger.domain.accounts import Address
from app.ledger.domain.drafts import Posted
from app.ledger.domain.judging import LimitedBalance, Outcome

from .batches import Batch, Found

_HOLD = (
    "SELECT * FROM ledger_hold("
    "%s::bigint, %s::int[], %s::bigint[], %s::int[], %s::bigint[], %s::varchar[])"
)
_WRITE = (
    "SELECT ledger_write(%s::bigint, %s::bigint, %s::timestamptz,"
    " %s::bigint[], %s::varchar[], %s::date[], %s::bigint[], %s::varchar[], %s::bytea[],"
    " %s::bigint[], %s::bigint[], %s::varchar[],"
    " %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],"
    " %s::bigint[], %s::bigint[], %s::bigint[])"
)


def hold(
    connection: Connection, village_id: int, addresses: Sequence[Address], keys: Sequence[str]
) -> Found:
    """Lock what a posting to these accounts needs, and look its keys up."""
    asked = (
        village_id,
        _array([address.owner_kind for address in addresses]),
        _array([address.owner_id for address in addresses]),
        _array([address.purpose for address in addresses]),
        _array([address.unit_id for address in addresses]),
        _array(keys),
    )
    (
        account_ids, period_id, head_entry_id,
        limited_ids, balances, versions, floors, ceilings,
        known_keys, entry_ids, period_ids, digests,
    ) = _call(connection, _HOLD, asked)  # fmt: skip
    limited = zip(limited_ids or (), balances or (), floors or (), ceilings or (), strict=True)
    known = zip(known_keys or (), entry_ids or (), period_ids or (), digests or (), strict=True)
    return Found(
        account_ids=account_ids or (),
        period=None if period_id is None else (period_id, head_entry_id),
        balances={
            account_id: LimitedBalance(balance, floor, ceiling)
            for account_id, balance, floor, ceiling in limited
        },
        versions=versions or (),
        outcomes={
            key: Outcome(Posted(entry_id, in_period_id, replayed=True), digest)
            for key, entry_id, in_period_id, digest in known
        },
    )


def write(connection: Connection, batch: Batch) -> None:
    """Insert the batch and bring the balances along."""
    columns = [
        _array(column)
        for rows in (batch.entries, batch.transfers, batch.balance_changes())
        for column in zip(*rows, strict=True)
    ]
    _call(connection, _WRITE, (batch.village_id, batch.period_id, batch.posted_at, *columns))


def _call(connection: Connection, statement: str, values: Sequence[object]) -> Sequence[Any]:
    """The row that a function answers with.

    By the driver alone, because what SQLAlchemy does around a call takes as long as the call;
    failures are told as it would.
    """
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor:
            cursor.execute(statement, values)
            row: Sequence[Any] = cursor.fetchone()
            return row
    except psycopg.Error as error:
        raise DBAPIError.instance(statement, None, error, psycopg.Error) from error


def _array(values: Sequence[object]) -> str:
    """The values as PostgreSQL writes an array; the driver's own lists take ten times as long."""
    return "{" + ",".join([_TEXT_OF[type(value)](value) for value in values]) + "}"


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", r"\\").replace('"', r"\"") + '"'


_TEXT_OF = TextForms(
    {
        type(None): lambda _: "NULL",
        int: str,
        str: _quoted,
        bytes: lambda value: r"\\x" + value.hex(),
        date: date.isoformat,
    }
)
