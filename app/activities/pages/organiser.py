"""Organisers at the door: today's sessions, scanning, the rotating code, who waits."""

from datetime import timedelta

from flask import (
    Blueprint,
    Response,
    flash,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as BaseResponse

from app.activities import queries, service
from app.activities.domain.rotating_code import NEW_CODE_EVERY_SECONDS, make_code
from app.activities.domain.signups import SignupSource
from app.activities.queries import SessionView
from app.activities.schemas import MemberForm, NotThereForm, ScanForm
from app.extensions import settings
from app.identity.access import actor_id, principal, requires, village_id
from app.identity.queries import display_names
from app.kit import clock
from app.kit.codes import code_link
from app.people import queries as people
from app.printing.qr import qr_svg
from app.web.forms import load_form
from app.web.messages import sentence
from app.web.transaction import writes

pages = Blueprint("organiser", __name__, url_prefix="/organiser")

ORGANISING = tuple(queries.ORGANISING_ROLES)


def own_session(session_id: int) -> SessionView:
    """The session, when the caller organises it; NotFound for all others."""
    return queries.organised_session(principal(), session_id)


@pages.get("")
@requires(*ORGANISING)
def list_sessions() -> str:
    """The caller's sessions of today and the next days, and those still to be closed."""
    now = clock.now()
    today = clock.local(now).date()
    found = queries.organised_sessions(
        village_id(), actor_id(), from_day=today, to_day=today + timedelta(days=14)
    )
    return render_template("activities/organiser/list.html", sessions=found, now=now, today=today)


@pages.get("/sessions/<int:session_id>")
@requires(*ORGANISING)
def show_session(session_id: int) -> str:
    """One session: the numbers, who waits for a decision, everybody's standing."""
    view = own_session(session_id)
    rows = queries.attendances(session_id)
    signups = queries.live_signups(session_id)
    member_ids = {row.member_id for row in rows} | {signup.member_id for signup in signups}
    return render_template(
        "activities/organiser/session.html",
        view=view,
        window=queries.window_of(view.session),
        now=clock.now(),
        rows=rows,
        attendance_by_member={row.member_id: row for row in rows},
        signups=signups,
        names=member_names(member_ids),
        shared_phone_ids=queries.shared_phone_ids(rows),
        organisers=display_names(queries.organiser_ids(view.activity.id)).values(),
    )


@pages.get("/sessions/<int:session_id>/scan")
@requires(*ORGANISING)
def scan_form(session_id: int) -> str:
    """Where cards are scanned or typed."""
    if "refusal" in g and _wants_json():
        # The scanning script stays on its page and shows the refusal itself.
        raise g.refusal
    return _scan_page(own_session(session_id), answer=None)


@pages.post("/sessions/<int:session_id>/scan")
@requires(*ORGANISING)
@writes(again=scan_form)
def scan(session_id: int) -> str | Response:
    view = own_session(session_id)
    form = load_form(ScanForm())
    answer = service.scan_card(
        village_id=village_id(),
        session_id=session_id,
        typed_code=form["code"],
        member_ids=form["member_ids"],
        leaving=form["leaving"],
        actor_id=actor_id(),
    )
    if _wants_json():
        return jsonify(
            level=answer.level,
            title=answer.title,
            message=sentence(answer.code, answer.facts),
            choices=[
                {"member_id": str(member_id), "name": name} for member_id, name in answer.choices
            ],
        )
    return _scan_page(view, answer=answer)


@pages.get("/sessions/<int:session_id>/rotating-code")
@requires(*ORGANISING)
def show_rotating_code(session_id: int) -> str:
    """The code for the organiser's screen; a script, or else a refresh, keeps it new."""
    return render_template(
        "activities/organiser/rotating_code.html",
        view=own_session(session_id),
        svg=_rotating_svg(session_id),
        every_seconds=NEW_CODE_EVERY_SECONDS,
    )


@pages.get("/sessions/<int:session_id>/rotating-code/drawing")
@requires(*ORGANISING)
def draw_rotating_code(session_id: int) -> Response:
    """The drawing alone, for the script."""
    return Response(_rotating_svg(session_id), mimetype="image/svg+xml")


@pages.get("/sessions/<int:session_id>/people/<int:member_id>")
@requires(*ORGANISING)
def show_person(session_id: int, member_id: int) -> str:
    """Where somebody stands in the session, and what may be done about it."""
    view = own_session(session_id)
    person = people.member(village_id(), member_id)
    row = queries.attendance_of(session_id, member_id)
    return render_template(
        "activities/organiser/person.html",
        view=view,
        person=person,
        household=people.household(village_id(), person.household_id),
        signup=queries.live_signup(session_id, member_id),
        row=row,
        by=display_names([row.checked_in_by]).get(row.checked_in_by) if row else None,
        corrections=queries.corrections([row.id]) if row else [],
    )


@pages.post("/sessions/<int:session_id>/attendances/<int:attendance_id>/confirm")
@requires(*ORGANISING)
@writes
def confirm(session_id: int, attendance_id: int) -> BaseResponse:
    own_session(session_id)
    service.confirm_attendance(
        village_id=village_id(),
        session_id=session_id,
        attendance_id=attendance_id,
        actor_id=actor_id(),
    )
    flash(sentence("attendance_confirmed", {}))
    return _back_to(session_id)


@pages.post("/sessions/<int:session_id>/not-there")
@requires(*ORGANISING)
@writes
def mark_not_there(session_id: int) -> BaseResponse:
    own_session(session_id)
    form = load_form(NotThereForm())
    row = service.mark_not_there(
        village_id=village_id(), session_id=session_id, actor_id=actor_id(), **form
    )
    flash(sentence(f"marked_{row.state}", {}))
    return _back_to(session_id)


@pages.post("/sessions/<int:session_id>/check-out")
@requires(*ORGANISING)
@writes
def check_out(session_id: int) -> BaseResponse:
    own_session(session_id)
    done = service.check_out(
        village_id=village_id(),
        session_id=session_id,
        member_id=load_form(MemberForm())["member_id"],
        actor_id=actor_id(),
        own=False,
    )
    at = done.attendance.checked_out_at
    flash(sentence("checked_out", {"at": f"{clock.local(at):%H:%M}" if at else ""}))
    return _back_to(session_id)


@pages.post("/sessions/<int:session_id>/sign-up")
@requires(*ORGANISING)
@writes
def sign_up(session_id: int) -> BaseResponse:
    """Staff sign somebody up, also at the door."""
    own_session(session_id)
    signup = service.sign_up(
        village_id=village_id(),
        session_id=session_id,
        member_id=load_form(MemberForm())["member_id"],
        source=SignupSource.STAFF,
        actor_id=actor_id(),
    )
    flash(sentence(f"signed_up_{signup.place}", {}))
    return _back_to(session_id)


@pages.post("/sessions/<int:session_id>/cancel-sign-up")
@requires(*ORGANISING)
@writes
def cancel_signup(session_id: int) -> BaseResponse:
    own_session(session_id)
    service.cancel_signup(
        village_id=village_id(),
        session_id=session_id,
        member_id=load_form(MemberForm())["member_id"],
        actor_id=actor_id(),
    )
    flash(sentence("signup_cancelled", {}))
    return _back_to(session_id)


def member_names(member_ids: set[int]) -> dict[int, str]:
    """Names of members of the caller's village, for lists."""
    found = people.members(village_id(), member_ids=member_ids)
    return {person.id: person.name for person in found}


def _back_to(session_id: int) -> BaseResponse:
    return redirect(url_for("organiser.show_session", session_id=session_id), 303)


def _scan_page(view: SessionView, *, answer: service.ScanAnswer | None) -> str:
    return render_template(
        "activities/organiser/scan.html",
        view=view,
        answer=answer,
        arrived=sum(
            row.state in ("present", "left") for row in queries.attendances(view.session.id)
        ),
    )


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _rotating_svg(session_id: int) -> str:
    queries.running_session(principal(), session_id)
    code = make_code(settings().master_key, session_id, clock.now())
    return qr_svg(code_link(settings().public_url, code))
