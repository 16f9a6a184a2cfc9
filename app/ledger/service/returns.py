"""Taking a part of a redemption back: so much of the points, so many of the goods."""

from collections.abc import Sequence
from datetime import date

from app.ledger.domain.drafts import EntryDraft, EntryKind, Posted, TransferDraft, mirrored

from .posting import post


def return_draft(
    entry_id: int,
    *,
    village_id: int,
    parts: Sequence[TransferDraft],
    actor_id: int,
    idempotency_key: str,
    occurred_on: date,
) -> EntryDraft:
    """The draft that takes back parts of an entry, to be posted alone or with others.

    `parts` are transfers of the original, as they went, with what comes back as their amounts.
    """
    return EntryDraft(
        village_id=village_id,
        kind=EntryKind.RETURN,
        occurred_on=occurred_on,
        actor_id=actor_id,
        idempotency_key=idempotency_key,
        transfers=mirrored(parts),
        memo=str(entry_id),
    )


def return_part(
    entry_id: int,
    *,
    village_id: int,
    parts: Sequence[TransferDraft],
    actor_id: int,
    idempotency_key: str,
    occurred_on: date,
) -> Posted:
    """Take back parts of a redemption's points or goods in the open period.

    All returns of an entry together never exceed it: that is judged under the locks of its
    accounts. Raises what `post` raises: Conflict `not_returnable`, `already_reversed` or
    `more_than_original` (unit, left, wanted), NotFound `entry_not_found`.
    """
    draft = return_draft(
        entry_id,
        village_id=village_id,
        parts=parts,
        actor_id=actor_id,
        idempotency_key=idempotency_key,
        occurred_on=occurred_on,
    )
    return post([draft])[0]
