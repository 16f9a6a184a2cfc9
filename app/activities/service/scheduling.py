"""Activities: scheduled from a theme or freely, approved with their budget, cancelled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select

from app.activities import queries
from app.activities.domain.check_in import Window
from app.activities.domain.closing import Worth, reserve_needed
from app.activities.domain.themes import POINTS_MAX, SEATS_MAX
from app.activities.models import Activity, ActivityOrganiser, ActivitySession
from app.extensions import db
from app.identity import queries as places
from app.kit import clock
from app.kit.codes import CodeKind, new_code
from app.kit.db import table_of
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.ids import new_id
from app.kit.points import Tenths
from app.kit.statements import Prepared
from app.kit.text import clean_line
from app.people import queries as people
from app.rulebook.domain.rules import RuleKind

from . import budget, holds

SESSIONS_MAX = 31
ORGANISERS_MAX = 10
LENGTH_MAX = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """When a session is to take place."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityPlan:
    """What is to be done. `points` None takes those of the rule; `theme_id` None is a free one."""

    title: str
    place: str
    rule_code: str
    sessions: Sequence[SessionPlan]
    seats: int
    organiser_ids: Sequence[int]
    points: Tenths | None = None
    hourly: bool = False
    drop_in: bool = False
    team_id: int | None = None
    theme_id: int | None = None
    bring: str = ""


def schedule_activity(*, village_id: int, plan: ActivityPlan, actor_id: int) -> Activity:
    """Write an activity down; the branch president approves it.

    Raises Invalid with the field that is wrong, NotFound `rule_not_found`, `team_not_found`,
    `theme_not_found` or `organiser_not_found`, Conflict `no_rule_version`.
    """
    _check_times(plan)
    rule = queries.rule_for_activities(
        village_id, plan.rule_code, clock.local(plan.sessions[0].starts_at).date()
    )
    points = Tenths(rule.points) if plan.points is None else plan.points
    _check_figures(plan, points, spends=rule.kind == RuleKind.SPEND)
    _check_links(village_id, plan)
    activity = Activity(
        id=new_id(),
        village_id=village_id,
        theme_id=plan.theme_id,
        title=clean_line(plan.title, length_max=60, field="名称"),
        place=clean_line(plan.place, length_max=60, field="地点"),
        rule_version_id=rule.rule_version_id,
        rule_id=rule.id,
        rule_code=rule.code,
        spends=rule.kind == RuleKind.SPEND,
        points=points,
        hourly=plan.hourly,
        checks_out="签退" in rule.evidence,
        drop_in=plan.drop_in,
        team_id=plan.team_id,
        bring=plan.bring,
        created_at=clock.now(),
        created_by=actor_id,
    )
    db.session.add(activity)
    db.session.flush()
    _add_sessions(activity, plan)
    return activity


def _add_sessions(activity: Activity, plan: ActivityPlan) -> None:
    for account_id in sorted(set(plan.organiser_ids)):
        db.session.add(ActivityOrganiser(activity_id=activity.id, account_id=account_id))
    for times in plan.sessions:
        db.session.add(
            ActivitySession(
                id=new_id(),
                village_id=activity.village_id,
                activity_id=activity.id,
                starts_at=times.starts_at,
                ends_at=times.ends_at,
                seats=plan.seats,
                poster_code=new_code(CodeKind.POSTER),
            )
        )
    db.session.flush()


def approve_activity(*, village_id: int, activity_id: int, actor_id: int) -> Activity:
    """Open an activity for sign-up and, when it gives points, reserve its budget.

    Approving again changes nothing. Raises Conflict `activity_cancelled`, or
    `branch_budget_short` with the figures.
    """
    activity = lock_activity(village_id, activity_id)
    if activity.cancelled_at is not None:
        raise Conflict("activity_cancelled")
    if activity.approved_at is not None:
        return activity
    if not activity.spends:
        worth = queries.worth_of(activity)
        sessions = queries.sessions_of(activity.id)
        for session in sessions:
            session.reserved = reserve_needed(queries.window_of(session), worth, session.seats)
        budget.fill_pool(
            activity=activity, amount=queries.budget_needed(activity, sessions), actor_id=actor_id
        )
    activity.approved_at = clock.now()
    activity.approved_by = actor_id
    db.session.flush()
    return activity


def cancel_activity(*, village_id: int, activity_id: int, reason: str, actor_id: int) -> Activity:
    """Call an activity off: its budget goes back, and so does what sign-ups put aside.

    Cancelling again changes nothing. Raises Conflict `session_closed` when a session was closed.
    """
    activity = lock_activity(village_id, activity_id)
    if activity.cancelled_at is not None:
        return activity
    sessions = [lock_session(village_id, found.id)[0] for found in queries.sessions_of(activity.id)]
    if any(session.closed_at for session in sessions):
        raise Conflict("session_closed")
    activity.cancel_reason = clean_line(reason, length_max=100, field="原因")
    activity.cancelled_at = clock.now()
    activity.cancelled_by = actor_id
    for session in sessions:
        for signup in queries.live_signups(session.id):
            holds.release_points(signup=signup, actor_id=actor_id)
    budget.empty_pool(
        activity=activity,
        amount=Tenths(sum(session.reserved for session in sessions)),
        actor_id=actor_id,
    )
    db.session.flush()
    return activity


# Asked at every card scanned.
_SESSION = table_of(ActivitySession).c
_LOCKED = Prepared(
    select(*(_SESSION[name] for name in queries.LockedSession._fields))
    .where(_SESSION.id == bindparam("session_id"), _SESSION.village_id == bindparam("village_id"))
    .with_for_update()
)


def lock_session_row(village_id: int, session_id: int) -> queries.LockedSession:
    """A session with its row locked: all that changes who has a seat, who was there or what it
    earns takes its turn here. NotFound `session_not_found`.

    What belongs to it is read in another statement: one that waited for the lock would see it as
    it was before.
    """
    row = _LOCKED.first(db.session, session_id=session_id, village_id=village_id)
    if row is None:
        raise NotFound("session_not_found")
    return queries.LockedSession(*row)


def lock_session(village_id: int, session_id: int) -> tuple[ActivitySession, Activity]:
    """The same as objects, with the activity, whatever was seen of them before."""
    session = db.session.scalar(
        select(ActivitySession)
        .where(ActivitySession.id == session_id, ActivitySession.village_id == village_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if session is None:
        raise NotFound("session_not_found")
    activity = db.session.get_one(Activity, session.activity_id, populate_existing=True)
    return session, activity


def lock_running_session(village_id: int, session_id: int) -> tuple[ActivitySession, Activity]:
    """The same for a session that is approved and neither cancelled nor closed; see
    `check_running`.
    """
    session, activity = lock_session(village_id, session_id)
    check_running(session, activity)
    return session, activity


def check_running(session: queries.Sitting, activity: Activity | queries.AtTheDoor) -> None:
    """Raises Conflict `activity_not_approved`, `activity_cancelled` or `session_closed`."""
    if activity.cancelled_at is not None:
        raise Conflict("activity_cancelled")
    if activity.approved_at is None:
        raise Conflict("activity_not_approved")
    if session.closed_at is not None:
        raise Conflict("session_closed")


def lock_activity(village_id: int, activity_id: int) -> Activity:
    """An activity with its row locked, before its sessions; NotFound `activity_not_found`."""
    activity = db.session.scalar(
        select(Activity)
        .where(Activity.id == activity_id, Activity.village_id == village_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if activity is None:
        raise NotFound("activity_not_found")
    return activity


def _check_times(plan: ActivityPlan) -> None:
    if not 1 <= len(plan.sessions) <= SESSIONS_MAX:
        raise Invalid("number_out_of_range", field="场次", value_min=1, value_max=SESSIONS_MAX)
    for times in plan.sessions:
        if not times.starts_at < times.ends_at <= times.starts_at + LENGTH_MAX:
            raise Invalid("session_times_bad")
        if times.starts_at <= clock.now():
            raise Invalid("session_in_the_past")


def _check_figures(plan: ActivityPlan, points: Tenths, *, spends: bool) -> None:
    if not 1 <= plan.seats <= SEATS_MAX:
        raise Invalid("number_out_of_range", field="名额", value_min=1, value_max=SEATS_MAX)
    if not 0 < points <= POINTS_MAX:
        raise Invalid("points_out_of_range", points_max_tenths=POINTS_MAX)
    if plan.hourly:
        if spends:
            raise Invalid("spending_is_not_hourly")
        worth = Worth(points, hourly=True)
        for times in plan.sessions:
            if not reserve_needed(Window(times.starts_at, times.ends_at), worth, seats=1):
                raise Invalid("hourly_needs_an_hour")


def _check_links(village_id: int, plan: ActivityPlan) -> None:
    if plan.team_id is not None:
        people.team(village_id, plan.team_id)
    if plan.theme_id is not None:
        queries.published_theme(places.village(village_id).town_id, plan.theme_id)
    if not 1 <= len(set(plan.organiser_ids)) <= ORGANISERS_MAX:
        raise Invalid("number_out_of_range", field="组织者", value_min=1, value_max=ORGANISERS_MAX)
    eligible = {account_id for account_id, _ in queries.possible_organisers(village_id)}
    if not set(plan.organiser_ids) <= eligible:
        raise NotFound("organiser_not_found")
