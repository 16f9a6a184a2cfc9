"""Reads of denied credits."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, select

from app.activities.models import Activity, ActivitySession, Attendance, AttendanceDenial
from app.extensions import db
from app.kit.errors import NotFound


@dataclass(frozen=True, slots=True)
class DenialView:
    """A denial with the attendance it is about."""

    denial: AttendanceDenial
    attendance: Attendance
    session: ActivitySession
    activity: Activity


def denial(village_id: int, denial_id: int) -> DenialView:
    """A denial of the village; NotFound `denial_not_found`."""
    found = _denials(village_id, AttendanceDenial.id == denial_id)
    if not found:
        raise NotFound("denial_not_found")
    return found[0]


def open_denials(village_id: int) -> list[DenialView]:
    """What has not been answered yet, the oldest first."""
    return _denials(village_id, AttendanceDenial.decided_at.is_(None))


def answered_denials(village_id: int, *, limit: int = 50) -> list[DenialView]:
    """What was answered last, in the order it came."""
    latest = _query(village_id, AttendanceDenial.decided_at.is_not(None))
    rows = db.session.execute(latest.order_by(AttendanceDenial.id.desc()).limit(limit))
    return [DenialView(*row) for row in rows][::-1]


def denial_of_award(award_id: int) -> AttendanceDenial | None:
    """What a household said of an award, if it denied it."""
    return db.session.scalar(select(AttendanceDenial).where(AttendanceDenial.award_id == award_id))


def _denials(village_id: int, condition: ColumnElement[bool]) -> list[DenialView]:
    rows = db.session.execute(_query(village_id, condition).order_by(AttendanceDenial.id))
    return [DenialView(*row) for row in rows]


def _query(
    village_id: int, condition: ColumnElement[bool]
) -> Select[AttendanceDenial, Attendance, ActivitySession, Activity]:
    return (
        select(AttendanceDenial, Attendance, ActivitySession, Activity)
        .join(Attendance, Attendance.id == AttendanceDenial.attendance_id)
        .join(ActivitySession, ActivitySession.id == Attendance.session_id)
        .join(Activity, Activity.id == ActivitySession.activity_id)
        .where(AttendanceDenial.village_id == village_id, condition)
    )
