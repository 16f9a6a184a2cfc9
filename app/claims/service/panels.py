"""Drawing the panel of a step, where the village wants it drawn."""

import secrets

from app.claims import queries
from app.claims.domain.reviews import draw
from app.claims.models import Claim, ClaimDraw
from app.extensions import db
from app.kit import clock
from app.kit.ids import new_id
from app.rulebook.domain.reviews import ReviewStep


def open_step(claim: Claim, *, actor_id: int) -> None:
    """Draw the panel if the claim's step is one and the village draws."""
    view = queries.view(claim.village_id, claim.id)
    size = queries.policy(claim.village_id).drawn
    if size and view.present_step is ReviewStep.PANEL:
        draw_panel(view, size=size, reason="", actor_id=actor_id)


def draw_panel(view: queries.ClaimView, *, size: int, reason: str, actor_id: int) -> None:
    """Draw so many of those who may decide, and keep from whom and by which seed.

    Are there fewer, all of them are drawn; somebody more can be drawn later.
    """
    claim = view.claim
    turn = queries.turns(claim.village_id, [view])[claim.id]
    candidates = queries.eligible(claim.village_id, turn.with_everybody())
    seed = secrets.token_hex(16)
    earlier = [
        row
        for row in queries.draws([claim.id])[claim.id]
        if (row.round, row.step) == (claim.round, claim.step)
    ]
    db.session.add(
        ClaimDraw(
            id=new_id(),
            claim_id=claim.id,
            round=claim.round,
            step=claim.step,
            number=len(earlier) + 1,
            seed=seed,
            candidates=_listed(candidates),
            drawn=_listed(draw(candidates, seed=seed, size=size)),
            reason=reason,
            drawn_at=clock.now(),
            drawn_by=actor_id,
        )
    )
    db.session.flush()


def _listed(account_ids: list[int] | tuple[int, ...]) -> str:
    return ",".join(map(str, account_ids))
