"""hf-nostro's credits: `… peer_nostro DSN WORK`; runs in .bench-venv.

WORK is "bare", or "same" for what a post of ours keeps as well: locks in the order of the accounts,
and no debit below zero, which hf-nostro leaves to its caller.
"""

import random
import sys
import uuid

from nostro import Ledger
from nostro.migrate import migrate
from psycopg_pool import ConnectionPool

from tests.bench.worker import Step, serve

_ACCOUNTS = 1000


def main(dsn: str, work: str) -> None:
    """A transfer is a debit and a credit with keys of their own, in one transaction."""
    migrate(dsn=dsn, scale=1)

    def make_step() -> Step:
        pool = ConnectionPool(dsn, open=True, min_size=1)
        ledger = Ledger(pool=pool, scale=1)
        amount, nothing, same = ledger.amount("1.0"), ledger.amount("0"), work == "same"
        with pool.connection() as connection, connection.cursor() as cursor:
            ids = [
                ledger.accounts.get_or_create("village", f"household-{n}", cur=cursor).id
                for n in range(_ACCOUNTS)
            ]
            for account_id in ids:
                ledger.credit(
                    account_id,
                    ledger.amount("1000000"),
                    category="grant",
                    idempotency_key=uuid.uuid4().hex,
                    cur=cursor,
                )

        def step() -> int:
            source, destination = random.sample(ids, 2)
            key = uuid.uuid4().hex
            moves = [(source, "out", ledger.debit), (destination, "in", ledger.credit)]
            if same:
                moves.sort(key=lambda move: move[0])
            with pool.connection() as connection, connection.cursor() as cursor:
                for account_id, side, move in moves:
                    entry = move(
                        account_id,
                        amount,
                        category="move",
                        idempotency_key=f"{key}-{side}",
                        cur=cursor,
                    )
                    # Read under the lock that the move took.
                    if same and entry.balance_after < nothing:
                        raise ValueError("insufficient balance")
            return 1

        return step

    serve(make_step)


if __name__ == "__main__":
    main(*sys.argv[1:])
