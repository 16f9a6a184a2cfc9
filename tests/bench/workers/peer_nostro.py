"""hf-nostro's credits: `… peer_nostro DSN`; runs in .bench-venv."""

import random
import sys
import uuid

from nostro import Ledger
from nostro.migrate import migrate
from psycopg_pool import ConnectionPool

from tests.bench.worker import Step, serve

_ACCOUNTS = 1000


def main(dsn: str) -> None:
    """A transfer is a debit and a credit with keys of their own, in one transaction."""
    migrate(dsn=dsn, scale=1)

    def make_step() -> Step:
        pool = ConnectionPool(dsn, open=True, min_size=1)
        ledger = Ledger(pool=pool, scale=1)
        ids = [
            ledger.accounts.get_or_create("village", f"household-{n}").id for n in range(_ACCOUNTS)
        ]
        amount = ledger.amount("1.0")
        for account_id in ids:
            ledger.credit(
                account_id,
                ledger.amount("1000000"),
                category="grant",
                idempotency_key=uuid.uuid4().hex,
            )

        def step() -> int:
            source, destination = random.sample(ids, 2)
            key = uuid.uuid4().hex
            with pool.connection() as connection, connection.cursor() as cursor:
                ledger.debit(
                    source, amount, category="move", idempotency_key=f"{key}-out", cur=cursor
                )
                ledger.credit(
                    destination, amount, category="move", idempotency_key=f"{key}-in", cur=cursor
                )
            return 1

        return step

    serve(make_step)


if __name__ == "__main__":
    main(*sys.argv[1:])
