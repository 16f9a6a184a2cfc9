"""What was decided about claims, by whom, and how long it had waited."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from app.claims.domain.states import DECISIONS, ClaimKind
from app.claims.models import Claim, ClaimEvent, InspectionMark
from app.extensions import db
from app.kit.db import among

from .claims import events

DecisionRow = tuple[int, int, int, str, datetime, datetime, bool]
"""Claim, household, who decided, what, when, since when it had waited for that step, and whether
the household gains by an approval (a deduction takes).
"""


def decisions_between(village_id: int, *, since: datetime, until: datetime) -> list[DecisionRow]:
    """The decisions from an instant on and before another, oldest first.

    A step waits from the submission on, or from the last decision of the step before it.
    """
    rows = db.session.execute(
        select(ClaimEvent, Claim.household_id, Claim.kind)
        .join(Claim, Claim.id == ClaimEvent.claim_id)
        .where(
            Claim.village_id == village_id,
            ClaimEvent.kind.in_([each.value for each in DECISIONS]),
            ClaimEvent.happened_at >= since,
            ClaimEvent.happened_at < until,
        )
        .order_by(ClaimEvent.id)
    ).all()
    history = events({event.claim_id for event, *_ in rows})
    return [
        (
            event.claim_id, household_id, event.actor_id, event.kind, event.happened_at,
            _waited_since(event, history[event.claim_id]), kind == ClaimKind.AWARD,
        )
        for event, household_id, kind in rows
    ]  # fmt: skip


def _waited_since(decision: ClaimEvent, history: list[ClaimEvent]) -> datetime:
    """When the last thing happened before that was no decision at the same step."""
    here = (decision.round, decision.step)
    before = [
        each.happened_at
        for each in history
        if each.id < decision.id
        and not (each.kind in DECISIONS and (each.round, each.step) == here)
    ]
    return max(before, default=decision.happened_at)


def hands_in_awards(village_id: int, award_ids: Collection[int]) -> dict[int, set[int]]:
    """The accounts behind each award: who brought a claim in or decided about it, and who marked
    a household on an inspection round or checked the mark.
    """
    hands: dict[int, set[int]] = defaultdict(set)
    rows = db.session.execute(
        select(Claim.award_id, Claim.created_by, ClaimEvent.actor_id)
        .join(ClaimEvent, ClaimEvent.claim_id == Claim.id)
        .where(Claim.village_id == village_id, among(Claim.award_id, set(award_ids)))
    )
    for award_id, created_by, actor_id in rows:
        hands[award_id or 0] |= {created_by, actor_id}
    marks = db.session.execute(
        select(InspectionMark.award_id, InspectionMark.marked_by, InspectionMark.checked_by).where(
            among(InspectionMark.award_id, set(award_ids))
        )
    )
    for award_id, *accounts in marks:
        hands[award_id or 0] |= {each for each in accounts if each is not None}
    return hands
