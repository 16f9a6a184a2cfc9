"""Sign-up with seats and a waiting list that moves up by itself."""

from app.activities import queries
from app.activities.domain.check_in import ATTENDED, Place
from app.activities.domain.signups import HoldState, SignupSource, place_for_next
from app.activities.models import Activity, ActivitySession, Signup
from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict, NotFound
from app.kit.ids import new_id
from app.people import queries as people
from app.people.domain.households import MemberRef, MemberStatus

from . import holds
from .scheduling import lock_running_session

_OWN_SOURCES = frozenset({SignupSource.SELF, SignupSource.HELPER})


def sign_up(
    *, village_id: int, session_id: int, member_id: int, source: SignupSource, actor_id: int
) -> Signup:
    """Take a seat, or a place on the waiting list; somebody on the list stays as they are.

    A confirmed place in a spending activity puts the household's points aside. Raises NotFound
    `session_not_found` or `member_not_found`, Conflict `signup_over` for villagers after the
    start, `member_not_active`, `insufficient_points`, and what `lock_running_session` raises.
    """
    session, activity = lock_running_session(village_id, session_id)
    signup = queries.live_signup(session_id, member_id)
    if signup is not None:
        return signup
    if source in _OWN_SOURCES and clock.now() >= session.starts_at:
        raise Conflict("signup_over")
    taken = queries.count_places(session_id)
    place = place_for_next(
        seats=session.seats,
        confirmed=taken[Place.CONFIRMED],
        waiting=taken[Place.WAITING],
    )
    return add_signup(
        session=session,
        activity=activity,
        member_id=member_id,
        place=place,
        source=source,
        actor_id=actor_id,
    )


def cancel_signup(*, village_id: int, session_id: int, member_id: int, actor_id: int) -> None:
    """Give a place up before the closing; held points go back and the waiting list moves up.

    Raises NotFound `signup_not_found`, Conflict `already_checked_in`.
    """
    session, activity = lock_running_session(village_id, session_id)
    signup = queries.live_signup(session_id, member_id)
    if signup is None:
        raise NotFound("signup_not_found")
    attendance = queries.attendance_of(session_id, member_id)
    if attendance is not None and attendance.state in ATTENDED:
        raise Conflict("already_checked_in")
    holds.release_points(signup=signup, actor_id=actor_id)
    signup.cancelled_at = clock.now()
    signup.cancelled_by = actor_id
    db.session.flush()
    move_up(session, activity, actor_id)


def add_signup(
    *,
    session: ActivitySession,
    activity: Activity,
    member_id: int,
    place: Place,
    source: SignupSource,
    actor_id: int,
) -> Signup:
    """Write a place down for a session whose row is locked, with its hold."""
    member = _active(session.village_id, member_id)
    signup = Signup(
        id=new_id(),
        village_id=session.village_id,
        session_id=session.id,
        member_id=member_id,
        household_id=member.household_id,
        place=place,
        source=source,
        created_at=clock.now(),
        created_by=actor_id,
        held=0,
        hold_state=HoldState.NONE,
    )
    db.session.add(signup)
    if place is Place.CONFIRMED:
        holds.hold_points(signup=signup, activity=activity, actor_id=actor_id)
    db.session.flush()
    return signup


def _active(village_id: int, member_id: int) -> MemberRef:
    member = people.member(village_id, member_id)
    if member.status is not MemberStatus.ACTIVE:
        raise Conflict("member_not_active", name=member.name)
    return member


def confirm_place(*, signup: Signup, activity: Activity, actor_id: int) -> None:
    """Move a waiting sign-up to a seat; the household of today pays.

    Raises Conflict `member_not_active`, or `insufficient_points` when the hold fails.
    """
    if signup.place == Place.WAITING:
        signup.household_id = _active(signup.village_id, signup.member_id).household_id
        holds.hold_points(signup=signup, activity=activity, actor_id=actor_id)
        signup.place = Place.CONFIRMED
        signup.moved_up_at = clock.now()
        db.session.flush()


def move_up(session: ActivitySession, activity: Activity, actor_id: int) -> None:
    """Fill free seats in the order of the list; who cannot pay, or has died or moved away, is
    passed over and keeps waiting.
    """
    seats_free = session.seats - queries.count_places(session.id)[Place.CONFIRMED]
    for signup in queries.live_signups(session.id):
        if seats_free <= 0:
            return
        if signup.place == Place.WAITING:
            try:
                confirm_place(signup=signup, activity=activity, actor_id=actor_id)
            except Conflict as refusal:
                if refusal.code not in ("insufficient_points", "member_not_active"):
                    raise
            else:
                seats_free -= 1
