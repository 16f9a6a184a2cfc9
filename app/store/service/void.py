"""Taking a redemption back: the points always, the goods when they are on the shelf again."""

from collections.abc import Sequence

from sqlalchemy import select

from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict, Invalid, NotFound
from app.ledger import service as ledger
from app.ledger.domain.drafts import Posted
from app.people import service as people
from app.store.domain.redemption import check_void
from app.store.models import Redemption


def void_redemption(
    *,
    village_id: int,
    redemption_id: int,
    actor_id: int,
    is_branch_president: bool,
    reason: str,
    goods_back: bool | None,
) -> Redemption:
    """Void a redemption, once, by a reversal of its points and, if `goods_back`, of its goods.

    Raises NotFound `redemption_not_found`, Conflict `already_voided`, Denied as `check_void`, and
    Invalid `goods_back_missing` when goods were handed out and nothing is said about them.
    """
    redemption = _held_redemption(village_id, redemption_id)
    if redemption.voided_at is not None:
        raise Conflict("already_voided", receipt_number=redemption.receipt_number)
    check_void(
        clerk_id=redemption.clerk_id,
        sold_on=redemption.sold_on,
        actor_id=actor_id,
        is_branch_president=is_branch_president,
        today=clock.today(),
    )
    if redemption.goods_entry_id is not None and goods_back is None:
        raise Invalid("goods_back_missing")
    reversed_ids = [redemption.entry_id]
    if goods_back and redemption.goods_entry_id is not None:
        reversed_ids.append(redemption.goods_entry_id)
    posted = _reverse(village_id, reversed_ids, actor_id)
    people.pass_on(
        village_id=village_id,
        household_ids=[redemption.household_id],
        cause=f"void:{redemption.id}",
        actor_id=actor_id,
    )
    redemption.voided_at = clock.now()
    redemption.void_actor_id = actor_id
    redemption.void_reason = reason
    redemption.goods_back = len(posted) == 2
    redemption.void_entry_id = posted[0].entry_id
    redemption.goods_void_entry_id = posted[1].entry_id if len(posted) == 2 else None
    db.session.flush()
    return redemption


def _reverse(village_id: int, entry_ids: Sequence[int], actor_id: int) -> list[Posted]:
    return ledger.post(
        [
            ledger.reversal_draft(
                entry_id,
                village_id=village_id,
                actor_id=actor_id,
                idempotency_key=f"void:{entry_id}",
                occurred_on=clock.today(),
            )
            for entry_id in entry_ids
        ]
    )


def _held_redemption(village_id: int, redemption_id: int) -> Redemption:
    redemption = db.session.scalar(
        select(Redemption)
        .where(Redemption.id == redemption_id, Redemption.village_id == village_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if redemption is None:
        raise NotFound("redemption_not_found")
    return redemption
