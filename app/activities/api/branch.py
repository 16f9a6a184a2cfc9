"""The branch and the head bank: themes, activities, quotas."""

from typing import Any

from app.activities import queries, service
from app.activities.domain.themes import ThemeFacts
from app.activities.schemas import (
    ActivityIn,
    ActivityOut,
    GrantForm,
    GrantOut,
    MonthQuery,
    PlannedActivityOut,
    ReasonForm,
    SessionChangeIn,
    SessionTimesOut,
    ThemeForm,
    ThemeListOut,
    ThemeOut,
    ThemeSavedOut,
)
from app.identity.access import actor_id, principal, requires, village_id
from app.identity.domain import Role
from app.web.idempotency import required_key
from app.web.json_api import JsonBlueprint
from app.web.transaction import writes

api = JsonBlueprint("activity_plans", __name__, url_prefix="/api/v1", description="Planning")

_SCHEDULING = (Role.BRANCH_PRESIDENT, Role.ORGANISER)


@api.get("/themes")
@requires(*_SCHEDULING, Role.HEAD_BANK)
@api.arguments(MonthQuery, location="query")
@api.response(200, ThemeOut(many=True))
def list_themes(query: dict[str, Any]) -> Any:
    """The published themes of a month."""
    return queries.published_themes(principal().town_id, query["month"])


@api.post("/themes")
@requires(Role.HEAD_BANK)
@writes
@api.arguments(ThemeForm)
@api.response(200, ThemeSavedOut)
def save_theme(form: dict[str, Any]) -> dict[str, Any]:
    """Add a theme to the draft of its month, or change it there."""
    month = form.pop("month")
    taken = service.save_theme(
        town_id=principal().town_id, month=month, facts=ThemeFacts(**form), actor_id=actor_id()
    )
    return {"taken": taken}


@api.get("/theme-lists")
@requires(Role.HEAD_BANK)
@api.response(200, ThemeListOut(many=True))
def list_theme_lists() -> Any:
    """All lists of the town, drafts too."""
    return queries.theme_lists(principal().town_id)


@api.post("/theme-lists/<int:theme_list_id>/publication")
@requires(Role.HEAD_BANK)
@writes
@api.response(200, ThemeListOut)
def publish(theme_list_id: int) -> Any:
    """Fix a list and show it to all branches."""
    return service.publish_theme_list(
        town_id=principal().town_id, theme_list_id=theme_list_id, actor_id=actor_id()
    )


@api.post("/grants")
@requires(Role.HEAD_BANK)
@writes(key_required=True)
@api.arguments(GrantForm)
@api.response(201, GrantOut)
def grant(form: dict[str, Any]) -> Any:
    """Grant a branch points to award from."""
    return service.grant_quota(
        town_id=principal().town_id,
        village_id=form["village_id"],
        month=form["month"],
        amount=form["points"],
        actor_id=actor_id(),
        idempotency_key=f"{actor_id()}:{required_key()}",
    )


@api.post("/activities")
@requires(*_SCHEDULING)
@writes(key_required=True)
@api.arguments(ActivityIn)
@api.response(201, PlannedActivityOut)
def schedule(form: dict[str, Any]) -> dict[str, Any]:
    """Write an activity down, with one session or more."""
    sessions = [service.SessionPlan(**times) for times in form.pop("sessions")]
    activity = service.schedule_activity(
        village_id=village_id(),
        plan=service.ActivityPlan(sessions=sessions, **form),
        actor_id=actor_id(),
    )
    return _planned(activity.id)


@api.get("/activities/<int:activity_id>")
@requires(*_SCHEDULING)
@api.response(200, PlannedActivityOut)
def show_activity(activity_id: int) -> dict[str, Any]:
    """One activity with its sessions."""
    return _planned(activity_id)


@api.post("/activities/<int:activity_id>/approval")
@requires(Role.BRANCH_PRESIDENT)
@writes
@api.response(200, ActivityOut)
def approve(activity_id: int) -> Any:
    """Open an activity for sign-up, its budget reserved."""
    return service.approve_activity(
        village_id=village_id(), activity_id=activity_id, actor_id=actor_id()
    )


@api.post("/activities/<int:activity_id>/cancellation")
@requires(Role.BRANCH_PRESIDENT)
@writes
@api.arguments(ReasonForm)
@api.response(200, ActivityOut)
def cancel(form: dict[str, Any], activity_id: int) -> Any:
    """Call an activity off; everything put aside goes back."""
    return service.cancel_activity(
        village_id=village_id(),
        activity_id=activity_id,
        reason=form["reason"],
        actor_id=actor_id(),
    )


@api.post("/activity-sessions/<int:session_id>/change")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(SessionChangeIn)
@api.response(200, SessionTimesOut)
def change_session(form: dict[str, Any], session_id: int) -> Any:
    """Change when, where and for how many a session is, and what to bring; never its points."""
    return service.change_session(
        village_id=village_id(),
        session_id=session_id,
        plan=service.ChangedPlan(**form),
        actor_id=actor_id(),
    )


def _planned(activity_id: int) -> dict[str, Any]:
    return {
        "activity": queries.activity(village_id(), activity_id),
        "sessions": queries.sessions_of(activity_id),
    }
