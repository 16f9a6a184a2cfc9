"""Who may look at a claim, when a step is over, and who is drawn for a panel."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from app.rulebook.domain.reviews import ReviewStep

from .states import Decision


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Somebody of the staff as a step sees them.

    `household_id` is None for somebody who declared to be of no household in the village;
    `declared` is False for who has not said.
    """

    account_id: int
    steps: frozenset[ReviewStep]
    declared: bool
    household_id: int | None
    grid_id: int | None


@dataclass(frozen=True, slots=True)
class Turn:
    """A claim at one step: what decides who may look at it now.

    `submitters` brought the claim in or changed it. `decided_elsewhere` have decided about it at
    another step of this round, or, in an appeal, ever. `decided_here` decided at this step in this
    round. `drawn` is None where everybody of the step may look.
    """

    step: ReviewStep
    household_id: int
    grid_id: int | None
    kin: frozenset[int]
    submitters: frozenset[int]
    decided_elsewhere: frozenset[int]
    decided_here: frozenset[int] = frozenset()
    drawn: frozenset[int] | None = None

    def with_everybody(self) -> "Turn":
        """The same as if nobody had been drawn, for drawing."""
        return replace(self, drawn=None)


class Bar(StrEnum):
    """Why somebody may not look at a claim; each has its sentence in the message table."""

    OTHER_STEP = "reviewer_not_of_step"
    OTHER_GRID = "reviewer_of_other_grid"
    UNDECLARED = "reviewer_undeclared"
    OWN_HOUSEHOLD = "reviewer_own_household"
    KIN = "reviewer_is_kin"
    SUBMITTER = "reviewer_submitted"
    DECIDED_ELSEWHERE = "reviewer_decided_elsewhere"
    DECIDED_HERE = "reviewer_decided_already"
    NOT_DRAWN = "reviewer_not_drawn"


def bar(reviewer: Reviewer, turn: Turn) -> Bar | None:
    """The first reason that keeps somebody from deciding at this turn; None when nothing does."""
    account_id = reviewer.account_id
    checks = (
        (Bar.OTHER_STEP, turn.step not in reviewer.steps),
        (Bar.UNDECLARED, not reviewer.declared),
        (Bar.OWN_HOUSEHOLD, reviewer.household_id == turn.household_id),
        (Bar.KIN, reviewer.household_id in turn.kin),
        (Bar.SUBMITTER, account_id in turn.submitters),
        (Bar.OTHER_GRID, _is_of_other_grid(reviewer, turn)),
        (Bar.DECIDED_ELSEWHERE, account_id in turn.decided_elsewhere),
        (Bar.DECIDED_HERE, account_id in turn.decided_here),
        (Bar.NOT_DRAWN, turn.drawn is not None and account_id not in turn.drawn),
    )
    return next((reason for reason, holds in checks if holds), None)


def _is_of_other_grid(reviewer: Reviewer, turn: Turn) -> bool:
    """A household that is in no grid may be looked at by the worker of any."""
    if turn.step is not ReviewStep.GRID or turn.grid_id is None:
        return False
    return reviewer.grid_id != turn.grid_id


class StepResult(StrEnum):
    """Where a step stands after a decision."""

    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"
    ASKED_BACK = "asked_back"


def step_result(
    step: ReviewStep, decisions: Sequence[Decision], *, quorum: int, undecided: int
) -> StepResult:
    """What the decisions at a step come to.

    A panel approves or refuses when `quorum` of it say so, and refuses too when the `undecided`
    that may still speak cannot make up the quorum any more. Elsewhere one decides. A question is
    answered before anybody goes on, so one is enough to ask back.
    """
    needed = quorum if step is ReviewStep.PANEL else 1
    counts = {decision: list(decisions).count(decision) for decision in Decision}
    if Decision.ASK_BACK in decisions:
        return StepResult.ASKED_BACK
    if counts[Decision.APPROVE] >= needed:
        return StepResult.APPROVED
    out_of_reach = counts[Decision.APPROVE] + undecided < needed
    if counts[Decision.REFUSE] >= needed or (counts[Decision.REFUSE] and out_of_reach):
        return StepResult.REFUSED
    return StepResult.OPEN


def draw(candidates: Iterable[int], *, seed: str, size: int) -> tuple[int, ...]:
    """`size` of the candidates, the same for the same seed, whatever their order.

    Anybody can check it: the account ids are sorted by the SHA-256 of "seed:id", and the first
    are drawn.
    """
    return tuple(sorted(candidates, key=lambda each: _lot(seed, each))[:size])


def _lot(seed: str, account_id: int) -> str:
    return hashlib.sha256(f"{seed}:{account_id}".encode()).hexdigest()
