"""Deciding about a claim, step by step; the last approval awards."""

from app.claims import queries
from app.claims.domain.reviews import StepResult, bar, step_result
from app.claims.domain.states import (
    REASON_LENGTH_MAX,
    REVIEWED,
    ClaimKind,
    ClaimState,
    Decision,
    EventKind,
)
from app.claims.models import Claim
from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict, Denied, Invalid
from app.kit.text import clean_line
from app.ledger.domain.accounts import branch_budget
from app.rulebook.domain.awards import AwardRequest
from app.rulebook.domain.reviews import ReviewStep

from .awarding import award_from_budget
from .deductions import decide_appeal, deduct
from .history import add_event, lock_claim
from .panels import draw_panel, open_step

_DECISIONS = {each.event: each for each in Decision}


def decide_claim(
    *,
    village_id: int,
    claim_id: int,
    round_number: int,
    step: int,
    decision: Decision,
    reason: str,
    actor_id: int,
) -> Claim:
    """Say yes, no, or ask back at the step that was shown; the claim goes on as the decisions of
    its step come to.

    The last approval posts the award or the deduction; an upheld appeal reverses. Raises Conflict
    `claim_moved_on` when the claim has left that round and step, Denied with one of the codes of
    `domain.reviews.Bar`, Invalid `text_missing` without a reason where one is due, or
    `deduction_not_asked_back`, Conflict `branch_budget_short`.
    """
    claim = lock_claim(village_id, claim_id)
    if claim.state not in REVIEWED or (claim.round, claim.step) != (round_number, step):
        raise Conflict("claim_moved_on")
    if decision is Decision.ASK_BACK and claim.kind == ClaimKind.DEDUCTION:
        raise Invalid("deduction_not_asked_back")
    why = ""
    if decision is not Decision.APPROVE or reason.strip():
        why = clean_line(reason, length_max=REASON_LENGTH_MAX, field="原因")
    view = queries.view(village_id, claim_id)
    _check_may_decide(view, actor_id)
    add_event(claim, decision.event, text=why, actor_id=actor_id, review_step=view.present_step)
    _go_on(view, _result(view), actor_id)
    db.session.flush()
    return claim


def draw_again(*, village_id: int, claim_id: int, reason: str, actor_id: int) -> Claim:
    """Draw the panel of a claim anew, because somebody drawn cannot come; who has decided already
    stays heard.

    Raises Conflict `panel_not_drawn` where no panel waits or the village does not draw, Invalid
    `text_missing`.
    """
    claim = lock_claim(village_id, claim_id)
    why = clean_line(reason, length_max=REASON_LENGTH_MAX, field="原因")
    view = queries.view(village_id, claim_id)
    size = queries.policy(village_id).drawn
    if claim.state not in REVIEWED or not size or view.present_step is not ReviewStep.PANEL:
        raise Conflict("panel_not_drawn")
    turn = queries.turns(village_id, [view])[claim.id]
    left = max(size - len(turn.decided_here), 1)
    draw_panel(view, size=left, reason=why, actor_id=actor_id)
    return claim


def _check_may_decide(view: queries.ClaimView, actor_id: int) -> None:
    village_id = view.claim.village_id
    reviewer = queries.reviewers(village_id).get(actor_id)
    if reviewer is None:
        raise Denied("denied")
    reason = bar(reviewer, queries.turns(village_id, [view])[view.claim.id])
    if reason is not None:
        raise Denied(reason)


def _result(view: queries.ClaimView) -> StepResult:
    claim = view.claim
    decisions = [
        _DECISIONS[EventKind(event.kind)]
        for event in queries.events([claim.id])[claim.id]
        if (event.round, event.step) == (claim.round, claim.step) and event.kind in _DECISIONS
    ]
    turn = queries.turns(claim.village_id, [view])[claim.id]
    return step_result(
        view.present_step,
        decisions,
        quorum=queries.policy(claim.village_id).quorum,
        undecided=len(queries.eligible(claim.village_id, turn)),
    )


def _go_on(view: queries.ClaimView, result: StepResult, actor_id: int) -> None:
    claim = view.claim
    if result is StepResult.OPEN:
        return
    if claim.state == ClaimState.APPEALED:
        decide_appeal(claim, upheld=result is StepResult.APPROVED, actor_id=actor_id)
    elif result is StepResult.ASKED_BACK:
        claim.state = ClaimState.ASKED_BACK
    elif result is StepResult.REFUSED:
        claim.state, claim.decided_at = ClaimState.REFUSED, clock.now()
    elif claim.step + 1 < len(view.path):
        claim.step += 1
        open_step(claim, actor_id=actor_id)
    elif claim.kind == ClaimKind.DEDUCTION:
        deduct(view, actor_id)
    else:
        _award(view, actor_id)


def _award(view: queries.ClaimView, actor_id: int) -> None:
    claim = view.claim
    request = AwardRequest(
        village_id=claim.village_id,
        rule_id=view.rule.id,
        member_id=claim.member_id,
        household_id=claim.household_id,
        occurred_on=claim.occurred_on,
        points_asked=view.rule.points,
        from_account=branch_budget(claim.village_id),
        source_kind="claim",
        source_id=claim.id,
        idempotency_key=f"claim:{claim.id}",
        actor_id=actor_id,
    )
    (outcome,) = award_from_budget([request])
    claim.state, claim.decided_at = ClaimState.APPROVED, clock.now()
    claim.award_id, claim.entry_id = outcome.award_id, outcome.entry_id
    claim.granted = outcome.granted
