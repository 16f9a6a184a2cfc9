"""Single posts into a book on SQLite by a bare loop of statements: `… sqlite_by_hand PATH`."""

import random
import sys
import uuid
from datetime import UTC, datetime
from hashlib import sha256

import pysqlite3.dbapi2 as sqlite3

from app.kit.ids import new_id
from app.ledger.domain.accounts import POINT
from tests.bench.book import DAY, HOUSEHOLDS, PENDING_IDS, POOL_IDS, POOLS, VILLAGE
from tests.bench.worker import Step, serve

_AMOUNT = 10


def main(path: str) -> None:
    """The same statements as the application's, the same pragmas, and nothing around them."""

    def make_step() -> Step:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
        return lambda: _post(connection)

    serve(make_step)


def _post(connection: sqlite3.Connection) -> int:
    debit, credit = random.randint(1, POOLS) + POOL_IDS, random.randint(1, HOUSEHOLDS) + PENDING_IDS
    key, now = uuid.uuid4().hex, datetime.now(UTC).replace(tzinfo=None)
    digest = sha256(f"{debit} {credit} {_AMOUNT}".encode()).digest()
    execute = connection.execute
    execute("BEGIN IMMEDIATE")
    period, above = execute(
        "SELECT id, head_entry_id FROM ledger_period WHERE village_id = ? AND closed_at IS NULL",
        (VILLAGE,),
    ).fetchone()
    balances = execute(
        "SELECT account_id, balance, version, floor FROM ledger_balance WHERE account_id IN (?, ?)",
        (debit, credit),
    ).fetchall()
    if any(row[0] == debit and row[1] - _AMOUNT < row[3] for row in balances):
        raise ValueError("insufficient balance")
    known = execute(
        "SELECT id, request_digest FROM ledger_entry WHERE village_id = ? AND idempotency_key = ?",
        (VILLAGE, key),
    ).fetchone()
    if known is not None:
        raise ValueError("a key is known")
    entry_id = new_id(after=max(above, *(row[2] for row in balances)))
    transfer_id = new_id(after=entry_id)
    execute(
        "INSERT INTO ledger_entry (id, village_id, period_id, kind, occurred_on, posted_at,"
        " actor_id, idempotency_key, request_digest, memo)"
        " VALUES (?, ?, ?, 'award', ?, ?, 7, ?, ?, '')",
        (entry_id, VILLAGE, period, str(DAY), str(now), key, digest),
    )
    execute(
        "INSERT INTO ledger_transfer (id, entry_id, village_id, period_id, debit_account_id,"
        " credit_account_id, unit_id, amount) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (transfer_id, entry_id, VILLAGE, period, debit, credit, POINT, _AMOUNT),
    )
    for account_id, change in ((debit, -_AMOUNT), (credit, _AMOUNT)):
        execute(
            "UPDATE ledger_balance SET balance = balance + ?, version = ? WHERE account_id = ?",
            (change, transfer_id, account_id),
        )
    execute("COMMIT")
    return 1


if __name__ == "__main__":
    main(*sys.argv[1:])
