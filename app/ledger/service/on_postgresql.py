"""The posting function's statements on PostgreSQL: functions in the database, a round trip each.
Their text, with the reason for each step, is in migration 0024.
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

# Of a batch: what its accounts are moved by, its entries, its transfers.
_ROWS = (
    "%s::bigint[], %s::bigint[], %s::bigint[],"
    " %s::bigint[], %s::varchar[], %s::date[], %s::bigint[], %s::varchar[], %s::bytea[],"
    " %s::bigint[], %s::bigint[], %s::varchar[],"
    " %s::bigint[], %s::bigint[], %s::int[], %s::int[], %s::bigint[], %s::bigint[]"
)
_ACCOUNTS = "%s::bigint, %s::int[], %s::bigint[], %s::int[], %s::bigint[]"
_HOLD = f"SELECT * FROM ledger_hold({_ACCOUNTS}, %s::varchar[])"  # noqa: S608 - placeholders
_WRITE = f"SELECT ledger_write(%s::bigint, %s::bigint, %s::timestamptz, %s::bigint[], {_ROWS})"
_POST = f"SELECT ledger_post({_ACCOUNTS}, %s::int, %s::timestamptz, {_ROWS})"


def hold(
    connection: Connection, village_id: int, addresses: Sequence[Address], keys: Sequence[str]
) -> Found:
    """Lock what a posting to these accounts needs, and look its keys up."""
    (
        account_ids, period_id, head_entry_id,
        limited_ids, balances, versions, floors, ceilings,
        known_keys, entry_ids, period_ids, digests,
    ) = _call(connection, _HOLD, (*_accounts(village_id, addresses), _array(keys)))  # fmt: skip
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


def write(
    connection: Connection, batch: Batch, *, period_id: int, account_ids: Sequence[int]
) -> None:
    """Insert the batch and bring the balances along; `account_ids` as the batch names them."""
    known = (batch.village_id, period_id, batch.posted_at, _array(account_ids))
    _call(connection, _WRITE, (*known, *_rows(batch)))


def post(connection: Connection, batch: Batch) -> int | None:
    """Hold what the batch needs and write it at once; the id of its period.

    None, and nothing is written, unless all its keys are new, no order of its transfers could take
    an account past its limits, and its ids are above those that the accounts have seen.
    """
    asked = _accounts(batch.village_id, batch.accounts)
    limits = (batch.limited_accounts, batch.posted_at)
    period_id: int | None = _call(connection, _POST, (*asked, *limits, *_rows(batch)))[0]
    return period_id


def _accounts(village_id: int, addresses: Sequence[Address]) -> tuple[object, ...]:
    return (
        village_id,
        _array([address.owner_kind for address in addresses]),
        _array([address.owner_id for address in addresses]),
        _array([address.purpose for address in addresses]),
        _array([address.unit_id for address in addresses]),
    )


def _rows(batch: Batch) -> list[str]:
    return [
        _array(column)
        for rows in (batch.movements(), batch.entries, batch.transfers)
        for column in zip(*rows, strict=True)
    ]


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
