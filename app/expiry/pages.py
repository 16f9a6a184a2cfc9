"""Expiry on the desk of president and supervision: announce, look, ask, confirm, give back."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.identity.access import actor_id, requires, village_id
from app.identity.domain import Role
from app.identity.queries import display_names
from app.kit import clock
from app.kit.points import Tenths
from app.web.forms import load_form
from app.web.messages import sentence
from app.web.transaction import writes

from . import queries, service
from .access import STAFF
from .domain import ExpiryKind, Terms, earliest_acting_day, in_force
from .schemas import ExpiryDayIn, ExpiryPolicyIn, ExpiryReasonIn, policy_of

pages = Blueprint("expiry", __name__, url_prefix="/desk/expiry")


@pages.get("")
@requires(*STAFF)
def desk() -> str:
    """What is announced, what would go on the next day, what was posted."""
    today = clock.today()
    policies = queries.policies(village_id())
    coming = queries.coming(village_id(), today)
    runs = queries.runs(village_id())
    return render_template(
        "expiry/desk.html",
        today=today,
        policies=policies,
        current=in_force(policies, today),
        coming=coming,
        due=queries.due(village_id(), today),
        preview=queries.preview(village_id(), coming[0].terms, coming[1]) if coming else [],
        asked={each.acts_on: each for each in runs if each.posted_at is None},
        runs=[each for each in runs if each.posted_at is not None],
        totals=queries.totals(village_id()),
        names=display_names([each.asked_by for each in runs]),
        own_id=actor_id(),
        first_day=earliest_acting_day(Terms(ExpiryKind.AGE), today),
    )


@pages.post("/policies")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=desk)
def announce() -> Response:
    wish = policy_of(load_form(ExpiryPolicyIn()))
    service.announce_policy(village_id=village_id(), actor_id=actor_id(), **wish)
    flash(sentence("expiry_announced", {}))
    return redirect(url_for("expiry.desk"), 303)


@pages.post("/runs")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=desk)
def ask() -> Response:
    service.ask_expiry(
        village_id=village_id(), on=load_form(ExpiryDayIn())["on"], actor_id=actor_id()
    )
    flash(sentence("expiry_asked", {}))
    return redirect(url_for("expiry.desk"), 303)


@pages.get("/runs/<int:run_id>")
@requires(*STAFF)
def show_run(run_id: int) -> str:
    """What one day took from whom, and which earned points those were."""
    run = queries.run(village_id(), run_id)
    return render_template(
        "expiry/run.html",
        run=run,
        policy=queries.policy(run.policy_id),
        lines=queries.posted_lines(village_id(), run_id),
        names=display_names([run.asked_by, run.confirmed_by or 0]),
    )


@pages.post("/runs/<int:run_id>/confirmation")
@requires(Role.SUPERVISION)
@writes
def confirm(run_id: int) -> Response:
    run = service.confirm_expiry(village_id=village_id(), run_id=run_id, actor_id=actor_id())
    households, points = queries.totals(village_id()).get(run.id, (0, Tenths(0)))
    flash(sentence("expiry_posted", {"households": households, "points_tenths": points}))
    return redirect(url_for("expiry.show_run", run_id=run.id), 303)


@pages.get("/lines/<int:line_id>")
@requires(*STAFF)
def show_line(line_id: int) -> str:
    """One household's line, and the form that gives it back."""
    line = queries.line(village_id(), line_id)
    (told,) = (
        each for each in queries.posted_lines(village_id(), line.run_id) if each.line.id == line_id
    )
    return render_template(
        "expiry/line.html", told=told, run=queries.run(village_id(), line.run_id)
    )


@pages.post("/lines/<int:line_id>/return")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=show_line)
def give_back(line_id: int) -> Response:
    service.give_back(
        village_id=village_id(),
        line_id=line_id,
        reason=load_form(ExpiryReasonIn())["reason"],
        actor_id=actor_id(),
    )
    flash(sentence("expiry_given_back", {}))
    return redirect(url_for("expiry.show_line", line_id=line_id), 303)
