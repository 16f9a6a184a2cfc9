"""The branch: activities scheduled, approved, cancelled."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.activities import queries, service
from app.activities.schemas import ChangeForm, ReasonForm, ScheduleForm
from app.identity import queries as places
from app.identity.access import actor_id, requires, village_id
from app.identity.domain import Role
from app.kit import clock
from app.kit.month import Month
from app.ledger.domain.accounts import branch_budget
from app.ledger.queries import balance
from app.people import queries as people
from app.web.forms import load_form
from app.web.links import id_argument
from app.web.messages import sentence
from app.web.transaction import writes

pages = Blueprint("branch_activities", __name__, url_prefix="/branch/activities")

SCHEDULING = (Role.BRANCH_PRESIDENT, Role.ORGANISER)
_PAGE_SIZE = 50


@pages.get("")
@requires(*SCHEDULING)
def list_activities() -> str:
    """All sessions of the village, latest first, and the month's themes to schedule from."""
    before = id_argument("before")
    found = queries.village_sessions(village_id(), before_id=before, limit=_PAGE_SIZE)
    month = Month.of(clock.today())
    town_id = places.village(village_id()).town_id
    return render_template(
        "activities/branch/list.html",
        sessions=found,
        next_before=found[-1].session.id if len(found) == _PAGE_SIZE else None,
        themes=[(each, queries.published_themes(town_id, each)) for each in (month, month.next)],
        budget=balance(branch_budget(village_id())),
    )


@pages.get("/new")
@requires(*SCHEDULING)
def schedule_form() -> str:
    """The form, filled with the suggestions of a theme when one was chosen."""
    theme_id = id_argument("theme_id")
    town_id = places.village(village_id()).town_id
    theme = queries.published_theme(town_id, theme_id) if theme_id else None
    teams = people.teams(village_id())
    return render_template(
        "activities/branch/schedule.html",
        theme=theme,
        rules=queries.rules_for_activities(village_id(), clock.today()),
        teams=teams,
        theme_team_id=next(
            (team.id for team in teams if theme and team.name == theme.team_name), ""
        ),
        organisers=queries.possible_organisers(village_id()),
        own_id=actor_id(),
        today=clock.today(),
    )


@pages.post("/new")
@requires(*SCHEDULING)
@writes(again=schedule_form)
def schedule() -> Response:
    form = load_form(ScheduleForm())
    activity = service.schedule_activity(
        village_id=village_id(), plan=_plan(form), actor_id=actor_id()
    )
    flash(sentence("activity_scheduled", {}))
    return redirect(url_for("branch_activities.show_activity", activity_id=activity.id), 303)


@pages.get("/<int:activity_id>")
@requires(*SCHEDULING)
def show_activity(activity_id: int) -> str:
    """One activity with its sessions, and what may be done with it."""
    activity = queries.activity(village_id(), activity_id)
    sessions = queries.sessions_of(activity_id)
    return render_template(
        "activities/branch/activity.html",
        activity=activity,
        sessions=sessions,
        now=clock.now(),
        needed=queries.budget_needed(activity, sessions),
        budget=balance(branch_budget(village_id())),
        organisers=places.display_names(queries.organiser_ids(activity_id)).values(),
        team=people.team(village_id(), activity.team_id) if activity.team_id else None,
        closed=any(session.closed_at for session in sessions),
    )


@pages.post("/<int:activity_id>/approve")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=show_activity)
def approve(activity_id: int) -> Response:
    service.approve_activity(village_id=village_id(), activity_id=activity_id, actor_id=actor_id())
    flash(sentence("activity_approved", {}))
    return redirect(url_for("branch_activities.show_activity", activity_id=activity_id), 303)


@pages.post("/<int:activity_id>/cancel")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=show_activity)
def cancel(activity_id: int) -> Response:
    service.cancel_activity(
        village_id=village_id(),
        activity_id=activity_id,
        reason=load_form(ReasonForm())["reason"],
        actor_id=actor_id(),
    )
    flash(sentence("activity_is_cancelled", {}))
    return redirect(url_for("branch_activities.show_activity", activity_id=activity_id), 303)


@pages.get("/sessions/<int:session_id>/change")
@requires(Role.BRANCH_PRESIDENT)
def change_form(session_id: int) -> str:
    """What may still be changed about a session, and how it was changed before."""
    changes = queries.changes_of(session_id)
    return render_template(
        "activities/branch/change.html",
        view=queries.session(village_id(), session_id),
        several=len(queries.sessions_of(queries.session(village_id(), session_id).activity.id)) > 1,
        changes=changes,
        names=places.display_names([change.changed_by for change in changes]),
    )


@pages.post("/sessions/<int:session_id>/change")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=change_form)
def change_session(session_id: int) -> Response:
    form = load_form(ChangeForm())
    session = service.change_session(
        village_id=village_id(),
        session_id=session_id,
        plan=service.ChangedPlan(**_times(form)),
        actor_id=actor_id(),
    )
    flash(sentence("session_changed", {}))
    return redirect(
        url_for("branch_activities.show_activity", activity_id=session.activity_id), 303
    )


def _times(form: dict[str, Any]) -> dict[str, Any]:
    """The form with instants for its day and hours."""
    day, starts, ends = form.pop("day"), form.pop("starts"), form.pop("ends")
    instants = {"starts_at": clock.instant(day, starts), "ends_at": clock.instant(day, ends)}
    return {**form, **instants}


def _plan(form: dict[str, Any]) -> service.ActivityPlan:
    form = _times(form)
    times = service.SessionPlan(form.pop("starts_at"), form.pop("ends_at"))
    return service.ActivityPlan(sessions=[times], **form)
