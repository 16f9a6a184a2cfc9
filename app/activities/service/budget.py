"""Points of the branch: granted by the head bank, put into pools of activities and back."""

from sqlalchemy import select

from app.activities.models import Activity, PoolMovement, QuotaGrant
from app.extensions import db
from app.identity import queries as places
from app.kit import clock
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.ids import new_id
from app.kit.month import Month
from app.kit.points import Tenths
from app.ledger.domain.accounts import activity_pool, branch_budget, issuance
from app.ledger.domain.drafts import EntryDraft, EntryKind, TransferDraft
from app.ledger.queries import balance
from app.ledger.service import hold_accounts, post

GRANT_MAX = Tenths(10_000_000)


def grant_quota(
    *,
    town_id: int,
    village_id: int,
    month: Month,
    amount: Tenths,
    actor_id: int,
    idempotency_key: str,
) -> QuotaGrant:
    """Give a branch of the town points to award from; the same key is the same grant.

    Raises Invalid `points_out_of_range`, NotFound `village_not_found`, Conflict
    `idempotency_mismatch` when the key stands for another amount.
    """
    if places.village(village_id).town_id != town_id:
        raise NotFound("village_not_found")
    if not 0 < amount <= GRANT_MAX:
        raise Invalid("points_out_of_range", points_max_tenths=GRANT_MAX)
    posted = post(
        [
            EntryDraft(
                village_id=village_id,
                kind=EntryKind.GRANT,
                occurred_on=month.first_day,
                actor_id=actor_id,
                idempotency_key=f"grant:{idempotency_key}",
                transfers=(TransferDraft(issuance(village_id), branch_budget(village_id), amount),),
                memo=str(month),
            )
        ]
    )[0]
    if posted.replayed:
        return db.session.scalars(
            select(QuotaGrant).where(QuotaGrant.entry_id == posted.entry_id)
        ).one()
    grant = QuotaGrant(
        id=new_id(),
        village_id=village_id,
        month=str(month),
        amount=amount,
        entry_id=posted.entry_id,
        granted_at=clock.now(),
        granted_by=actor_id,
    )
    db.session.add(grant)
    db.session.flush()
    return grant


def fill_pool(*, activity: Activity, amount: Tenths, actor_id: int) -> None:
    """Move budget into the activity's pool; Conflict `branch_budget_short` with the figures."""
    check_budget(activity.village_id, amount)
    _move(activity, amount, returns=False, actor_id=actor_id)


def check_budget(village_id: int, amount: Tenths) -> None:
    """See to it, under the budget's lock, that the branch has so much left; Conflict
    `branch_budget_short` with the figures.
    """
    budget = branch_budget(village_id)
    hold_accounts(village_id, [budget])
    left = balance(budget)
    if left < amount:
        raise Conflict("branch_budget_short", needed_tenths=amount, budget_tenths=left)


def empty_pool(*, activity: Activity, amount: Tenths, actor_id: int) -> None:
    """Move what an activity did not need back to the branch's budget."""
    if amount:
        _move(activity, amount, returns=True, actor_id=actor_id)


def _move(activity: Activity, amount: Tenths, *, returns: bool, actor_id: int) -> None:
    budget = branch_budget(activity.village_id)
    pool = activity_pool(activity.village_id, activity.id)
    movement = PoolMovement(
        id=new_id(),
        village_id=activity.village_id,
        activity_id=activity.id,
        returns=returns,
        amount=amount,
    )
    debit, credit = (pool, budget) if returns else (budget, pool)
    movement.entry_id = post(
        [
            EntryDraft(
                village_id=activity.village_id,
                kind=EntryKind.POOL_RETURN if returns else EntryKind.POOL_RESERVE,
                occurred_on=clock.today(),
                actor_id=actor_id,
                idempotency_key=f"pool-movement:{movement.id}",
                transfers=(TransferDraft(debit, credit, amount),),
            )
        ]
    )[0].entry_id
    db.session.add(movement)
    db.session.flush()
