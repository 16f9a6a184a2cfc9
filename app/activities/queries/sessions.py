"""Reads of activities and their sessions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
)

from app.activities.domain.check_in import Place, Window
from app.activities.domain.closing import CLOSING_DUE_AFTER, Worth, reserve_needed
from app.activities.models import (
    Activity,
    ActivityOrganiser,
    ActivitySession,
    SessionChange,
    Signup,
)
from app.extensions import db
from app.identity import queries as places
from app.identity.domain import Principal, Role
from app.kit import clock
from app.kit.db import table_of
from app.kit.errors import Conflict, NotFound
from app.kit.points import Tenths
from app.kit.statements import Prepared
from app.rulebook import queries as rulebook
from app.rulebook.domain.awards import RuleRef
from app.rulebook.domain.rules import RuleKind

ORGANISING_ROLES = frozenset({Role.ORGANISER, Role.GRID_WORKER, Role.BRANCH_PRESIDENT})
ACTIVITY_RULE_KINDS = frozenset({RuleKind.EARN, RuleKind.SPEND})


# Asked at every card scanned.
_SESSION, _ORGANISER = table_of(ActivitySession), table_of(ActivityOrganiser)
_ORGANISED = Prepared(
    select(_SESSION.c.village_id, _ORGANISER.c.account_id)
    .outerjoin(
        _ORGANISER,
        and_(
            _ORGANISER.c.activity_id == _SESSION.c.activity_id,
            _ORGANISER.c.account_id == bindparam("account_id"),
        ),
    )
    .where(_SESSION.c.id == bindparam("session_id"))
)


class LockedSession(NamedTuple):
    """What a check-in reads of a session when it locks the row."""

    id: int
    village_id: int
    activity_id: int
    starts_at: datetime
    ends_at: datetime
    seats: int
    closed_at: datetime | None


Sitting = ActivitySession | LockedSession


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session with its activity and how many seats are taken."""

    session: ActivitySession
    activity: Activity
    confirmed: int
    waiting: int

    @property
    def seats_free(self) -> int:
        return max(0, self.session.seats - self.confirmed)


def activity(village_id: int, activity_id: int) -> Activity:
    """An activity of the village; NotFound `activity_not_found`."""
    found = db.session.get(Activity, activity_id)
    if found is None or found.village_id != village_id:
        raise NotFound("activity_not_found")
    return found


def sessions_of(activity_id: int) -> Sequence[ActivitySession]:
    """The sessions of an activity in the order of time."""
    return db.session.scalars(
        select(ActivitySession)
        .where(ActivitySession.activity_id == activity_id)
        .order_by(ActivitySession.starts_at, ActivitySession.id)
    ).all()


def session(village_id: int, session_id: int) -> SessionView:
    """A session of the village; NotFound `session_not_found`."""
    found = _views(_with_counts().where(ActivitySession.id == session_id))
    if not found or found[0].session.village_id != village_id:
        raise NotFound("session_not_found")
    return found[0]


def changes_of(session_id: int) -> Sequence[SessionChange]:
    """How a session was changed, latest first."""
    return db.session.scalars(
        select(SessionChange)
        .where(SessionChange.session_id == session_id)
        .order_by(SessionChange.id.desc())
    ).all()


def organised_session(principal: Principal, session_id: int) -> SessionView:
    """A session that this organiser, or the branch president, is in charge of.

    Raises NotFound `session_not_found` for all others.
    """
    check_organises(principal, session_id)
    return session(principal.village_id or 0, session_id)


def check_organises(principal: Principal, session_id: int) -> None:
    """Whether they are, for a write that reads the session anew under its lock.

    Raises NotFound `session_not_found`.
    """
    row = _ORGANISED.first(db.session, session_id=session_id, account_id=principal.account_id)
    if (
        row is None
        or row.village_id != principal.village_id
        or (row.account_id is None and Role.BRANCH_PRESIDENT not in principal.roles)
    ):
        raise NotFound("session_not_found")


def running_session(principal: Principal, session_id: int) -> SessionView:
    """The same, while people may check in; Conflict `session_closed` or `activity_cancelled`."""
    found = organised_session(principal, session_id)
    if found.session.closed_at is not None:
        raise Conflict("session_closed")
    if found.activity.cancelled_at is not None:
        raise Conflict("activity_cancelled")
    return found


def organiser_ids(activity_id: int) -> Sequence[int]:
    """The accounts that organise an activity."""
    return db.session.scalars(
        select(ActivityOrganiser.account_id)
        .where(ActivityOrganiser.activity_id == activity_id)
        .order_by(ActivityOrganiser.account_id)
    ).all()


def possible_organisers(village_id: int) -> list[tuple[int, str]]:
    """Account and name of the village's staff who may organise an activity, by name."""
    return [
        (account.id, account.display_name)
        for account, roles in places.staff(village_id)
        if not ORGANISING_ROLES.isdisjoint(roles)
    ]


def rule_for_activities(village_id: int, rule_code: str, day: date) -> RuleRef:
    """The rule in force on a day under which an activity may earn or cost points.

    Raises NotFound `rule_not_found`, Conflict `no_rule_version`.
    """
    version = rulebook.current_version(village_id, day)
    if version is None:
        raise Conflict("no_rule_version", day=f"{day.month}月{day.day}日")
    rule = rulebook.rule_by_code(version.id, rule_code)
    if rule.kind not in ACTIVITY_RULE_KINDS:
        raise NotFound("rule_not_found")
    return rule


def rules_for_activities(village_id: int, day: date) -> list[RuleRef]:
    """The rules in force on a day under which an activity may earn or cost points."""
    version = rulebook.current_version(village_id, day)
    return [] if version is None else rulebook.rules(version.id, ACTIVITY_RULE_KINDS)


def budget_needed(found: Activity, sessions: Sequence[ActivitySession]) -> Tenths:
    """What approving the activity reserves; nothing when it costs points."""
    if found.spends:
        return Tenths(0)
    worth = worth_of(found)
    return Tenths(sum(reserve_needed(window_of(each), worth, each.seats) for each in sessions))


def titles_of_sessions(village_id: int, session_ids: Collection[int]) -> dict[int, str]:
    """The titles of the activities of sessions of the village, by session."""
    rows = db.session.execute(
        select(ActivitySession.id, Activity.title)
        .join(Activity, Activity.id == ActivitySession.activity_id)
        .where(ActivitySession.village_id == village_id, ActivitySession.id.in_(session_ids))
    )
    return {row.id: row.title for row in rows}


def points_of_sessions(village_id: int, session_ids: Collection[int]) -> dict[int, int]:
    """What one attendance is worth in each session, or one full hour of it (tenths)."""
    rows = db.session.execute(
        select(ActivitySession.id, Activity.points)
        .join(Activity, Activity.id == ActivitySession.activity_id)
        .where(ActivitySession.village_id == village_id, ActivitySession.id.in_(session_ids))
    )
    return {row.id: row.points for row in rows}


def session_of_poster(code: str) -> ActivitySession | None:
    """The session whose poster carries this code."""
    return db.session.scalar(select(ActivitySession).where(ActivitySession.poster_code == code))


def session_by_id(session_id: int) -> ActivitySession | None:
    """A session of any village, for codes that name it themselves."""
    return db.session.get(ActivitySession, session_id)


def upcoming_sessions(village_id: int, now: datetime) -> list[SessionView]:
    """Approved sessions that have not ended, in the order of time."""
    return _views(
        _with_counts()
        .where(
            ActivitySession.village_id == village_id,
            ActivitySession.ends_at > now,
            ActivitySession.closed_at.is_(None),
            *_running(),
        )
        .order_by(ActivitySession.starts_at, ActivitySession.id)
    )


def organised_sessions(
    village_id: int, account_id: int, *, from_day: date, to_day: date
) -> list[SessionView]:
    """The organiser's approved sessions from one day to another, both included, and those that
    are still to be closed.
    """
    mine = exists().where(
        ActivityOrganiser.activity_id == ActivitySession.activity_id,
        ActivityOrganiser.account_id == account_id,
    )
    first = clock.instant(from_day, time())
    behind = clock.instant(to_day + timedelta(days=1), time())
    return _views(
        _with_counts()
        .where(
            ActivitySession.village_id == village_id,
            mine,
            ActivitySession.starts_at < behind,
            or_(ActivitySession.starts_at >= first, ActivitySession.closed_at.is_(None)),
            *_running(),
        )
        .order_by(ActivitySession.starts_at, ActivitySession.id)
    )


def village_sessions(
    village_id: int, *, before_id: int | None = None, limit: int = 50
) -> list[SessionView]:
    """All sessions of the village, planned and cancelled too, latest made first."""
    query = _with_counts().where(ActivitySession.village_id == village_id)
    if before_id is not None:
        query = query.where(ActivitySession.id < before_id)
    return _views(query.order_by(ActivitySession.id.desc()).limit(limit))


def sessions_to_close(village_id: int, now: datetime) -> list[SessionView]:
    """Sessions that ended two days ago or earlier and were not closed, oldest first."""
    return unclosed_sessions(village_id, now - CLOSING_DUE_AFTER)


def unclosed_sessions(village_id: int, ended_by: datetime) -> list[SessionView]:
    """Sessions that had ended by then and were not closed, oldest first."""
    return _views(
        _with_counts()
        .where(
            ActivitySession.village_id == village_id,
            ActivitySession.ends_at <= ended_by,
            ActivitySession.closed_at.is_(None),
            *_running(),
        )
        .order_by(ActivitySession.ends_at)
    )


def activities_to_approve(village_id: int) -> Sequence[Activity]:
    """What waits for the branch president."""
    return db.session.scalars(
        select(Activity)
        .where(
            Activity.village_id == village_id,
            Activity.approved_at.is_(None),
            Activity.cancelled_at.is_(None),
        )
        .order_by(Activity.id)
    ).all()


def window_of(found: Sitting) -> Window:
    """When the session takes place."""
    return Window(found.starts_at, found.ends_at)


def worth_of(found: Activity) -> Worth:
    """What attending is worth, or costs."""
    return Worth(Tenths(found.points), hourly=found.hourly)


def _running() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Activity.approved_at.is_not(None), Activity.cancelled_at.is_(None)


def _with_counts() -> Select[ActivitySession, Activity, int, int]:
    def count(place: Place) -> ScalarSelect[int]:
        return (
            select(func.count())
            .where(
                Signup.session_id == ActivitySession.id,
                Signup.cancelled_at.is_(None),
                Signup.place == place.value,
            )
            .correlate(ActivitySession)
            .scalar_subquery()
        )

    return select(ActivitySession, Activity, count(Place.CONFIRMED), count(Place.WAITING)).join(
        Activity, Activity.id == ActivitySession.activity_id
    )


def _views(query: Select[ActivitySession, Activity, int, int]) -> list[SessionView]:
    return [
        SessionView(found, of_activity, confirmed, waiting)
        for found, of_activity, confirmed, waiting in db.session.execute(query)
    ]
