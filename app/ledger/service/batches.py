"""What the posting function and the statements of one database hand each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from app.kit import clock
from app.kit.ids import new_ids
from app.ledger.domain.accounts import LIMITED_PURPOSES, Address
from app.ledger.domain.drafts import EntryDraft
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
    """A row of `ledger_transfer`, without what a whole batch shares.

    The accounts by their places among those of the batch, as their ids may not be known yet.
    """

    id: int
    entry_id: int
    debit_place: int
    credit_place: int
    unit_id: int
    amount: int


class Movement(NamedTuple):
    """What a batch does to an account: all that it takes, all that it gives, the last transfer."""

    taken: int
    given: int
    last_id: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries and their transfers, in the order of their ids, and the accounts they name."""

    village_id: int
    posted_at: datetime
    accounts: Sequence[Address]
    entries: Sequence[EntryColumns]
    transfers: Sequence[TransferColumns]

    @property
    def limited_accounts(self) -> int:
        """How many of the accounts have a limit, and so a balance row."""
        return sum(address.purpose in LIMITED_PURPOSES for address in self.accounts)

    def movements(self) -> list[Movement]:
        """In the order of the accounts."""
        taken = [0] * len(self.accounts)
        given = [0] * len(self.accounts)
        last_ids = [0] * len(self.accounts)
        for transfer_id, _, debit, credit, _, amount in self.transfers:
            taken[debit] += amount
            given[credit] += amount
            last_ids[debit] = last_ids[credit] = transfer_id
        return [Movement(*moved) for moved in zip(taken, given, last_ids, strict=True)]


def batch_of(
    drafts: Sequence[tuple[EntryDraft, bytes]], accounts: Sequence[Address], *, after: int = 0
) -> Batch:
    """The rows of drafts of one village, each with its digest, now; with new ids above `after`.

    `accounts` are all that they name, each once.
    """
    places = {address: place for place, address in enumerate(accounts)}
    ids = iter(new_ids(sum(1 + len(draft.transfers) for draft, _ in drafts), after=after))
    entries, transfers = [], []
    for draft, digest in drafts:
        entry_id = next(ids)
        entries.append(_entry_row(entry_id, draft, digest))
        transfers += [
            TransferColumns(
                next(ids), entry_id, places[debit], places[credit], debit.unit_id, amount
            )
            for debit, credit, amount in draft.transfers
        ]
    return Batch(drafts[0][0].village_id, clock.now(), accounts, entries, transfers)


def _entry_row(entry_id: int, draft: EntryDraft, digest: bytes) -> EntryColumns:
    return EntryColumns(
        id=entry_id,
        kind=draft.kind.value,
        occurred_on=draft.occurred_on,
        actor_id=draft.actor_id,
        idempotency_key=draft.idempotency_key,
        request_digest=digest,
        reverses_id=draft.reverses_id,
        rule_version_id=draft.rule_version_id,
        memo=draft.memo,
    )
