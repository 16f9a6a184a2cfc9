"""What is handed to the posting function, and what it hands back."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from .accounts import Address

IDEMPOTENCY_KEY_LENGTH_MAX = 100
MEMO_LENGTH_MAX = 200

# As str() writes it, so that the returns of an entry are found by one spelling.
_ENTRY_ID = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)


class EntryKind(StrEnum):
    """The business event an entry stands for. Words are part of sealed rows and never change."""

    GRANT = "grant"
    POOL_RESERVE = "pool_reserve"
    POOL_RETURN = "pool_return"
    AWARD = "award"
    DEDUCTION = "deduction"
    BONUS = "bonus"
    GRID_BONUS = "grid_bonus"
    TEAM_BONUS = "team_bonus"
    LINKED_SCORE = "linked_score"
    SETTLE = "settle"
    SETTLE_RETURN = "settle_return"
    HOLD = "hold"
    HOLD_RELEASE = "hold_release"
    ACTIVITY_PAYMENT = "activity_payment"
    REDEMPTION = "redemption"
    GOODS_OUT = "goods_out"
    STOCK_IN = "stock_in"
    STOCK_COUNT = "stock_count"
    SPOILAGE = "spoilage"
    STORE_SETTLEMENT = "store_settlement"
    EXPIRY = "expiry"
    RETURN = "return"
    MOVE = "move"
    SUCCESSION = "succession"
    REVERSAL = "reversal"


class TransferDraft(NamedTuple):
    """Move `amount` (> 0; tenths or pieces) from the debit account to the credit account."""

    debit: Address
    credit: Address
    amount: int


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """One business event to be written down.

    `idempotency_key` names the event itself (such as "redemption:…"), so that posting it again,
    by whatever way, finds the entry that is already there. `memo` carries no personal data; that
    of a partial return is the id of the entry of which it takes back a part.
    """

    village_id: int
    kind: EntryKind
    occurred_on: date
    actor_id: int
    idempotency_key: str
    transfers: tuple[TransferDraft, ...]
    reverses_id: int | None = None
    rule_version_id: int | None = None
    memo: str = ""

    @property
    def returns_id(self) -> int | None:
        """The entry of which a partial return takes something back; None for other kinds."""
        return int(self.memo) if self.kind is EntryKind.RETURN else None

    @property
    def original_id(self) -> int | None:
        """The entry that this one takes back, as a whole or in part."""
        return self.returns_id if self.reverses_id is None else self.reverses_id


@dataclass(frozen=True, slots=True)
class Posted:
    """The entry that stands for a draft; `replayed` when it had been posted before."""

    entry_id: int
    period_id: int
    replayed: bool


def addresses_of(drafts: Sequence[EntryDraft]) -> set[Address]:
    """Every account the drafts name."""
    return {
        address
        for draft in drafts
        for transfer in draft.transfers
        for address in (transfer.debit, transfer.credit)
    }


def mirrored(transfers: Sequence[TransferDraft]) -> tuple[TransferDraft, ...]:
    """The transfers that take these back.

    Last one first: what an entry passed on from account to account can then be handed back
    without any of them falling below its floor on the way.
    """
    return tuple(
        TransferDraft(debit=moved.credit, credit=moved.debit, amount=moved.amount)
        for moved in reversed(transfers)
    )


def form_fault(draft: EntryDraft, village_id: int) -> str | None:
    """What is wrong with a draft that no state of the village's books could take."""
    for reason, holds in (
        ("village", draft.village_id == village_id),
        ("key", 0 < len(draft.idempotency_key) <= IDEMPOTENCY_KEY_LENGTH_MAX),
        ("memo", len(draft.memo) <= MEMO_LENGTH_MAX),
        ("reversal", (draft.kind is EntryKind.REVERSAL) == (draft.reverses_id is not None)),
        ("return", draft.kind is not EntryKind.RETURN or _is_entry_id(draft.memo)),
        ("transfers", bool(draft.transfers)),
        ("transfer", all(_is_sound(transfer, village_id) for transfer in draft.transfers)),
    ):
        if not holds:
            return reason
    return None


def _is_entry_id(memo: str) -> bool:
    return _ENTRY_ID.fullmatch(memo) is not None and int(memo) < 2**63


def _is_sound(transfer: TransferDraft, village_id: int) -> bool:
    debit, credit = transfer.debit, transfer.credit
    return (
        transfer.amount > 0
        and debit != credit
        and debit.unit_id == credit.unit_id
        and debit.village_id == credit.village_id == village_id
    )
