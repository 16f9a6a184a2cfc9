"""Taking an entry back: the mirror of the whole, once."""

from datetime import date

from app.kit.errors import Conflict
from app.ledger.domain.drafts import EntryDraft, EntryKind, Posted, mirrored
from app.ledger.queries.entries import entry

from .posting import post


def reversal_draft(
    entry_id: int,
    *,
    village_id: int,
    actor_id: int,
    idempotency_key: str,
    occurred_on: date,
    memo: str = "",
) -> EntryDraft:
    """The draft that mirrors an entry, to be posted alone or with others.

    Raises NotFound `entry_not_found`, Conflict `reversal_of_reversal`.
    """
    original = entry(village_id, entry_id)
    if original.kind == EntryKind.REVERSAL:
        raise Conflict("reversal_of_reversal")
    return EntryDraft(
        village_id=village_id,
        kind=EntryKind.REVERSAL,
        occurred_on=occurred_on,
        actor_id=actor_id,
        idempotency_key=idempotency_key,
        transfers=mirrored(original.drafts),
        reverses_id=entry_id,
        rule_version_id=original.rule_version_id,
        memo=memo,
    )


def reverse(
    entry_id: int,
    *,
    village_id: int,
    actor_id: int,
    idempotency_key: str,
    occurred_on: date,
    memo: str = "",
) -> Posted:
    """Reverse an entry in the open period.

    Raises what `reversal_draft` and `post` raise: Conflict `already_reversed`, say, or
    `insufficient_balance` when the points are spent.
    """
    draft = reversal_draft(
        entry_id,
        village_id=village_id,
        actor_id=actor_id,
        idempotency_key=idempotency_key,
        occurred_on=occurred_on,
        memo=memo,
    )
    return post([draft])[0]
