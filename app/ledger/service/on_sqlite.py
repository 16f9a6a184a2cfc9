"""The posting function's statements on SQLite, where the transaction holds the one write lock from
its beginning: nothing needs locking, and a statement costs no round trip.
"""

import json
from collections.abc import Sequence
from datetime import UTC

from sqlalchemy import Connection

from app.ledger.domain.accounts import Address
from app.ledger.domain.drafts import Posted
from app.ledger.domain.judging import LimitedBalance, Outcome

from .batches import Batch, Found

# A list is one parameter, so that the text of a statement, and with it its plan, stays the same.
# CROSS JOIN keeps the list the outer side: each of its rows is then one look into an index.
_ACCOUNTS = """
SELECT wanted.key, account.id,
    limited.account_id, limited.balance, limited.version, limited.floor, limited.ceiling
FROM json_each(?) AS wanted
CROSS JOIN ledger_account AS account ON account.village_id = ?
    AND account.owner_kind = wanted.value ->> 0 AND account.owner_id = wanted.value ->> 1
    AND account.purpose = wanted.value ->> 2 AND account.unit_id = wanted.value ->> 3
LEFT JOIN ledger_balance AS limited ON limited.account_id = account.id
"""
_PERIOD = "SELECT id, head_entry_id FROM ledger_period WHERE village_id = ? AND closed_at IS NULL"
_OUTCOMES = """
SELECT entry.idempotency_key, entry.id, entry.period_id, entry.request_digest
FROM json_each(?) AS wanted
CROSS JOIN ledger_entry AS entry
    ON entry.village_id = ? AND entry.idempotency_key = wanted.value
"""
_ENTRIES = """
INSERT INTO ledger_entry (
    village_id, period_id, posted_at, id, kind, occurred_on, actor_id, idempotency_key,
    request_digest, reverses_id, rule_version_id, memo
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_TRANSFERS = """
INSERT INTO ledger_transfer (
    village_id, period_id, id, entry_id, debit_account_id, credit_account_id, unit_id, amount
) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
# Accounts without a balance row are not there to be updated.
_MOVE = "UPDATE ledger_balance SET balance = balance + ?, version = ? WHERE account_id = ?"


def hold(
    connection: Connection, village_id: int, addresses: Sequence[Address], keys: Sequence[str]
) -> Found:
    """Read what a posting to these accounts needs; its transaction holds it still."""
    wanted = json.dumps(
        [
            (address.owner_kind, address.owner_id, address.purpose, address.unit_id)
            for address in addresses
        ]
    )
    rows = connection.exec_driver_sql(_ACCOUNTS, (wanted, village_id)).all()
    found = {int(place): account_id for place, account_id, *_ in rows}
    account_ids = [found.get(place) for place in range(len(addresses))]
    if None in account_ids:
        return Found(account_ids, None, {}, (), {})
    period = connection.exec_driver_sql(_PERIOD, (village_id,)).first()
    limited = [row[2:] for row in rows if row[2] is not None]
    known = connection.exec_driver_sql(_OUTCOMES, (json.dumps(keys), village_id)) if keys else ()
    return Found(
        account_ids=account_ids,
        period=None if period is None else (period[0], period[1]),
        balances={
            account_id: LimitedBalance(balance, floor, ceiling)
            for account_id, balance, _, floor, ceiling in limited
        },
        versions=[row[2] for row in limited],
        outcomes={
            key: Outcome(Posted(entry_id, period_id, replayed=True), digest)
            for key, entry_id, period_id, digest in known
        },
    )


def write(
    connection: Connection, batch: Batch, *, period_id: int, account_ids: Sequence[int]
) -> None:
    """Insert the batch and bring the balances along; `account_ids` as the batch names them."""
    moment = batch.posted_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    connection.exec_driver_sql(
        _ENTRIES,
        [
            (
                batch.village_id, period_id, moment, entry.id, entry.kind,
                entry.occurred_on.isoformat(), *entry[3:],
            )
            for entry in batch.entries
        ],
    )  # fmt: skip
    connection.exec_driver_sql(
        _TRANSFERS,
        [
            (
                batch.village_id, period_id, transfer_id, entry_id,
                account_ids[debit], account_ids[credit], unit_id, amount,
            )
            for transfer_id, entry_id, debit, credit, unit_id, amount in batch.transfers
        ],
    )  # fmt: skip
    connection.exec_driver_sql(
        _MOVE,
        [
            (given - taken, last_id, account_id)
            for account_id, (taken, given, last_id) in zip(
                account_ids, batch.movements(), strict=True
            )
            if last_id
        ],
    )
