"""Filling the bonus pool, and posting what a close computes."""

from collections.abc import Iterator, Sequence

from app.extensions import db
from app.incentives import queries
from app.incentives.domain.computing import compute
from app.incentives.domain.postings import Posting, postings
from app.incentives.models import BonusPoolMovement, IncentiveMonth
from app.incentives.queries.gathering import gather_ledger
from app.kit import clock
from app.kit.errors import Conflict
from app.kit.ids import new_id
from app.kit.month import Month
from app.kit.points import Tenths
from app.ledger import queries as books
from app.ledger import service as ledger
from app.ledger.domain.accounts import bonus_pool, branch_budget
from app.ledger.domain.drafts import EntryDraft, EntryKind, TransferDraft
from app.rulebook import queries as rulebook

# An entry has at most 400 receivers and the pool, posting takes at most 1,000 accounts.
_RECEIVERS_PER_BATCH = 900


def move_pool(
    *, village_id: int, amount: Tenths, returns: bool, actor_id: int
) -> BonusPoolMovement:
    """Put budget of the branch into its bonus pool, or take it out again.

    The pool is the most that the bonuses of a close can come to. Raises Conflict
    `branch_budget_short` or `bonus_pool_short` (needed_tenths, budget_tenths).
    """
    budget, pool = branch_budget(village_id), bonus_pool(village_id)
    debit, credit = (pool, budget) if returns else (budget, pool)
    held = ledger.hold_accounts(village_id, [debit, credit])
    if held.balance(debit) < amount:
        raise Conflict(
            "bonus_pool_short" if returns else "branch_budget_short",
            needed_tenths=amount,
            budget_tenths=held.balance(debit),
        )
    movement = BonusPoolMovement(
        id=new_id(),
        village_id=village_id,
        returns=returns,
        amount=amount,
        moved_at=clock.now(),
        moved_by=actor_id,
    )
    draft = EntryDraft(
        village_id=village_id,
        kind=EntryKind.POOL_RETURN if returns else EntryKind.POOL_RESERVE,
        occurred_on=clock.today(),
        actor_id=actor_id,
        idempotency_key=f"bonus-pool:{movement.id}",
        transfers=(TransferDraft(debit, credit, amount),),
    )
    movement.entry_id = ledger.post([draft])[0].entry_id
    db.session.add(movement)
    db.session.flush()
    return movement


def post_month(*, village_id: int, month: Month, actor_id: int) -> None:
    """Compute the open month and post the results; once for each month.

    To be called by the close, which holds the period for itself: nobody else is posting, and the
    pool holds at the end what it held at the beginning. What the register says is kept beside.
    """
    period = books.period(village_id, month)
    version = rulebook.current_version(village_id, month.last_day)
    version_id = None if version is None else version.id
    rows = gather_ledger(period)
    register = queries.gather_register(village_id, month, frozenset(rows.standing))
    result = compute(rulebook.incentives_of(version), register, rows)
    entry_ids = [
        posted.entry_id
        for batch in _batches(postings(result, village_id, month))
        for posted in ledger.post(
            [_draft(posting, village_id, month, version_id, actor_id) for posting in batch]
        )
    ]
    db.session.add(
        IncentiveMonth(
            id=new_id(),
            village_id=village_id,
            period_id=period.id,
            month=str(month),
            rule_version_id=version_id,
            facts=register.text(),
            last_entry_id=max(entry_ids, default=0),
            computed_at=clock.now(),
            computed_by=actor_id,
        )
    )
    db.session.flush()


def _batches(found: Sequence[Posting]) -> Iterator[list[Posting]]:
    batch: list[Posting] = []
    receivers = 0
    for posting in found:
        if receivers + len(posting.transfers) > _RECEIVERS_PER_BATCH:
            yield batch
            batch, receivers = [], 0
        batch.append(posting)
        receivers += len(posting.transfers)
    if batch:
        yield batch


def _draft(
    posting: Posting, village_id: int, month: Month, rule_version_id: int | None, actor_id: int
) -> EntryDraft:
    return EntryDraft(
        village_id=village_id,
        kind=posting.kind,
        # A month may be closed before its last day or after it.
        occurred_on=min(clock.today(), month.last_day),
        actor_id=actor_id,
        idempotency_key=posting.key,
        transfers=posting.transfers,
        rule_version_id=rule_version_id,
        memo=str(month),
    )
