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
from app.activities.domain.rotating_code import FINISH_WITHIN
from app.activities.models import ActivitySession
from app.activities.schemas import OwnScanForm
from app.identity.access import (
    actor_id,
    maybe_principal,
    open_to_all,
    place_words,
    requires,
)
from app.identity.domain import Role
from app.kit import clock
from app.kit.errors import NotFound
from app.web.cookies import keep_cookie
from app.web.forms import load_form
from app.web.onward import remember_onward
from app.web.transaction import writes

pages = Blueprint("session_codes", __name__)

_PHONE_COOKIE = "phone"
_PHONE_COOKIE_SECONDS = 365 * 24 * 3600
_TICKET_COOKIE = "ticket"
_SIGN_IN_WITHIN_SECONDS = int(FINISH_WITHIN.total_seconds())


@pages.get("/r/<code>")
@open_to_all
def open_rotating_code(code: str) -> Response:
    """What the organiser's rotating code leads to; the page then has five minutes.

    Who has to sign in first finds the ticket of the scan again when they come back.
    """
    kept = request.cookies.get(_TICKET_COOKIE, "")
    session, ticket = service.session_of_rotating_code(code, request.form.get("ticket", kept))
    response = _check_in_page(session, ticket=ticket)
    if maybe_principal() is None:
        keep_cookie(response, _TICKET_COOKIE, ticket, seconds=_SIGN_IN_WITHIN_SECONDS)
    return response


@pages.post("/r/<code>")
@requires(Role.MEMBER)
@writes(again=open_rotating_code)
def check_in_by_rotating_code(code: str) -> str:
    form = load_form(OwnScanForm())
    session, _ = service.session_of_rotating_code(code, form["ticket"])
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
            **place_words(session.village_id),
        )
    )
    if caller is None:
        remember_onward(response, request.path, seconds=_SIGN_IN_WITHIN_SECONDS)
    if _PHONE_COOKIE not in request.cookies:
        keep_cookie(
            response, _PHONE_COOKIE, secrets.token_urlsafe(16), seconds=_PHONE_COOKIE_SECONDS
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
