"""Closing a session: everybody's standing is fixed, points are awarded or taken, all at once."""

from collections.abc import Sequence
from datetime import date

from app.activities import queries
from app.activities.domain.check_in import ATTENDED, SCANS, Place, Source, State
from app.activities.domain.closing import count_minutes
from app.activities.models import Activity, ActivitySession, Attendance
from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict
from app.kit.ids import new_id
from app.kit.points import Tenths
from app.ledger.domain.accounts import Address, activity_pool
from app.people import service as people
from app.rulebook.domain.awards import AwardOutcome, AwardRequest
from app.rulebook.service import award

from . import budget, holds
from .scheduling import lock_session

AWARD_SOURCE = "session"
"""The `source_kind` of awards for attendance; a cap per event counts within the session."""

# The ledger takes a thousand accounts at once, and each award brings up to two of its own.
_AWARDS_PER_POSTING = 400


def close_session(*, village_id: int, session_id: int, actor_id: int) -> ActivitySession:
    """Close a session once everybody's standing is decided; closing it again is the same closing.

    Whoever came is awarded (caps apply) or pays what was held for them. Held points of those who
    did not come go back, excused or not. What the pool does not need goes back to the branch.
    Raises NotFound `session_not_found`, Conflict `activity_cancelled`, `activity_not_approved`,
    `session_not_started`, `attendance_unconfirmed` or `branch_budget_short`.
    """
    session, activity = lock_session(village_id, session_id)
    if session.closed_at is not None:
        return session
    _check_closable(session, activity)
    _write_absences(session, actor_id)
    attended = [row for row in queries.attendances(session.id) if row.state in ATTENDED]
    for row in attended:
        counted = count_minutes(queries.window_of(session), row.checked_in_at, row.checked_out_at)
        row.minutes, row.minutes_rule = counted.minutes, counted.rule
    if activity.spends:
        _settle_holds(session, attended, actor_id)
    else:
        _award(session, activity, attended, actor_id)
    session.closed_at = clock.now()
    session.closed_by = actor_id
    db.session.flush()
    return session


def award_request(
    *,
    activity: Activity,
    session: ActivitySession,
    attendance: Attendance,
    from_account: Address,
    idempotency_key: str,
    actor_id: int,
    at_once: bool = False,
) -> AwardRequest:
    """What an attendance is to be awarded; its minutes are counted already."""
    return AwardRequest(
        village_id=session.village_id,
        rule_id=activity.rule_id,
        member_id=attendance.member_id,
        household_id=attendance.household_id,
        occurred_on=_held_on(session),
        points_asked=queries.worth_of(activity).for_minutes(attendance.minutes or 0),
        from_account=from_account,
        source_kind=AWARD_SOURCE,
        source_id=session.id,
        idempotency_key=idempotency_key,
        actor_id=actor_id,
        memo=activity.rule_code,
        at_once=at_once,
    )


def _held_on(session: ActivitySession) -> date:
    return clock.local(session.starts_at).date()


def _award_all(
    session: ActivitySession, requests: Sequence[AwardRequest], actor_id: int
) -> list[AwardOutcome]:
    """Award them; what is spendable at once and came to a household that has closed meanwhile goes
    on to whoever took it in.
    """
    outcomes = [
        outcome
        for start in range(0, len(requests), _AWARDS_PER_POSTING)
        for outcome in award(requests[start : start + _AWARDS_PER_POSTING])
    ]
    at_once = {request.household_id for request in requests if request.at_once}
    if at_once:
        people.pass_on(
            village_id=session.village_id,
            household_ids=at_once,
            cause=f"session:{session.id}",
            actor_id=actor_id,
        )
    return outcomes


def _check_closable(session: ActivitySession, activity: Activity) -> None:
    if activity.cancelled_at is not None:
        raise Conflict("activity_cancelled")
    if activity.approved_at is None:
        raise Conflict("activity_not_approved")
    if clock.now() < session.starts_at:
        raise Conflict("session_not_started")
    waiting = queries.unconfirmed_count(session.id)
    if waiting:
        raise Conflict("attendance_unconfirmed", count=waiting)


def _write_absences(session: ActivitySession, actor_id: int) -> None:
    """Whoever has a seat and was not written down is absent."""
    known = {row.member_id for row in queries.attendances(session.id)}
    for signup in queries.live_signups(session.id):
        if signup.place == Place.CONFIRMED and signup.member_id not in known:
            db.session.add(
                Attendance(
                    id=new_id(),
                    village_id=session.village_id,
                    session_id=session.id,
                    member_id=signup.member_id,
                    household_id=signup.household_id,
                    state=State.ABSENT,
                    source=Source.CLOSING,
                    staff_entry=False,
                    checked_in_by=actor_id,
                    reason="",
                )
            )
    db.session.flush()


def _settle_holds(session: ActivitySession, attended: Sequence[Attendance], actor_id: int) -> None:
    came = {row.member_id for row in attended}
    for signup in queries.live_signups(session.id):
        settle = holds.take_points if signup.member_id in came else holds.release_points
        settle(signup=signup, actor_id=actor_id)


def _award(
    session: ActivitySession, activity: Activity, attended: Sequence[Attendance], actor_id: int
) -> None:
    worth = queries.worth_of(activity)
    earning = [row for row in attended if worth.for_minutes(row.minutes or 0) > 0]
    asked = sum(worth.for_minutes(row.minutes or 0) for row in earning)
    missing = asked - session.reserved
    if missing > 0:
        # More people came than there were seats.
        budget.fill_pool(activity=activity, amount=Tenths(missing), actor_id=actor_id)
    scans_at_once = queries.check_ins_spendable_at_once(session.village_id, _held_on(session))
    requests = [
        award_request(
            activity=activity,
            session=session,
            attendance=row,
            from_account=activity_pool(session.village_id, activity.id),
            idempotency_key=f"attendance:{row.id}",
            actor_id=actor_id,
            at_once=scans_at_once and row.source in SCANS,
        )
        for row in earning
    ]
    outcomes = _award_all(session, requests, actor_id)
    for row, outcome in zip(earning, outcomes, strict=True):
        row.award_id = outcome.award_id
    granted = sum(outcome.granted for outcome in outcomes)
    budget.empty_pool(
        activity=activity,
        amount=Tenths(max(asked, session.reserved) - granted),
        actor_id=actor_id,
    )
