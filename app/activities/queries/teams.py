"""Which teams did what the month's theme list asks."""

from collections import defaultdict
from datetime import time

from sqlalchemy import and_, func, select

from app.activities.domain.check_in import ATTENDED
from app.activities.models import Activity, ActivitySession, Attendance, Theme, ThemeList
from app.extensions import db
from app.kit import clock
from app.kit.month import Month


def theme_sessions_of_teams(village_id: int, month: Month) -> dict[int, tuple[int, ...]]:
    """The sessions by which each team completed the month's theme; teams that did not are absent.

    A team has completed it when it was assigned at least one approved activity under a theme of
    the month's list, and every session of these that was to start in the month is closed and
    somebody came. What was cancelled does not count.
    """
    rows = db.session.execute(
        select(
            Activity.team_id,
            ActivitySession.id,
            ActivitySession.closed_at,
            func.count(Attendance.id).label("came"),
        )
        .join(Activity, Activity.id == ActivitySession.activity_id)
        .join(Theme, Theme.id == Activity.theme_id)
        .join(ThemeList, ThemeList.id == Theme.theme_list_id)
        .outerjoin(
            Attendance,
            and_(
                Attendance.session_id == ActivitySession.id,
                Attendance.state.in_(ATTENDED),
            ),
        )
        .where(
            ActivitySession.village_id == village_id,
            ActivitySession.starts_at >= clock.instant(month.first_day, time()),
            ActivitySession.starts_at < clock.instant(month.next.first_day, time()),
            ThemeList.month == str(month),
            Activity.team_id.is_not(None),
            Activity.approved_at.is_not(None),
            Activity.cancelled_at.is_(None),
        )
        .group_by(Activity.team_id, ActivitySession.id, ActivitySession.closed_at)
        .order_by(Activity.team_id, ActivitySession.id)
    )
    sessions: dict[int, list[int]] = defaultdict(list)
    unfinished: set[int] = set()
    for team_id, session_id, closed_at, came in rows:
        if team_id is not None:
            sessions[team_id].append(session_id)
            if closed_at is None or not came:
                unfinished.add(team_id)
    return {
        team_id: tuple(found) for team_id, found in sessions.items() if team_id not in unfinished
    }
