"""A household says "not me" to a credit; the office takes it back in one action, or answers."""

from app.activities import queries
from app.activities.domain.denials import STATEMENT_LENGTH_MAX, DenialDecision
from app.activities.models import Attendance, AttendanceDenial
from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.ids import new_id
from app.kit.text import clean_line
from app.rulebook import queries as rulebook

from .corrections import correct_attendance


def deny_award(
    *, village_id: int, household_id: int, award_id: int, statement: str, actor_id: int
) -> AttendanceDenial:
    """Say that an award for an attendance is not the household's own; saying it again changes
    nothing.

    Raises NotFound `award_not_found` for awards of others, Conflict `award_not_deniable` when no
    attendance stands behind it or it was taken back already.
    """
    award = rulebook.award(village_id, award_id)
    if award.household_id != household_id:
        raise NotFound("award_not_found")
    earlier = queries.denial_of_award(award_id)
    if earlier is not None:
        return earlier
    attendance = queries.attendance_of(award.source_id, award.member_id or 0)
    if attendance is None or attendance.award_id != award_id or award.reversal_entry_id:
        raise Conflict("award_not_deniable")
    denial = AttendanceDenial(
        id=new_id(),
        village_id=village_id,
        attendance_id=attendance.id,
        award_id=award_id,
        statement=clean_line(statement, length_max=STATEMENT_LENGTH_MAX, field="说明"),
        denied_at=clock.now(),
        denied_by=actor_id,
    )
    db.session.add(denial)
    db.session.flush()
    return denial


def decide_denial(
    *,
    village_id: int,
    denial_id: int,
    decision: DenialDecision,
    answer: str,
    right_member_id: int | None,
    actor_id: int,
) -> AttendanceDenial:
    """Answer a denial. Upheld, the member counts as absent, and whoever was there instead gets
    what the attendance is worth: reversal and new award stand in the running month, and the
    denial keeps both corrections.

    Raises NotFound `denial_not_found`, Conflict `denial_decided`, Invalid
    `replacement_not_upheld` or `replacement_is_same`, and what `correct_attendance` raises.
    """
    found = queries.denial(village_id, denial_id)
    denial, attendance = found.denial, found.attendance
    db.session.refresh(denial, with_for_update=True)
    if denial.decided_at is not None:
        raise Conflict("denial_decided")
    if right_member_id is not None and decision is not DenialDecision.UPHELD:
        raise Invalid("replacement_not_upheld")
    if right_member_id == attendance.member_id:
        raise Invalid("replacement_is_same")
    denial.decision = decision
    denial.answer = clean_line(answer, length_max=STATEMENT_LENGTH_MAX, field="答复")
    denial.decided_at, denial.decided_by = clock.now(), actor_id

    if decision is DenialDecision.UPHELD:
        _correct(denial, attendance, right_member_id)
    db.session.flush()
    return denial


def _correct(denial: AttendanceDenial, attendance: Attendance, right_member_id: int | None) -> None:
    minutes = attendance.minutes
    # Somebody may have corrected it since.
    if attendance.award_id == denial.award_id:
        denial.correction_id = correct_attendance(
            **_whose(denial, attendance, attendance.member_id),
            attended=False,
            minutes=None,
            reason="本户说不是自己的",
        ).id
    if right_member_id is not None:
        denial.replacement_id = correct_attendance(
            **_whose(denial, attendance, right_member_id),
            attended=True,
            minutes=minutes,
            reason="原来记在别人名下",
        ).id


def _whose(denial: AttendanceDenial, attendance: Attendance, member_id: int) -> dict[str, int]:
    return {
        "village_id": denial.village_id,
        "session_id": attendance.session_id,
        "member_id": member_id,
        "actor_id": denial.decided_by or 0,
    }
