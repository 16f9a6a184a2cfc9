"""Organisers: scanning, lists, closing, corrections."""

from typing import Any

from app.activities import queries, service
from app.activities.domain.check_in import Source
from app.activities.domain.rotating_code import NEW_CODE_EVERY_SECONDS, make_code
from app.activities.domain.signups import SignupSource
from app.activities.queries import ORGANISING_ROLES
from app.activities.schemas import (
    AttendanceOut,
    ClosingOut,
    CorrectionForm,
    CorrectionOut,
    ListIn,
    MemberForm,
    NotThereForm,
    RotatingCodeOut,
    ScanAnswerOut,
    ScanForm,
    SignupOut,
)
from app.extensions import settings
from app.identity.access import actor_id, principal, requires, village_id
from app.kit import clock
from app.kit.codes import code_link
from app.web.json_api import JsonBlueprint
from app.web.transaction import writes

from .member import shown

api = JsonBlueprint(
    "attendances", __name__, url_prefix="/api/v1/activity-sessions", description="Attendance"
)


@api.get("/<int:session_id>/attendances")
@requires(*ORGANISING_ROLES)
@api.response(200, AttendanceOut(many=True))
def list_attendances(session_id: int) -> Any:
    """Everything written down for a session."""
    queries.check_organises(principal(), session_id)
    return queries.attendances(session_id)


@api.get("/<int:session_id>/rotating-code")
@requires(*ORGANISING_ROLES)
@api.response(200, RotatingCodeOut)
def show_rotating_code(session_id: int) -> dict[str, Any]:
    """The code to show now."""
    queries.running_session(principal(), session_id)
    code = make_code(settings().master_key, session_id, clock.now())
    return {
        "code": code,
        "link": code_link(settings().public_url, code),
        "new_in_seconds": NEW_CODE_EVERY_SECONDS,
    }


@api.post("/<int:session_id>/staff-signups")
@requires(*ORGANISING_ROLES)
@writes
@api.arguments(MemberForm)
@api.response(201, SignupOut)
def sign_up(form: dict[str, Any], session_id: int) -> Any:
    """Sign somebody up, also at the door."""
    queries.check_organises(principal(), session_id)
    return service.sign_up(
        village_id=village_id(),
        session_id=session_id,
        member_id=form["member_id"],
        source=SignupSource.STAFF,
        actor_id=actor_id(),
    )


@api.post("/<int:session_id>/scans")
@requires(*ORGANISING_ROLES)
@writes(key_required=True)
@api.arguments(ScanForm)
@api.response(200, ScanAnswerOut)
def scan(form: dict[str, Any], session_id: int) -> dict[str, Any]:
    """Check somebody in, or out, by card."""
    queries.check_organises(principal(), session_id)
    answer = service.scan_card(
        village_id=village_id(),
        session_id=session_id,
        typed_code=form["code"],
        member_ids=form["member_ids"],
        leaving=form["leaving"],
        actor_id=actor_id(),
    )
    return shown(answer)


@api.post("/<int:session_id>/check-ins")
@requires(*ORGANISING_ROLES)
@writes(key_required=True)
@api.arguments(ListIn)
@api.response(200, AttendanceOut(many=True))
def check_in(form: dict[str, Any], session_id: int) -> Any:
    """Tick several people on the roster, or type them in from paper."""
    queries.check_organises(principal(), session_id)
    paper = form["arrived_at"] is not None
    return service.check_in_list(
        village_id=village_id(),
        session_id=session_id,
        member_ids=form["member_ids"],
        source=Source.PAPER if paper else Source.ROSTER,
        arrived_at=form["arrived_at"],
        actor_id=actor_id(),
    )


@api.post("/<int:session_id>/check-outs")
@requires(*ORGANISING_ROLES)
@writes
@api.arguments(MemberForm)
@api.response(200, AttendanceOut)
def check_out(form: dict[str, Any], session_id: int) -> Any:
    """Write down that somebody left."""
    queries.check_organises(principal(), session_id)
    return service.check_out(
        village_id=village_id(),
        session_id=session_id,
        member_id=form["member_id"],
        actor_id=actor_id(),
        own=False,
    ).attendance


@api.post("/<int:session_id>/attendances/<int:attendance_id>/confirmation")
@requires(*ORGANISING_ROLES)
@writes
@api.response(200, AttendanceOut)
def confirm(session_id: int, attendance_id: int) -> Any:
    """Say yes to somebody who waits."""
    queries.check_organises(principal(), session_id)
    return service.confirm_attendance(
        village_id=village_id(),
        session_id=session_id,
        attendance_id=attendance_id,
        actor_id=actor_id(),
    )


@api.post("/<int:session_id>/absences")
@requires(*ORGANISING_ROLES)
@writes
@api.arguments(NotThereForm)
@api.response(200, AttendanceOut)
def mark_not_there(form: dict[str, Any], session_id: int) -> Any:
    """Say that somebody did not come, or is excused."""
    queries.check_organises(principal(), session_id)
    return service.mark_not_there(
        village_id=village_id(), session_id=session_id, actor_id=actor_id(), **form
    )


@api.post("/<int:session_id>/closing")
@requires(*ORGANISING_ROLES)
@writes
@api.response(200, ClosingOut)
def close(session_id: int) -> dict[str, Any]:
    """Close the session; the same answer however often it is closed."""
    queries.check_organises(principal(), session_id)
    session = service.close_session(
        village_id=village_id(), session_id=session_id, actor_id=actor_id()
    )
    lines = queries.result_lines(queries.session(village_id(), session_id))
    return {"session": session, "lines": lines}


@api.post("/<int:session_id>/corrections")
@requires(*ORGANISING_ROLES)
@writes(key_required=True)
@api.arguments(CorrectionForm)
@api.response(201, CorrectionOut)
def correct(form: dict[str, Any], session_id: int) -> Any:
    """Put right what a closed session says about somebody."""
    queries.check_organises(principal(), session_id)
    return service.correct_attendance(
        village_id=village_id(), session_id=session_id, actor_id=actor_id(), **form
    )
