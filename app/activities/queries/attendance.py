"""Reads of sign-ups and attendance."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, func, select

from app.activities.domain.check_in import OwnScan, Place, Source, State, scans_from_one_phone
from app.activities.models import (
    Activity,
    Attendance,
    AttendanceCorrection,
    Signup,
)
from app.extensions import db
from app.kit.db import among, table_of
from app.kit.errors import NotFound
from app.kit.statements import Prepared

from .sessions import LockedSession

_LIVE_SIGNUP = select(Signup).where(
    Signup.session_id == bindparam("session_id"),
    Signup.member_id == bindparam("member_id"),
    Signup.cancelled_at.is_(None),
)
_ATTENDANCE = select(Attendance).where(
    Attendance.session_id == bindparam("session_id"),
    Attendance.member_id == bindparam("member_id"),
)
# Asked at every card scanned.
_ACTIVITY, _CAME, _SIGNED_UP = table_of(Activity), table_of(Attendance), table_of(Signup)
_AT_THE_DOOR = Prepared(
    select(
        _ACTIVITY.c.approved_at,
        _ACTIVITY.c.cancelled_at,
        _ACTIVITY.c.drop_in,
        _CAME.c.state,
        _SIGNED_UP.c.place,
    )
    .select_from(_ACTIVITY)
    .outerjoin(
        _CAME,
        and_(
            _CAME.c.session_id == bindparam("session_id"),
            _CAME.c.member_id == bindparam("member_id"),
        ),
    )
    .outerjoin(
        _SIGNED_UP,
        and_(
            _SIGNED_UP.c.session_id == bindparam("session_id"),
            _SIGNED_UP.c.member_id == bindparam("member_id"),
            _SIGNED_UP.c.cancelled_at.is_(None),
        ),
    )
    .where(_ACTIVITY.c.id == bindparam("activity_id"))
)


@dataclass(frozen=True, slots=True)
class AtTheDoor:
    """What the book says about a session's activity and somebody who comes to it."""

    approved_at: datetime | None
    cancelled_at: datetime | None
    drop_in: bool
    standing: State | None
    place: Place | None


def live_signup(session_id: int, member_id: int) -> Signup | None:
    """The member's sign-up that was not cancelled."""
    return db.session.scalar(_LIVE_SIGNUP, {"session_id": session_id, "member_id": member_id})


def live_signups(session_id: int) -> Sequence[Signup]:
    """All sign-ups that were not cancelled, in the order in which they were made."""
    return db.session.scalars(
        select(Signup)
        .where(Signup.session_id == session_id, Signup.cancelled_at.is_(None))
        .order_by(Signup.id)
    ).all()


def signups_of_members(member_ids: Iterable[int], session_ids: Iterable[int]) -> Sequence[Signup]:
    """The live sign-ups of some people for some sessions."""
    return db.session.scalars(
        select(Signup).where(
            Signup.member_id.in_(set(member_ids)),
            Signup.session_id.in_(set(session_ids)),
            Signup.cancelled_at.is_(None),
        )
    ).all()


def signups_of_entries(village_id: int, entry_ids: Collection[int]) -> dict[int, Signup]:
    """The sign-ups behind entries that hold, take or give back the price, by entry."""
    steps = (Signup.hold_entry_id, Signup.settling_entry_id, Signup.refund_entry_id)
    return {
        entry_id: signup
        for step in steps
        for entry_id, signup in db.session.execute(
            select(step, Signup).where(Signup.village_id == village_id, step.in_(entry_ids))
        )
        if entry_id is not None
    }


def count_places(session_id: int) -> dict[Place, int]:
    """How many live sign-ups are confirmed, and how many wait."""
    rows = db.session.execute(
        select(Signup.place, func.count())
        .where(Signup.session_id == session_id, Signup.cancelled_at.is_(None))
        .group_by(Signup.place)
    )
    return dict.fromkeys(Place, 0) | {Place(place): count for place, count in rows}


def attendance_of(session_id: int, member_id: int) -> Attendance | None:
    """The member's attendance of a session, if anything was written down."""
    return db.session.scalar(_ATTENDANCE, {"session_id": session_id, "member_id": member_id})


def at_the_door(session: LockedSession, member_id: int) -> AtTheDoor:
    """Read after the session's row was locked, in one statement that makes no objects: most who
    come are on the list and not in yet, and nothing of theirs changes but the new row.
    """
    row = _AT_THE_DOOR.first(
        db.session, activity_id=session.activity_id, session_id=session.id, member_id=member_id
    )
    return AtTheDoor(
        approved_at=row.approved_at,
        cancelled_at=row.cancelled_at,
        drop_in=row.drop_in,
        standing=None if row.state is None else State(row.state),
        place=None if row.place is None else Place(row.place),
    )


def attendance(session_id: int, attendance_id: int) -> Attendance:
    """One attendance of the session; NotFound `attendance_not_found`."""
    found = db.session.get(Attendance, attendance_id)
    if found is None or found.session_id != session_id:
        raise NotFound("attendance_not_found")
    return found


def attendances(session_id: int) -> Sequence[Attendance]:
    """Everything written down for a session, in the order of arrival."""
    return db.session.scalars(
        select(Attendance).where(Attendance.session_id == session_id).order_by(Attendance.id)
    ).all()


def unconfirmed_count(session_id: int) -> int:
    """How many wait for the organiser."""
    return (
        db.session.scalar(
            select(func.count()).where(
                Attendance.session_id == session_id,
                Attendance.state == State.UNCONFIRMED.value,
            )
        )
        or 0
    )


def shared_phone_ids(found: Sequence[Attendance]) -> frozenset[int]:
    """Which of these attendances were checked in from one phone within a minute."""
    return scans_from_one_phone(
        [
            OwnScan(row.id, row.phone_digest, row.checked_in_at)
            for row in found
            if row.phone_digest is not None and row.checked_in_at is not None
        ]
    )


def staff_entered_awards(village_id: int, award_ids: Iterable[int]) -> frozenset[int]:
    """Which of these awards come from a list typed in by staff (补录), to be marked as such."""
    return frozenset(
        award_id
        for award_id in db.session.scalars(
            select(Attendance.award_id).where(
                Attendance.village_id == village_id,
                among(Attendance.award_id, set(award_ids)),
                Attendance.staff_entry.is_(True),
            )
        )
        if award_id is not None
    )


def corrections(attendance_ids: Iterable[int]) -> Sequence[AttendanceCorrection]:
    """What was corrected after the closing, oldest first."""
    return db.session.scalars(
        select(AttendanceCorrection)
        .where(AttendanceCorrection.attendance_id.in_(set(attendance_ids)))
        .order_by(AttendanceCorrection.id)
    ).all()


@dataclass(frozen=True, slots=True)
class CheckIn:
    """Who was checked in when, how and by which account."""

    attendance_id: int
    session_id: int
    household_id: int
    member_id: int
    at: datetime
    by: int
    source: Source
    phone_digest: bytes | None


def check_ins_between(village_id: int, *, since: datetime, until: datetime) -> list[CheckIn]:
    """The check-ins of the village from an instant on and before another, oldest first."""
    rows = db.session.execute(
        select(
            Attendance.id, Attendance.session_id, Attendance.household_id, Attendance.member_id,
            Attendance.checked_in_at, Attendance.checked_in_by, Attendance.source,
            Attendance.phone_digest,
        )
        .where(
            Attendance.village_id == village_id,
            Attendance.checked_in_at >= since,
            Attendance.checked_in_at < until,
        )
        .order_by(Attendance.checked_in_at, Attendance.id)
    )  # fmt: skip
    return [
        CheckIn(
            row.id, row.session_id, row.household_id, row.member_id, at, row.checked_in_by,
            Source(row.source), row.phone_digest,
        )
        for row in rows
        if (at := row.checked_in_at) is not None
    ]  # fmt: skip


def hands_in_awards(village_id: int, award_ids: Collection[int]) -> dict[int, set[int]]:
    """The accounts that checked somebody in or out, confirmed, or corrected, by award."""
    hands: dict[int, set[int]] = defaultdict(set)
    rows = db.session.execute(
        select(
            Attendance.award_id, Attendance.checked_in_by, Attendance.checked_out_by,
            Attendance.confirmed_by, AttendanceCorrection.corrected_by,
        )
        .outerjoin(AttendanceCorrection, AttendanceCorrection.attendance_id == Attendance.id)
        .where(Attendance.village_id == village_id, among(Attendance.award_id, set(award_ids)))
    )  # fmt: skip
    for award_id, *accounts in rows:
        hands[award_id or 0] |= {each for each in accounts if each is not None}
    return hands
