"""What two processes do to the same claims at the same time."""

from collections.abc import Sequence
from functools import partial

from app.claims import service
from app.claims.domain.states import Decision
from app.kit.errors import DomainError
from app.web.transaction import run_in_transaction
from tests.factories.activities import at
from tests.support.ring import wait_for_the_other


def approve_the_same_claims(
    process: int,
    village_id: int,
    claim_ids: Sequence[int],
    by: Sequence[int],
    round_number: int = 1,
) -> list[str]:
    """Each approves one claim after the other; what became of it, or the refusal."""
    return [_approve(village_id, each, by[process - 1], round_number) for each in claim_ids]


def _approve(village_id: int, claim_id: int, account_id: int, round_number: int) -> str:
    work = partial(
        service.decide_claim,
        village_id=village_id,
        claim_id=claim_id,
        round_number=round_number,
        step=0,
        decision=Decision.APPROVE,
        reason="",
        actor_id=account_id,
    )
    wait_for_the_other()
    try:
        with at(0):
            return run_in_transaction(lambda: str(work().state))
    except DomainError as refusal:
        return refusal.code
