"""Taking an award back."""

from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict
from app.ledger import queries as books
from app.ledger import service as ledger
from app.ledger.domain.accounts import household_pending, household_spendable
from app.ledger.domain.drafts import EntryDraft, EntryKind, Posted
from app.rulebook import queries
from app.rulebook.models import Award

from .awards import hold_awards


def reverse_award(
    *, award_id: int, village_id: int, actor_id: int, reason: str, idempotency_key: str
) -> int:
    """Take an award back in the open month; returns the id of the reversal.

    Points whose notice was settled come back from the spendable account first, in the same
    posting; what was granted at once is taken from where it went. Raises NotFound
    `award_not_found`, Conflict `award_without_points`, `already_reversed` or
    `insufficient_points` (balance_tenths, needed_tenths).
    """
    row = queries.award(village_id, award_id)
    if row.entry_id is None:
        raise Conflict("award_without_points")
    # Settling takes turns with us: from here on the month is either settled or it is not.
    hold_awards(
        village_id,
        [
            queries.from_account(row),
            household_pending(village_id, row.household_id),
            household_spendable(village_id, row.household_id),
        ],
    )
    db.session.refresh(row)
    if row.reversal_entry_id is not None:
        if books.entry_by_key(village_id, idempotency_key) == row.reversal_entry_id:
            return row.reversal_entry_id
        raise Conflict("already_reversed")
    drafts = []
    if not row.at_once and books.is_settled(village_id, row.entry_id):
        drafts.append(_return_draft(row, actor_id, idempotency_key))
    drafts.append(
        ledger.reversal_draft(
            row.entry_id,
            village_id=village_id,
            actor_id=actor_id,
            idempotency_key=idempotency_key,
            occurred_on=clock.today(),
        )
    )
    *returned, reversal = _post(drafts)
    row.return_entry_id = returned[0].entry_id if returned else None
    row.reversal_entry_id = reversal.entry_id
    row.reversal_reason = reason
    db.session.flush()
    return reversal.entry_id


def _post(drafts: list[EntryDraft]) -> list[Posted]:
    try:
        return ledger.post(drafts)
    except Conflict as refusal:
        if refusal.code != "insufficient_balance":
            raise
        raise Conflict(
            "insufficient_points",
            balance_tenths=refusal.facts["balance"],
            needed_tenths=refusal.facts["needed"],
        ) from refusal


def _return_draft(row: Award, actor_id: int, idempotency_key: str) -> EntryDraft:
    """What brings settled points back to where they were awarded."""
    return EntryDraft(
        village_id=row.village_id,
        kind=EntryKind.SETTLE_RETURN,
        occurred_on=clock.today(),
        actor_id=actor_id,
        idempotency_key=f"{idempotency_key}:return",
        transfers=queries.return_transfers(row),
    )
