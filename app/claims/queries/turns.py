"""Who may look at which claim now."""

from collections.abc import Iterable, Sequence

from app.claims.domain.reviews import Reviewer, Turn, bar
from app.claims.domain.states import DECISIONS, REVIEWED, SUBMISSIONS, ClaimKind, ClaimState
from app.claims.models import Claim, ClaimDraw, ClaimEvent
from app.identity import queries as identity
from app.identity.domain import Role
from app.kit.errors import NotFound
from app.people import queries as people
from app.rulebook.domain.reviews import ReviewStep

from .claims import ClaimView, account_ids, claim, claims, draws, events, views
from .deductions import mend_notice

_STEPS = {
    Role.GRID_WORKER: ReviewStep.GRID,
    Role.ORGANISER: ReviewStep.ORGANISER,
    Role.REVIEWER: ReviewStep.PANEL,
    Role.SUPERVISION: ReviewStep.SUPERVISION,
}
REVIEWING_ROLES = tuple(_STEPS)


def reviewers(village_id: int) -> dict[int, Reviewer]:
    """The staff of the village as the steps see them, by account id."""
    ties = people.staff_ties(village_id)
    found = {}
    for account, roles in identity.staff(village_id):
        tie = ties.get(account.id)
        found[account.id] = Reviewer(
            account_id=account.id,
            steps=frozenset(_STEPS[role] for role in roles if role in _STEPS),
            declared=tie is not None,
            household_id=tie.household.id if tie is not None and tie.household else None,
            grid_id=None if tie is None else tie.grid_id,
        )
    return found


def turns(village_id: int, found: Sequence[ClaimView]) -> dict[int, Turn]:
    """What decides who may look at each of these claims, which wait for somebody."""
    ids = [view.claim.id for view in found]
    done, drawn = events(ids), draws(ids)
    kin = people.kin_of(village_id, {view.household.id for view in found})
    return {
        view.claim.id: _turn(
            view, done[view.claim.id], drawn[view.claim.id], kin.get(view.household.id, set())
        )
        for view in found
    }


def _turn(
    view: ClaimView, done: Sequence[ClaimEvent], drawn: Sequence[ClaimDraw], kin: Iterable[int]
) -> Turn:
    claim = view.claim
    here = (claim.round, claim.step)
    decided = [event for event in done if event.kind in DECISIONS]
    submitters = {event.actor_id for event in done if event.kind in SUBMISSIONS}
    if claim.kind == ClaimKind.DEDUCTION:
        notice = mend_notice(claim.village_id, claim.mend_notice_id or 0)
        submitters.add(notice.issued_by)
    return Turn(
        step=view.present_step,
        household_id=view.household.id,
        grid_id=view.household.grid_id,
        kin=frozenset(kin),
        submitters=frozenset(submitters),
        decided_elsewhere=frozenset(
            event.actor_id
            for event in decided
            if (event.round, event.step) != here
            # Another panel decides an appeal; a claim that was changed starts over.
            and (claim.state == ClaimState.APPEALED or event.round == claim.round)
        ),
        decided_here=frozenset(
            event.actor_id for event in decided if (event.round, event.step) == here
        ),
        drawn=_last_draw(drawn, here),
    )


def _last_draw(drawn: Sequence[ClaimDraw], here: tuple[int, int]) -> frozenset[int] | None:
    found = [row for row in drawn if (row.round, row.step) == here]
    if not found:
        return None
    return frozenset(account_ids(found[-1].drawn))


def look_at(village_id: int, claim_id: int, account_id: int) -> Claim:
    """A claim for somebody who reviews; NotFound `claim_not_found` for one of their own household
    or declared kin, which they never see.
    """
    found = claim(village_id, claim_id)
    reviewer = reviewers(village_id).get(account_id)
    (view,) = views(village_id, [found])
    kin = people.kin_of(village_id, {view.household.id}).get(view.household.id, set())
    if reviewer is not None and reviewer.household_id in {view.household.id, *kin}:
        raise NotFound("claim_not_found")
    return found


def waiting_for(village_id: int, account_id: int) -> list[ClaimView]:
    """The claims that this member of staff may decide now, the oldest first."""
    reviewer = reviewers(village_id).get(account_id)
    if reviewer is None:
        return []
    found = views(village_id, claims(village_id, states=REVIEWED))[::-1]
    of_step = [view for view in found if view.present_step in reviewer.steps]
    told = turns(village_id, of_step)
    return [view for view in of_step if bar(reviewer, told[view.claim.id]) is None]


def eligible(village_id: int, turn: Turn) -> list[int]:
    """The accounts that may decide at this turn, in the order of their ids."""
    return sorted(
        account_id
        for account_id, reviewer in reviewers(village_id).items()
        if bar(reviewer, turn) is None
    )
