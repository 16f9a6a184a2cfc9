"""Whether a draft may be written, decided on what the locks hold still."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from app.kit.errors import Conflict, DomainError, Invalid, NotFound

from .accounts import Address
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


Way = tuple[Address, Address]
"""From where to where something moves."""

RETURNABLE = frozenset({EntryKind.REDEMPTION, EntryKind.GOODS_OUT})
"""What a household may bring back in part."""


@dataclass(slots=True)
class Books:
    """Everything a verdict depends on; accepting a draft moves it forward.

    `balances` has every limited account that the drafts name, `originals` every entry that they
    reverse or return a part of, `reversed_ids` those of them that have been reversed, and
    `returned` what has come back of them in parts, by the way on which it came back.
    """

    balances: dict[Address, LimitedBalance]
    outcomes: dict[str, Outcome]
    originals: dict[int, Original]
    reversed_ids: set[int]
    returned: dict[int, Counter[Way]]
    accepted: dict[str, Accepted] = field(default_factory=dict)


def judge(draft: EntryDraft, digest: bytes, books: Books, fault: str | None = None) -> Verdict:
    """Accept a draft and carry its amounts over, or leave the books as they are.

    `digest` is that of what it asks for, see `canonical.request_digest`; `fault` is what
    `form_fault` finds, and then the digest is none that was ever written.

    Its key comes first: a request that is repeated gets its entry, whatever has become of the
    balances since.
    """
    key = draft.idempotency_key
    twin = books.accepted.get(key)
    if twin is not None:
        return twin if twin.request_digest == digest else Conflict("idempotency_mismatch")
    outcome = books.outcomes.get(key)
    if outcome is not None:
        same = outcome.request_digest == digest
        return outcome.posted if same else Conflict("idempotency_mismatch")
    if fault is not None:
        return Invalid("bad_entry", reason=fault)
    refusal = _refuse_correction(draft, books) or _carry_over(draft.transfers, books.balances)
    if refusal is not None:
        return refusal
    if draft.reverses_id is not None:
        books.reversed_ids.add(draft.reverses_id)
    if draft.returns_id is not None:
        back = books.returned.setdefault(draft.returns_id, Counter())
        back.update(amounts_by_way(draft.transfers))
    books.accepted[key] = Accepted(draft, digest)
    return books.accepted[key]


def _refuse_correction(draft: EntryDraft, books: Books) -> DomainError | None:
    if draft.original_id is None:
        return None
    original = books.originals.get(draft.original_id)
    if original is None:
        return NotFound("entry_not_found")
    if draft.returns_id is not None and original.kind not in RETURNABLE:
        return Conflict("not_returnable")
    if original.kind == EntryKind.REVERSAL:
        return Conflict("reversal_of_reversal")
    if draft.original_id in books.reversed_ids:
        return Conflict("already_reversed")
    refuse = _refuse_whole if draft.returns_id is None else _refuse_part
    back = books.returned.get(draft.original_id, Counter())
    return refuse(draft.transfers, original.transfers, back)


def _refuse_whole(
    transfers: Sequence[TransferDraft],
    original: Sequence[TransferDraft],
    back: Counter[Way],
) -> DomainError | None:
    """The whole is taken back exactly, and not after a part of it."""
    if back:
        return Conflict("partly_returned")
    if transfers != mirrored(original):
        return Invalid("bad_entry", reason="mirror")
    return None


def _refuse_part(
    transfers: Sequence[TransferDraft],
    original: Sequence[TransferDraft],
    back: Counter[Way],
) -> DomainError | None:
    """Parts may come back on the ways of the original until nothing of it is left."""
    gone = amounts_by_way(mirrored(original))
    for way, amount in amounts_by_way(transfers).items():
        left = gone[way] - back[way]
        if way not in gone:
            return Invalid("bad_entry", reason="mirror")
        if amount > left:
            unit_id = str(way[0].unit_id)
            return Conflict("more_than_original", unit_id=unit_id, left=left, wanted=amount)
    return None


def amounts_by_way(transfers: Iterable[TransferDraft]) -> Counter[Way]:
    """How much these move from where to where."""
    amounts: Counter[Way] = Counter()
    for transfer in transfers:
        amounts[transfer.debit, transfer.credit] += transfer.amount
    return amounts


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
