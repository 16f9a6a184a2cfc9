"""Postings in SQL written by hand; see sql/posting.sql."""

import random
import uuid
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from app.kit.ids import new_id
from app.ledger.domain.accounts import POINT, SCORE
from tests.bench.book import (
    HOUSEHOLDS,
    MEMBERS,
    PENDING_IDS,
    POOL_IDS,
    POOLS,
    SCORE_SOURCE_ID,
    STANDING_IDS,
    VILLAGE,
)

_SQL = Path(__file__).parent / "sql" / "posting.sql"
_ENTRY_COLUMNS = (
    "ledger_entry (id, village_id, period_id, kind, occurred_on, posted_at, actor_id,"
    " idempotency_key, request_digest, memo)"
)
_TRANSFER_COLUMNS = (
    "ledger_transfer (id, entry_id, village_id, period_id, debit_account_id, credit_account_id,"
    " unit_id, amount)"
)


def connect(url: str) -> psycopg.Connection:
    """A connection on which every statement is a transaction of its own."""
    parts = make_url(url)
    return psycopg.connect(
        dbname=parts.database, user=parts.username, host=str(parts.query["host"]), autocommit=True
    )


def install(url: str) -> None:
    """Create the functions in a database of the benches."""
    with connect(url) as connection:
        # psycopg sends several statements at once only when they carry no parameters.
        connection.execute(_SQL.read_bytes())


def single_script(pools: int = POOLS) -> str:
    """A single post in pgbench's language, out of any of the first `pools` pools."""
    return (
        f"\\set debit random(1, {pools}) + {POOL_IDS}\n"
        f"\\set credit random(1, {HOUSEHOLDS}) + {PENDING_IDS}\n"
        f"SELECT by_hand_post({VILLAGE}, :debit, :credit, 10, gen_random_uuid()::text);\n"
    )


def post_single(connection: psycopg.Connection) -> int:
    """The same from Python."""
    debit, credit = random.randint(1, POOLS), random.randint(1, HOUSEHOLDS)
    connection.execute(
        "SELECT by_hand_post(%s, %s, %s, %s, %s)",
        (VILLAGE, POOL_IDS + debit, PENDING_IDS + credit, 10, uuid.uuid4().hex),
        prepare=True,
    )
    return 1


def post_batch(connection: psycopg.Connection, awards: int) -> int:
    """Awards as `book.award_drafts` makes them, in one statement with arrays."""
    pool = POOL_IDS + random.randint(1, POOLS)
    numbers = random.sample(range(1, HOUSEHOLDS + 1), awards // 2)
    debits, credits_, units, entry_numbers = [], [], [], []
    for number in numbers:
        for member in (0, 1):
            debits += [pool, SCORE_SOURCE_ID]
            credits_ += [PENDING_IDS + number, STANDING_IDS + 2 * number - member]
            units += [POINT, SCORE]
            entry_numbers += [len(debits) // 2] * 2
    keys = [uuid.uuid4().hex for _ in range(awards)]
    connection.execute(
        "SELECT by_hand_batch(%s, %s, %s::int[], %s::bigint[], %s::bigint[], %s::bigint[],"
        " %s::bigint[])",
        (VILLAGE, keys, entry_numbers, debits, credits_, units, [10] * len(debits)),
        prepare=True,
    )
    return awards


def copy_awards(connection: psycopg.Connection, awards: int) -> int:
    """As many entries and transfers by COPY.

    Nothing is looked up, locked or checked but by the constraints. COPY keeps no balances, so the
    transfers are between accounts that have no balance row.
    """
    period = connection.execute(
        "SELECT id FROM ledger_period WHERE village_id = %s AND closed_at IS NULL", (VILLAGE,)
    ).fetchone()
    assert period is not None
    first, digest, entries, transfers = new_id(), f"\\\\x{'00' * 32}", [], []
    for n in range(awards):
        entry_id = first + 1536 * n
        entries.append(
            f"{entry_id}\t{VILLAGE}\t{period[0]}\taward\t2026-10-09\t2026-10-09 09:00+08\t7"
            f"\t{uuid.uuid4().hex}\t{digest}\t\n"
        )
        for nth in (1, 2):
            standing = STANDING_IDS + random.randint(1, MEMBERS)
            transfers.append(
                f"{entry_id + 512 * nth}\t{entry_id}\t{VILLAGE}\t{period[0]}"
                f"\t{SCORE_SOURCE_ID}\t{standing}\t{SCORE}\t10\n"
            )
    with connection.transaction(), connection.cursor() as cursor:
        for columns, lines in ((_ENTRY_COLUMNS, entries), (_TRANSFER_COLUMNS, transfers)):
            with cursor.copy(f"COPY {columns} FROM STDIN") as copy:
                copy.write("".join(lines))
    return awards
