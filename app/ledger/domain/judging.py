"""Whether a draft may be written, decided on what the locks hold still."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.kit.errors import Conflict, DomainError, Invalid, NotFound

from .accounts import Address
from .canonical import request_digest
from .drafts import EntryDraft, EntryKind, Posted, TransferDraft, mirrored


@dataclass(slots=True)
class LimitedBalance:
    """The balance of an account with limits, as the drafts accepted so far leave it."""

    balance: int
    floor: int | None
    ceiling: int | None


@dataclass(frozen=True, slots=True)
class Accepted:
    """A draft to be written, with the digest of what it asks for."""

    draft: EntryDraft
    request_digest: bytes


Verdict = Accepted | Posted | DomainError
"""What to write, the entry that is already there, or the reason for neither."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an idempotency key was used for."""

    posted: Posted
    request_digest: bytes


@dataclass(frozen=True, slots=True)
class Original:
    """An entry that a draft wants to reverse."""

    kind: str
    transfers: tuple[TransferDraft, ...]


@dataclass(slots=True)
class Books:
    """Everything a verdict depends on; accepting a draft moves it forward.

    `balances` has every limited account that the drafts name, `originals` every entry they
    reverse, and `reversed_ids` those of them that have been reversed.
    """

    balances: dict[Address, LimitedBalance]
    outcomes: dict[str, Outcome]
    originals: dict[int, Original]
    reversed_ids: set[int]
    accepted: dict[str, Accepted] = field(default_factory=dict)


def judge(draft: EntryDraft, books: Books) -> Verdict:
    """Accept a draft and carry its amounts over, or leave the books as they are.

    Its key comes first: a request that is repeated gets its entry, whatever has become of the
    balances since.
    """
    key, digest = draft.idempotency_key, request_digest(draft)
    twin = books.accepted.get(key)
    if twin is not None:
        return twin if twin.request_digest == digest else Conflict("idempotency_mismatch")
    outcome = books.outcomes.get(key)
    if outcome is not None:
        same = outcome.request_digest == digest
        return outcome.posted if same else Conflict("idempotency_mismatch")
    refusal = _refuse_reversal(draft, books) or _carry_over(draft.transfers, books.balances)
    if refusal is not None:
        return refusal
    if draft.reverses_id is not None:
        books.reversed_ids.add(draft.reverses_id)
    books.accepted[key] = Accepted(draft, digest)
    return books.accepted[key]


def _refuse_reversal(draft: EntryDraft, books: Books) -> DomainError | None:
    if draft.reverses_id is None:
        return None
    original = books.originals.get(draft.reverses_id)
    if original is None:
        return NotFound("entry_not_found")
    if original.kind == EntryKind.REVERSAL:
        return Conflict("reversal_of_reversal")
    if draft.reverses_id in books.reversed_ids:
        return Conflict("already_reversed")
    if draft.transfers != mirrored(original.transfers):
        return Invalid("bad_entry", reason="mirror")
    return None


def _carry_over(
    transfers: Sequence[TransferDraft], balances: dict[Address, LimitedBalance]
) -> DomainError | None:
    """Move the amounts one after the other; every step must keep to the limits, not the end alone,
    because each step becomes a row of its own.
    """
    after: dict[Address, int] = {}
    for transfer in transfers:
        for address, change in (
            (transfer.debit, -transfer.amount),
            (transfer.credit, transfer.amount),
        ):
            limited = balances.get(address)
            if limited is None:
                continue
            before = after.get(address, limited.balance)
            after[address] = before + change
            if limited.floor is not None and before + change < limited.floor:
                return _insufficient(address, balance=before, needed=transfer.amount)
            if limited.ceiling is not None and before + change > limited.ceiling:
                return Conflict("balance_ceiling", ceiling=limited.ceiling)
    for address, balance in after.items():
        balances[address].balance = balance
    return None


def _insufficient(address: Address, *, balance: int, needed: int) -> Conflict:
    return Conflict(
        "insufficient_balance",
        owner_id=str(address.owner_id),
        purpose=address.purpose.name.lower(),
        unit_id=str(address.unit_id),
        balance=balance,
        needed=needed,
    )
