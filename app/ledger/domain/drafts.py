"""What is handed to the posting function, and the digest that names its content."""

import hashlib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .accounts import Address


class EntryKind(StrEnum):
    """The business event an entry stands for. Words are part of sealed rows and never change."""

    GRANT = "grant"
    POOL_RESERVE = "pool_reserve"
    POOL_RETURN = "pool_return"
    AWARD = "award"
    DEDUCTION = "deduction"
    BONUS = "bonus"
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
    REVERSAL = "reversal"


@dataclass(frozen=True, slots=True, order=True)
class TransferDraft:
    """Move `amount` (> 0; tenths or pieces) from the debit account to the credit account."""

    debit: Address
    credit: Address
    amount: int


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """One business event to be written down.

    `idempotency_key` names the event itself (such as "redemption:…"), so that posting it again,
    by whatever way, finds the entry that is already there. `memo` carries no personal data.
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


@dataclass(frozen=True, slots=True)
class Posted:
    """The entry that stands for a draft; `replayed` when it had been posted before."""

    entry_id: int
    period_id: int
    replayed: bool


def request_digest(draft: EntryDraft) -> bytes:
    """SHA-256 over what the draft says; the same key with another digest is a conflict.

    Who sends it is left out: a colleague who repeats a colleague's request repeats it.
    """
    parts = [
        draft.kind,
        draft.occurred_on.isoformat(),
        str(draft.reverses_id or 0),
        str(draft.rule_version_id or 0),
        draft.memo,
    ]
    for transfer in draft.transfers:
        parts.extend((_address_text(transfer.debit), _address_text(transfer.credit)))
        parts.append(str(transfer.amount))
    return hashlib.sha256("\n".join(parts).encode()).digest()


def _address_text(address: Address) -> str:
    return f"{address.owner_kind:d}/{address.owner_id}/{address.purpose:d}/{address.unit_id}"
