"""Links behind codes: opening one changes nothing, its one big button checks in."""

import hashlib
import secrets
from typing import Any

from flask import (
    Blueprint,
    Response,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as BaseResponse

from app.activities import queries, service
from app.activities.domain.check_in import Source, State
from app.activities.domain.rotating_code import make_ticket
from app.activities.models import ActivitySession
from app.activities.schemas import OwnScanForm
from app.extensions import settings
from app.identity.access import actor_id, maybe_principal, open_to_all, requires
from app.identity.domain import Role
from app.kit import clock
from app.kit.errors import NotFound
from app.web.forms import load_form
from app.web.transaction import writes

pages = Blueprint("session_codes", __name__)

_PHONE_COOKIE = "phone"
_PHONE_COOKIE_SECONDS = 365 * 24 * 3600


@pages.get("/r/<code>")
@open_to_all
def open_rotating_code(code: str) -> Response:
    """What the organiser's rotating code leads to; the page then has five minutes."""
    ticket = request.form.get("ticket", "")
    session = service.session_of_rotating_code(code, ticket)
    if not ticket:
        ticket = make_ticket(settings().master_key, session.id, clock.now())
    return _check_in_page(session, ticket=ticket)


@pages.post("/r/<code>")
@requires(Role.MEMBER)
@writes(again=open_rotating_code)
def check_in_by_rotating_code(code: str) -> str:
    form = load_form(OwnScanForm())
    session = service.session_of_rotating_code(code, form["ticket"])
    return _check_in(session, form, Source.ROTATING_CODE)


@pages.get("/p")
@open_to_all
def find_poster() -> BaseResponse:
    """The page behind a poster's code that somebody typed."""
    session = service.session_of_poster(request.args.get("code", "")[:300])
    return redirect(url_for("session_codes.open_poster", code=session.poster_code))


@pages.get("/p/<code>")
@open_to_all
def open_poster(code: str) -> Response:
    """What the poster's code leads to."""
    return _check_in_page(service.session_of_poster(code), ticket="")


@pages.post("/p/<code>")
@requires(Role.MEMBER)
@writes(again=open_poster)
def check_in_by_poster(code: str) -> str:
    form = load_form(OwnScanForm())
    return _check_in(service.session_of_poster(code), form, Source.POSTER)


def _check_in_page(session: ActivitySession, *, ticket: str) -> Response:
    caller = maybe_principal()
    own = caller is not None and caller.member_id is not None
    if caller is not None and caller.village_id != session.village_id:
        raise NotFound("code_not_found")
    view = queries.session(session.village_id, session.id)
    persons = queries.family(caller) if caller is not None and own else []
    present_ids = {
        row.member_id
        for row in queries.attendances(session.id)
        if row.member_id in {person.id for person in persons} and row.state == State.PRESENT
    }
    leaves = view.activity.checks_out and clock.now() > session.starts_at
    response = make_response(
        render_template(
            "activities/own_check_in.html",
            view=view,
            window=queries.window_of(session),
            family=persons,
            own_id=caller.member_id if caller else None,
            ticket=ticket,
            present_ids=present_ids,
            arriving=[person for person in persons if person.id not in present_ids],
            leaving=[person for person in persons if leaves and person.id in present_ids],
        )
    )
    if _PHONE_COOKIE not in request.cookies:
        response.set_cookie(
            _PHONE_COOKIE,
            secrets.token_urlsafe(16),
            max_age=_PHONE_COOKIE_SECONDS,
            secure=settings().production,
            httponly=True,
            samesite="Lax",
        )
    return response


def _check_in(session: ActivitySession, form: dict[str, Any], source: Source) -> str:
    caller = maybe_principal()
    if caller is None or caller.village_id != session.village_id:
        raise NotFound("code_not_found")
    answer = service.scan_own(
        session=session,
        household_id=queries.family(caller)[0].household_id,
        member_ids=form["member_ids"],
        source=source,
        leaving=form["leaving"],
        actor_id=actor_id(),
        phone_digest=_phone_digest(),
    )
    return render_template(
        "activities/own_check_in_done.html",
        answer=answer,
        view=queries.session(session.village_id, session.id),
    )


def _phone_digest() -> bytes:
    phone = request.cookies.get(_PHONE_COOKIE) or secrets.token_urlsafe(16)
    return hashlib.sha256(phone.encode()).digest()
