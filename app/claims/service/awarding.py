"""Paying awards from the branch's budget, with the figures when it does not reach."""

from collections.abc import Sequence

from app.kit.errors import Conflict
from app.rulebook import service as rulebook
from app.rulebook.domain.awards import AwardOutcome, AwardRequest


def award_from_budget(requests: Sequence[AwardRequest]) -> list[AwardOutcome]:
    """Award all of them in one batch; Conflict `branch_budget_short` (needed, budget)."""
    try:
        return rulebook.award(requests)
    except Conflict as refusal:
        if refusal.code != "insufficient_balance":
            raise
        raise Conflict(
            "branch_budget_short",
            needed_tenths=refusal.facts["needed"],
            budget_tenths=refusal.facts["balance"],
        ) from refusal
