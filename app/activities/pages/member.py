"""Villagers: what is on, and signing oneself and the family up."""

from itertools import groupby

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.activities import queries, service
from app.activities.domain.signups import SignupSource
from app.activities.schemas import MemberForm
from app.identity.access import actor_id, principal, requires, village_id
from app.identity.domain import Role
from app.kit import clock
from app.kit.errors import NotFound
from app.web.forms import load_form
from app.web.messages import sentence
from app.web.transaction import writes

pages = Blueprint("activities", __name__)


@pages.get("/activities")
@requires(Role.MEMBER)
def list_activities() -> str:
    """What is on, by day."""
    found = queries.upcoming_sessions(village_id(), clock.now())
    mine = queries.signups_of_members(
        [person.id for person in queries.family(principal())], [view.session.id for view in found]
    )
    signed_up: dict[int, list[str]] = {}
    for signup in mine:
        signed_up.setdefault(signup.session_id, []).append(signup.place)
    days = groupby(found, key=lambda view: clock.local(view.session.starts_at).date())
    return render_template(
        "activities/list.html",
        days=[(day, list(views)) for day, views in days],
        signed_up=signed_up,
    )


@pages.get("/activities/sessions/<int:session_id>")
@requires(Role.MEMBER)
def show_session(session_id: int) -> str:
    """One session, with a button for each member of the family."""
    view = queries.session(village_id(), session_id)
    if view.activity.approved_at is None:
        raise NotFound("session_not_found")
    persons = queries.family(principal())
    signups = queries.signups_of_members([person.id for person in persons], [session_id])
    return render_template(
        "activities/session.html",
        view=view,
        family=persons,
        own_id=principal().member_id,
        changes=queries.changes_of(session_id),
        signups={signup.member_id: signup for signup in signups},
        attendances={person.id: queries.attendance_of(session_id, person.id) for person in persons},
        open_for_signup=clock.now() < view.session.starts_at
        and view.session.closed_at is None
        and view.activity.cancelled_at is None,
    )


@pages.post("/activities/sessions/<int:session_id>/sign-up")
@requires(Role.MEMBER)
@writes(again=show_session)
def sign_up(session_id: int) -> Response:
    member_id = queries.of_family(principal(), load_form(MemberForm())["member_id"])
    own = member_id == principal().member_id
    signup = service.sign_up(
        village_id=village_id(),
        session_id=session_id,
        member_id=member_id,
        source=SignupSource.SELF if own else SignupSource.HELPER,
        actor_id=actor_id(),
    )
    flash(sentence(f"signed_up_{signup.place}", {}))
    return redirect(url_for("activities.show_session", session_id=session_id), 303)


@pages.post("/activities/sessions/<int:session_id>/cancel")
@requires(Role.MEMBER)
@writes(again=show_session)
def cancel(session_id: int) -> Response:
    service.cancel_signup(
        village_id=village_id(),
        session_id=session_id,
        member_id=queries.of_family(principal(), load_form(MemberForm())["member_id"]),
        actor_id=actor_id(),
    )
    flash(sentence("signup_cancelled", {}))
    return redirect(url_for("activities.show_session", session_id=session_id), 303)
