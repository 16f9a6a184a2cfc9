"""What the posting function and the statements of one database hand each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from app.ledger.domain.judging import LimitedBalance, Outcome


@dataclass(frozen=True, slots=True)
class Found:
    """What was found and, as far as it can change, locked until the transaction ends.

    `account_ids` in the order of the addresses asked for, None where no account is open yet; then
    nothing else was looked at. `period` is the open period's id and the last entry that is under
    a head; None when the village has no open period. `balances` and `versions` by account id.
    """

    account_ids: Sequence[int | None]
    period: tuple[int, int] | None
    balances: dict[int, LimitedBalance]
    versions: Sequence[int]
    outcomes: dict[str, Outcome]


class EntryColumns(NamedTuple):
    """A row of `ledger_entry`, without what a whole batch shares."""

    id: int
    kind: str
    occurred_on: date
    actor_id: int
    idempotency_key: str
    request_digest: bytes
    reverses_id: int | None
    rule_version_id: int | None
    memo: str


class TransferColumns(NamedTuple):
    """A row of `ledger_transfer`, without what a whole batch shares."""

    id: int
    entry_id: int
    debit_account_id: int
    credit_account_id: int
    unit_id: int
    amount: int


class BalanceChange(NamedTuple):
    """What a batch does to an account; nothing is there to be changed where it has no limit."""

    account_id: int
    change: int
    last_id: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Accepted entries and their transfers, in the order of their ids."""

    village_id: int
    period_id: int
    posted_at: datetime
    entries: Sequence[EntryColumns]
    transfers: Sequence[TransferColumns]

    def balance_changes(self) -> list[BalanceChange]:
        """The sum of what moved on each account, with the last transfer that did."""
        changes: dict[int, int] = {}
        last_ids: dict[int, int] = {}
        for transfer_id, _, debit_id, credit_id, _, amount in self.transfers:
            changes[debit_id] = changes.get(debit_id, 0) - amount
            changes[credit_id] = changes.get(credit_id, 0) + amount
            last_ids[debit_id] = last_ids[credit_id] = transfer_id
        return [
            BalanceChange(account_id, change, last_ids[account_id])
            for account_id, change in changes.items()
        ]
