"""Organisers at the desk: roster, paper sheets, printing, closing, corrections."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.activities import queries, service
from app.activities.domain.check_in import Source
from app.activities.schemas import CorrectionForm, ListForm
from app.extensions import settings
from app.identity.access import actor_id, requires, village_id
from app.kit import clock
from app.people import queries as people
from app.printing.compilation import compile_pdf
from app.web.forms import load_form
from app.web.messages import sentence
from app.web.transaction import writes

from .organiser import ORGANISING, member_names, own_session

pages = Blueprint("paperwork", __name__, url_prefix="/organiser")


@pages.get("/sessions/<int:session_id>/roster")
@requires(*ORGANISING)
def roster(session_id: int) -> str:
    """Everybody with a place, to be ticked off."""
    return _list_page("activities/organiser/roster.html", session_id)


@pages.post("/sessions/<int:session_id>/roster")
@requires(*ORGANISING)
@writes(again=roster)
def tick_roster(session_id: int) -> BaseResponse:
    return _take_list(session_id, Source.ROSTER)


@pages.get("/sessions/<int:session_id>/paper")
@requires(*ORGANISING)
def paper(session_id: int) -> str:
    """A paper sheet typed in later; what comes from here is marked as entered by staff."""
    return _list_page("activities/organiser/paper.html", session_id)


@pages.post("/sessions/<int:session_id>/paper")
@requires(*ORGANISING)
@writes(again=paper)
def enter_paper(session_id: int) -> BaseResponse:
    return _take_list(session_id, Source.PAPER)


@pages.get("/sessions/<int:session_id>/poster.pdf")
@requires(*ORGANISING)
def poster(session_id: int) -> Response:
    payload = queries.poster(own_session(session_id), public_url=settings().public_url)
    return Response(compile_pdf(payload), mimetype="application/pdf")


@pages.get("/sessions/<int:session_id>/roster.pdf")
@requires(*ORGANISING)
def roster_pdf(session_id: int) -> Response:
    payload = queries.roster(own_session(session_id))
    return Response(compile_pdf(payload), mimetype="application/pdf")


@pages.get("/sessions/<int:session_id>/close")
@requires(*ORGANISING)
def close_form(session_id: int) -> str:
    """What closing will do; once closed, what it did."""
    view = own_session(session_id)
    lines = queries.result_lines(view)
    return render_template(
        "activities/organiser/close.html",
        view=view,
        lines=lines,
        names=member_names({line.attendance.member_id for line in lines}),
        unconfirmed=queries.unconfirmed_count(session_id),
        started=clock.now() >= view.session.starts_at,
        total=sum(line.granted for line in lines),
    )


@pages.post("/sessions/<int:session_id>/close")
@requires(*ORGANISING)
@writes(again=close_form)
def close(session_id: int) -> BaseResponse:
    own_session(session_id)
    service.close_session(village_id=village_id(), session_id=session_id, actor_id=actor_id())
    flash(sentence("session_is_closed", {}))
    return redirect(url_for("paperwork.close_form", session_id=session_id), 303)


@pages.get("/sessions/<int:session_id>/correct/<int:member_id>")
@requires(*ORGANISING)
def correct_form(session_id: int, member_id: int) -> str:
    view = own_session(session_id)
    return render_template(
        "activities/organiser/correct.html",
        view=view,
        person=people.member(village_id(), member_id),
        row=queries.attendance_of(session_id, member_id),
    )


@pages.post("/sessions/<int:session_id>/correct/<int:member_id>")
@requires(*ORGANISING)
@writes(again=correct_form)
def correct(session_id: int, member_id: int) -> BaseResponse:
    own_session(session_id)
    form = load_form(CorrectionForm(exclude=["member_id"]))
    service.correct_attendance(
        village_id=village_id(),
        session_id=session_id,
        member_id=member_id,
        actor_id=actor_id(),
        **form,
    )
    flash(sentence("attendance_corrected", {}))
    return redirect(url_for("paperwork.close_form", session_id=session_id), 303)


def _list_page(template: str, session_id: int) -> str:
    view = own_session(session_id)
    search = request.args.get("search", "").strip()[:40]
    signups = queries.live_signups(session_id)
    rows = {row.member_id: row for row in queries.attendances(session_id)}
    found = people.members(village_id(), search=search)[:20] if search else []
    return render_template(
        template,
        view=view,
        signups=signups,
        rows=rows,
        names=member_names({signup.member_id for signup in signups} | set(rows)),
        search=search,
        found=[person for person in found if person.status == "active"],
        households=people.households_of(village_id(), [person.id for person in found]),
    )


def _take_list(session_id: int, source: Source) -> BaseResponse:
    view = own_session(session_id)
    form = load_form(ListForm())
    arrived_at = None
    if source is Source.PAPER:
        # Without an hour on the sheet everybody was there from the start.
        day = clock.local(view.session.starts_at).date()
        arrived = form["arrived"]
        arrived_at = clock.instant(day, arrived) if arrived else view.session.starts_at
    service.check_in_list(
        village_id=village_id(),
        session_id=session_id,
        member_ids=form["member_ids"],
        source=source,
        actor_id=actor_id(),
        arrived_at=arrived_at,
    )
    flash(sentence("list_taken", {"count": len(form["member_ids"])}))
    return redirect(url_for("organiser.show_session", session_id=session_id), 303)
