"""What incentives know about entries of theirs: every closed month is computed once more."""

from collections.abc import Iterator

from sqlalchemy import select

from app.extensions import db
from app.incentives.domain.postings import INCENTIVE_KINDS, postings
from app.incentives.models import BonusPoolMovement, IncentiveMonth
from app.kit.month import Month
from app.ledger.domain.accounts import bonus_pool, branch_budget
from app.ledger.domain.drafts import TransferDraft
from app.ledger.queries.witnesses import Witness, WitnessSource, names_newer

from .months import computed_month


def _testify(village_id: int, since: int | None) -> Iterator[Witness]:
    yield from _pool_movements(village_id, since)
    months = db.session.scalars(
        select(IncentiveMonth.month).where(
            IncentiveMonth.village_id == village_id,
            names_newer(since, IncentiveMonth.last_entry_id),
        )
    ).all()
    for code in months:
        found = computed_month(village_id, Month.parse(code))
        for posting in postings(found.result, village_id, found.month):
            # 0 is no entry: what was computed and is not in the books is named by the checker.
            entry_id = found.entry_ids.get(posting.key, 0)
            yield Witness(entry_id, posting.transfers, posting.key)


def _pool_movements(village_id: int, since: int | None) -> Iterator[Witness]:
    for movement in db.session.scalars(
        select(BonusPoolMovement).where(
            BonusPoolMovement.village_id == village_id,
            names_newer(since, BonusPoolMovement.entry_id),
        )
    ):
        budget, pool = branch_budget(village_id), bonus_pool(village_id)
        debit, credit = (pool, budget) if movement.returns else (budget, pool)
        moved = TransferDraft(debit, credit, movement.amount)
        yield Witness(movement.entry_id, (moved,), f"bonus pool movement {movement.id}")


INCENTIVE_WITNESS = WitnessSource("incentives", INCENTIVE_KINDS, _testify)
