"""Check-in and check-out, and the organiser's word on who was there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.activities import queries
from app.activities.domain.check_in import (
    ATTENDED,
    NOT_THERE,
    OWN_SCANS,
    Arrival,
    Place,
    Source,
    State,
    rule_arrival,
)
from app.activities.domain.signups import SignupSource
from app.activities.models import Activity, ActivitySession, Attendance, Signup
from app.extensions import db
from app.kit import clock
from app.kit.db import insert_row
from app.kit.errors import Conflict, Fact, Invalid, NotFound
from app.kit.ids import new_id
from app.kit.text import clean_line
from app.people import queries as people
from app.people.domain.households import MemberRef

from .scheduling import check_running, lock_running_session, lock_session, lock_session_row
from .signups import add_signup, confirm_place

OWN_CHECK_OUT_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """What the book says now about a member; `unchanged` when it said so before."""

    attendance: Attendance
    member_name: str
    unchanged: bool


def check_in(
    *,
    village_id: int,
    session_id: int,
    member_id: int,
    source: Source,
    actor_id: int,
    phone_digest: bytes | None = None,
    arrived_at: datetime | None = None,
) -> CheckedIn:
    """Write down that a member came, by the rules of `domain.check_in`; repeatable.

    `arrived_at` is the time on a paper sheet; otherwise the present one counts. Raises NotFound
    `session_not_found` or `member_not_found`, Conflict `check_in_not_open`, `check_in_over`,
    `not_signed_up`, `member_not_active`, `insufficient_points`, and what `check_running` raises.
    """
    session = lock_session_row(village_id, session_id)
    door = queries.at_the_door(session, member_id)
    check_running(session, door)
    at = clock.now() if arrived_at is None else _paper_time(session, arrived_at)
    member = people.member(village_id, member_id)
    ruling = rule_arrival(
        queries.window_of(session),
        Arrival(
            at=at,
            source=source,
            standing=door.standing,
            place=door.place,
            drop_in=door.drop_in,
            seats_free=_seats_free(session, door.place),
        ),
    )
    if ruling.state is None:
        raise Conflict(ruling.refusal, name=member.name, **_times(session))
    row = None if door.standing is None else queries.attendance_of(session_id, member_id)
    if row is not None and ruling.unchanged:
        return CheckedIn(row, member.name, unchanged=True)
    if ruling.state is State.PRESENT and door.place is not Place.CONFIRMED:
        signup = queries.live_signup(session_id, member_id)
        _admit(*lock_session(village_id, session_id), signup, member_id, actor_id)
    came: dict[str, Any] = {
        "state": ruling.state,
        "waits_for": ruling.waits_for,
        "source": source,
        "staff_entry": source is Source.PAPER,
        "phone_digest": phone_digest if source in OWN_SCANS else None,
        "checked_in_at": at,
        "checked_in_by": actor_id,
    }
    return CheckedIn(_write(session, member, row, came), member.name, unchanged=False)


def check_in_list(
    *,
    village_id: int,
    session_id: int,
    member_ids: Sequence[int],
    source: Source,
    actor_id: int,
    arrived_at: datetime | None = None,
) -> list[Attendance]:
    """Check several people in, or none when one of them is refused; see `check_in`."""
    return [
        check_in(
            village_id=village_id,
            session_id=session_id,
            member_id=member_id,
            source=source,
            actor_id=actor_id,
            arrived_at=arrived_at,
        ).attendance
        for member_id in member_ids
    ]


def check_out(
    *, village_id: int, session_id: int, member_id: int, actor_id: int, own: bool
) -> CheckedIn:
    """Write down that a member left; the first time counts.

    A villager's own check-out (`own`) is taken until an hour after the end. Raises Conflict
    `not_checked_in` or `check_in_over`.
    """
    session, _ = lock_running_session(village_id, session_id)
    now = clock.now()
    if own and now > session.ends_at + OWN_CHECK_OUT_WITHIN:
        raise Conflict("check_in_over", **_times(session))
    attendance = queries.attendance_of(session_id, member_id)
    if attendance is None or attendance.state in NOT_THERE:
        raise Conflict("not_checked_in")
    name = people.member(village_id, member_id).name
    if attendance.checked_out_at is not None:
        return CheckedIn(attendance, name, unchanged=True)
    attendance.checked_out_at, attendance.checked_out_by = now, actor_id
    if attendance.state == State.PRESENT:
        attendance.state = State.LEFT
    db.session.flush()
    return CheckedIn(attendance, name, unchanged=False)


def confirm_attendance(
    *, village_id: int, session_id: int, attendance_id: int, actor_id: int
) -> Attendance:
    """The organiser's yes to somebody who waits; repeatable.

    Raises NotFound `attendance_not_found`, Conflict `insufficient_points`.
    """
    session, activity = lock_running_session(village_id, session_id)
    attendance = queries.attendance(session_id, attendance_id)
    if attendance.state in ATTENDED:
        return attendance
    signup = queries.live_signup(session_id, attendance.member_id)
    _admit(session, activity, signup, attendance.member_id, actor_id)
    attendance.state = State.PRESENT if attendance.checked_out_at is None else State.LEFT
    attendance.waits_for = None
    attendance.confirmed_by = actor_id
    attendance.reason = ""
    db.session.flush()
    return attendance


def mark_not_there(
    *, village_id: int, session_id: int, member_id: int, excuse: str, actor_id: int
) -> Attendance:
    """The organiser's no to somebody on the list or at the door: absent, or excused with a reason.

    Held points go back at the closing either way: being absent is never punished. Raises NotFound
    `signup_not_found` for somebody who is on neither list.
    """
    session, _ = lock_running_session(village_id, session_id)
    attendance = queries.attendance_of(session_id, member_id)
    if attendance is None:
        if queries.live_signup(session_id, member_id) is None:
            raise NotFound("signup_not_found")
        attendance = Attendance(
            **_columns(session, people.member(village_id, member_id)),
            source=Source.ROSTER,
            staff_entry=False,
            checked_in_by=actor_id,
        )
        db.session.add(attendance)
    attendance.state = State.EXCUSED if excuse.strip() else State.ABSENT
    attendance.reason = excuse and clean_line(excuse, length_max=100, field="请假原因")
    attendance.waits_for = None
    attendance.confirmed_by = actor_id
    db.session.flush()
    return attendance


def _admit(
    session: ActivitySession,
    activity: Activity,
    signup: Signup | None,
    member_id: int,
    actor_id: int,
) -> None:
    """See to it that whoever is in has a confirmed place, and has put the price aside."""
    if signup is None:
        add_signup(
            session=session,
            activity=activity,
            member_id=member_id,
            place=Place.CONFIRMED,
            source=SignupSource.DROP_IN,
            actor_id=actor_id,
        )
    else:
        confirm_place(signup=signup, activity=activity, actor_id=actor_id)


def _seats_free(session: queries.Sitting, place: Place | None) -> int:
    """Somebody's own seat, or those that nobody has: most people need no counting."""
    if place is Place.CONFIRMED:
        return 1
    return session.seats - queries.count_places(session.id)[Place.CONFIRMED]


def _write(
    session: queries.Sitting, member: MemberRef, row: Attendance | None, came: Mapping[str, Any]
) -> Attendance:
    """The member's row, a new one if there is none yet, saying how they came."""
    if row is None:
        return insert_row(db.session, Attendance, **_columns(session, member), **came)
    for name, value in came.items():
        setattr(row, name, value)
    row.reason = ""
    db.session.flush()
    return row


def _columns(session: queries.Sitting, member: MemberRef) -> dict[str, Any]:
    """What every new row begins with."""
    return {
        "id": new_id(),
        "village_id": session.village_id,
        "session_id": session.id,
        "member_id": member.id,
        "household_id": member.household_id,
        "reason": "",
    }


def _paper_time(session: queries.Sitting, arrived_at: datetime) -> datetime:
    opens_at = queries.window_of(session).opens_at
    if not opens_at <= arrived_at <= min(session.ends_at, clock.now()):
        raise Invalid("paper_time_bad", **_times(session))
    return arrived_at


def _times(session: queries.Sitting) -> dict[str, Fact]:
    """The rule in figures, for the sentence that refuses."""
    opens = clock.local(queries.window_of(session).opens_at)
    return {
        "opens_on": f"{opens.month}月{opens.day}日",
        "opens_at": f"{opens:%H:%M}",
        "ends_at": f"{clock.local(session.ends_at):%H:%M}",
    }
