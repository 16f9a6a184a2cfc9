"""What a household says of a credit from a claim or a round, and the office's answer."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.claims import queries, service
from app.claims.schemas import DenialDecisionForm
from app.identity.access import actor_id, requires, village_id
from app.identity.domain import Role
from app.web.forms import load_form
from app.web.messages import sentence
from app.web.transaction import writes

pages = Blueprint("award_denials", __name__, url_prefix="/branch/award-denials")


@pages.get("/<int:denial_id>")
@requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
def show(denial_id: int) -> str:
    """What was said, and what the books say."""
    return render_template(
        "claims/denials/show.html", view=queries.denial_view(village_id(), denial_id)
    )


@pages.post("/<int:denial_id>")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=show)
def decide(denial_id: int) -> Response:
    service.decide_denial(
        village_id=village_id(),
        denial_id=denial_id,
        actor_id=actor_id(),
        **load_form(DenialDecisionForm()),
    )
    flash(sentence("denial_answered", {}))
    return redirect(url_for(".show", denial_id=denial_id), 303)
