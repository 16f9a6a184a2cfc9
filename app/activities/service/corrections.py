"""One action that puts right what a closed session says about somebody."""

from app.activities import queries
from app.activities.domain.check_in import ATTENDED, Place, Source, State
from app.activities.domain.closing import MinutesRule, count_minutes
from app.activities.domain.signups import HoldState, SignupSource
from app.activities.models import Activity, ActivitySession, Attendance, AttendanceCorrection
from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict, Invalid
from app.kit.ids import new_id
from app.kit.points import Tenths
from app.kit.text import clean_line
from app.ledger.domain.accounts import activity_pool, branch_budget
from app.people import queries as people
from app.rulebook import queries as rulebook
from app.rulebook.service import award, reverse_award

from . import budget, holds
from .closing import award_request
from .scheduling import lock_session
from .signups import add_signup

_MINUTES_MAX = 24 * 60


def correct_attendance(
    *,
    village_id: int,
    session_id: int,
    member_id: int,
    attended: bool,
    minutes: int | None,
    reason: str,
    actor_id: int,
) -> AttendanceCorrection:
    """Say after the closing who was there after all, or who was not, or for how long.

    The award that stands is reversed and a new one made, from the branch's budget, in the running
    month, and waits for the notice; whoever was not there before is marked as typed in. A spending
    activity is paid or refunded. `minutes` None keeps or plans them. Raises Conflict
    `session_not_closed`, `correction_changes_nothing`, `branch_budget_short`,
    `insufficient_points`, Invalid `number_out_of_range`, NotFound `member_not_found`.
    """
    session, activity = lock_session(village_id, session_id)
    if session.closed_at is None:
        raise Conflict("session_not_closed")
    if minutes is not None and not 0 <= minutes <= _MINUTES_MAX:
        raise Invalid("number_out_of_range", field="分钟", value_min=0, value_max=_MINUTES_MAX)
    attendance = queries.attendance_of(session_id, member_id) or _absent_row(
        session, member_id, actor_id
    )
    correction = AttendanceCorrection(
        id=new_id(),
        attendance_id=attendance.id,
        state_before=attendance.state,
        minutes_before=attendance.minutes,
        award_id_before=attendance.award_id,
        reason=clean_line(reason, length_max=100, field="原因"),
        corrected_at=clock.now(),
        corrected_by=actor_id,
    )
    asked_before = _asked(activity, attendance)
    _restate(session, attendance, attended=attended, minutes=minutes)
    after = correction.state_after, correction.minutes_after = attendance.state, attendance.minutes
    if after == (correction.state_before, correction.minutes_before):
        raise Conflict("correction_changes_nothing")
    if activity.spends:
        _settle_again(session, activity, attendance, actor_id)
    elif _asked(activity, attendance) != asked_before:
        _award_again(session, activity, attendance, correction)
    correction.award_id_after = attendance.award_id
    db.session.add(correction)
    db.session.flush()
    return correction


def _absent_row(session: ActivitySession, member_id: int, actor_id: int) -> Attendance:
    row = Attendance(
        id=new_id(),
        village_id=session.village_id,
        session_id=session.id,
        member_id=member_id,
        household_id=people.member(session.village_id, member_id).household_id,
        state=State.ABSENT,
        source=Source.CORRECTION,
        staff_entry=True,
        checked_in_by=actor_id,
        reason="",
    )
    db.session.add(row)
    db.session.flush()
    return row


def _restate(
    session: ActivitySession, attendance: Attendance, *, attended: bool, minutes: int | None
) -> None:
    if not attended:
        if attendance.state in ATTENDED:
            attendance.state = State.ABSENT
        attendance.minutes = attendance.minutes_rule = None
        return
    if attendance.state not in ATTENDED:
        attendance.state, attendance.staff_entry = State.PRESENT, True
    if minutes is not None:
        attendance.minutes, attendance.minutes_rule = minutes, MinutesRule.CORRECTED
    elif attendance.minutes is None:
        planned = count_minutes(queries.window_of(session), None, None)
        attendance.minutes, attendance.minutes_rule = planned.minutes, planned.rule


def _asked(activity: Activity, attendance: Attendance) -> Tenths:
    if attendance.state not in ATTENDED:
        return Tenths(0)
    return queries.worth_of(activity).for_minutes(attendance.minutes or 0)


def _award_again(
    session: ActivitySession,
    activity: Activity,
    attendance: Attendance,
    correction: AttendanceCorrection,
) -> None:
    actor_id = correction.corrected_by
    if attendance.award_id is not None:
        _take_award_back(activity, attendance, correction)
    asked = _asked(activity, attendance)
    if asked:
        account = branch_budget(session.village_id)
        budget.check_budget(session.village_id, asked)
        (outcome,) = award(
            [
                award_request(
                    activity=activity,
                    session=session,
                    attendance=attendance,
                    from_account=account,
                    idempotency_key=f"attendance-correction:{correction.id}",
                    actor_id=actor_id,
                )
            ]
        )
        attendance.award_id = outcome.award_id


def _take_award_back(
    activity: Activity, attendance: Attendance, correction: AttendanceCorrection
) -> None:
    """Reverse the award that stands; what came from the pool goes on to the branch's budget."""
    earlier = rulebook.award(activity.village_id, attendance.award_id or 0)
    if earlier.granted:
        reverse_award(
            award_id=earlier.id,
            village_id=activity.village_id,
            actor_id=correction.corrected_by,
            reason=correction.reason,
            idempotency_key=f"attendance-correction:{correction.id}:reversal",
        )
        pool = activity_pool(activity.village_id, activity.id)
        if rulebook.from_account(earlier) == pool:
            budget.empty_pool(
                activity=activity,
                amount=Tenths(earlier.granted),
                actor_id=correction.corrected_by,
            )
    attendance.award_id = None


def _settle_again(
    session: ActivitySession, activity: Activity, attendance: Attendance, actor_id: int
) -> None:
    signup = queries.live_signup(session.id, attendance.member_id)
    if attendance.state not in ATTENDED:
        if signup is not None:
            holds.refund_points(signup=signup, actor_id=actor_id)
        return
    if signup is not None and signup.hold_state == HoldState.PAID:
        return
    if signup is not None:
        signup.cancelled_at, signup.cancelled_by = clock.now(), actor_id
        db.session.flush()
    paying = add_signup(
        session=session,
        activity=activity,
        member_id=attendance.member_id,
        place=Place.CONFIRMED,
        source=SignupSource.CORRECTION,
        actor_id=actor_id,
    )
    holds.take_points(signup=paying, actor_id=actor_id)
