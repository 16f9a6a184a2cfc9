"""The reviewers' list and one claim to decide."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.claims import queries, service
from app.claims.domain.reviews import bar
from app.claims.domain.states import REVIEWED
from app.claims.queries import REVIEWING_ROLES, ClaimView
from app.claims.schemas import DecisionForm
from app.identity.access import actor_id, requires, village_id
from app.web.forms import load_form
from app.web.messages import sentence
from app.web.transaction import writes

from .photos import photo_answer

pages = Blueprint("reviews", __name__, url_prefix="/reviews")


@pages.get("")
@requires(*REVIEWING_ROLES)
def list_waiting() -> str:
    """What waits for the caller; a tap approves."""
    waiting = queries.waiting_for(village_id(), actor_id())
    own = queries.reviewers(village_id()).get(actor_id())
    return render_template(
        "claims/reviews/list.html",
        stories=queries.stories(village_id(), [view.claim for view in waiting]),
        declared=own is not None and own.declared,
    )


@pages.get("/<int:claim_id>")
@requires(*REVIEWING_ROLES)
def show(claim_id: int) -> str:
    """One claim, with what may be said about it, or why the caller may say nothing."""
    story = queries.story(village_id(), queries.look_at(village_id(), claim_id, actor_id()))
    return render_template("claims/reviews/show.html", story=story, barred=_barred(story.view))


@pages.get("/<int:claim_id>/photo")
@requires(*REVIEWING_ROLES)
def photo(claim_id: int) -> Response:
    return photo_answer(queries.look_at(village_id(), claim_id, actor_id()).id)


@pages.post("/<int:claim_id>")
@requires(*REVIEWING_ROLES)
@writes(again=show)
def decide(claim_id: int) -> Response:
    form = load_form(DecisionForm())
    service.decide_claim(
        village_id=village_id(),
        claim_id=claim_id,
        round_number=form["round"],
        step=form["step"],
        decision=form["decision"],
        reason=form["reason"],
        actor_id=actor_id(),
    )
    flash(sentence(f"claim_decided_{form['decision']}", {}))
    return redirect(url_for(".list_waiting"), 303)


def _barred(view: ClaimView) -> str:
    """Why the caller may not decide about a claim that waits; empty when nothing keeps them."""
    reviewer = queries.reviewers(village_id()).get(actor_id())
    if view.claim.state not in REVIEWED or reviewer is None:
        return "claim_moved_on"
    return bar(reviewer, queries.turns(village_id(), [view])[view.claim.id]) or ""
