"""A session changed before people come: when, where, how many, what to bring; never its points."""

from dataclasses import dataclass
from datetime import datetime

from app.activities import queries
from app.activities.domain.check_in import Window
from app.activities.domain.closing import reserve_needed
from app.activities.domain.themes import SEATS_MAX
from app.activities.models import Activity, ActivitySession, SessionChange
from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict, Invalid
from app.kit.ids import new_id
from app.kit.points import Tenths
from app.kit.text import clean_line

from . import budget
from .scheduling import LENGTH_MAX, lock_activity, lock_session
from .signups import move_up


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedPlan:
    """What the session is to be; place and what to bring hold for the whole activity."""

    starts_at: datetime
    ends_at: datetime
    place: str
    seats: int
    bring: str = ""


def change_session(
    *, village_id: int, session_id: int, plan: ChangedPlan, actor_id: int
) -> ActivitySession:
    """Change a session that people cannot check in to yet, and keep what it said before.

    More seats take more of the branch's budget and let the waiting list move up; fewer would
    take a promised seat away. Changing nothing leaves no trace. Raises NotFound
    `session_not_found`, Conflict `activity_cancelled`, `check_in_has_begun`,
    `rule_differs_on_day` or `branch_budget_short`, Invalid with the field that is wrong.
    """
    lock_activity(village_id, queries.session(village_id, session_id).activity.id)
    session, activity = lock_session(village_id, session_id)
    if activity.cancelled_at is not None:
        raise Conflict("activity_cancelled")
    if clock.now() >= queries.window_of(session).opens_at:
        raise Conflict("check_in_has_begun")
    place = clean_line(plan.place, length_max=60, field="地点")
    wanted = (plan.starts_at, plan.ends_at, place, plan.seats, plan.bring)
    if wanted == (
        session.starts_at, session.ends_at, activity.place, session.seats, activity.bring,
    ):  # fmt: skip
        return session
    _check(session, activity, plan)
    _keep_trace(session, activity, actor_id)
    session.starts_at, session.ends_at, activity.place, session.seats, activity.bring = wanted
    if activity.approved_at is not None:
        _reserve(session, activity, actor_id)
        move_up(session, activity, actor_id)
    db.session.flush()
    return session


def _check(session: ActivitySession, activity: Activity, plan: ChangedPlan) -> None:
    if not plan.starts_at < plan.ends_at <= plan.starts_at + LENGTH_MAX:
        raise Invalid("session_times_bad")
    if plan.starts_at <= clock.now():
        raise Invalid("session_in_the_past")
    if not session.seats <= plan.seats <= SEATS_MAX:
        raise Invalid("seats_only_up", seats=session.seats, seats_max=SEATS_MAX)
    window = Window(plan.starts_at, plan.ends_at)
    if activity.hourly and not reserve_needed(window, queries.worth_of(activity), seats=1):
        raise Invalid("hourly_needs_an_hour")
    day = clock.local(plan.starts_at).date()
    rule = queries.rule_for_activities(activity.village_id, activity.rule_code, day)
    if rule.id != activity.rule_id:
        raise Conflict("rule_differs_on_day", day=f"{day.month}月{day.day}日")


def _keep_trace(session: ActivitySession, activity: Activity, actor_id: int) -> None:
    db.session.add(
        SessionChange(
            id=new_id(),
            village_id=session.village_id,
            session_id=session.id,
            starts_at_before=session.starts_at,
            ends_at_before=session.ends_at,
            place_before=activity.place,
            seats_before=session.seats,
            bring_before=activity.bring,
            changed_at=clock.now(),
            changed_by=actor_id,
        )
    )


def _reserve(session: ActivitySession, activity: Activity, actor_id: int) -> None:
    """Fill the pool up for a longer or larger session; what is too much returns at its closing."""
    if activity.spends:
        return
    worth = queries.worth_of(activity)
    needed = reserve_needed(queries.window_of(session), worth, session.seats)
    if needed > session.reserved:
        more = Tenths(needed - session.reserved)
        budget.fill_pool(activity=activity, amount=more, actor_id=actor_id)
        session.reserved = needed
