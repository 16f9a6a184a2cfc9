"""The branch: whether the points of a check-in wait for the notice."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.activities import queries, service
from app.activities.schemas import ReleasePolicyIn
from app.identity.access import actor_id, requires, village_id
from app.identity.domain import Role
from app.kit import clock
from app.web.forms import load_form
from app.web.messages import sentence
from app.web.transaction import writes

pages = Blueprint("release", __name__, url_prefix="/branch/check-in-points")


@pages.get("")
@requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
def show() -> str:
    """What counts today and what was decided, with the form for the president."""
    today = clock.today()
    return render_template(
        "activities/branch/release.html",
        at_once=queries.check_ins_spendable_at_once(village_id(), today),
        policies=queries.release_policies(village_id()),
        tomorrow=today + timedelta(days=1),
    )


@pages.post("")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=show)
def decide() -> Response:
    policy = service.set_release_policy(
        village_id=village_id(), actor_id=actor_id(), **load_form(ReleasePolicyIn())
    )
    flash(sentence("release_policy_set", {"starts_on": policy.starts_on.isoformat()}))
    return redirect(url_for("release.show"), 303)
