"""vaulteq's journal entries: `… peer_vaulteq PATH`; runs in .bench-venv."""

import random
import sys
import uuid

from vaulteq import AccountType, Direction, JournalLineInput, LedgerEngine, PostRequest

from tests.bench.worker import Step, serve

_ACCOUNTS = 1000
_SYNCHRONOUS_FULL = 2


def main(path: str) -> None:
    """An entry of two lines with a key; vaulteq keeps no balances."""

    def make_step() -> Step:
        engine = LedgerEngine(path)
        if engine.conn.execute("PRAGMA synchronous").fetchone()[0] < _SYNCHRONOUS_FULL:
            raise RuntimeError("vaulteq would not wait for the disk")
        organization = engine.create_organization("village", base_currency="CNY")
        engine.conn.execute("BEGIN")
        for n in range(_ACCOUNTS):
            engine.conn.execute(
                "INSERT INTO account (id, organization_id, code, name, type, normal_balance)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (f"acc_{n}", organization, f"{n}", f"{n}", AccountType.LIABILITY, Direction.CREDIT),
            )
        engine.conn.execute("COMMIT")

        def step() -> int:
            source, destination = random.sample(range(_ACCOUNTS), 2)
            lines = [
                JournalLineInput(f"{source}", Direction.DEBIT, 10, "CNY"),
                JournalLineInput(f"{destination}", Direction.CREDIT, 10, "CNY"),
            ]
            engine.post(PostRequest(organization, uuid.uuid4().hex, None, lines))
            return 1

        return step

    serve(make_step)


if __name__ == "__main__":
    main(*sys.argv[1:])
