"""A photo in a form, the form that brings one again, and the answer that shows one."""

from flask import flash, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from app.claims import queries, service
from app.claims.access import deed_of
from app.claims.schemas import DeedForm
from app.identity.access import actor_id, village_id
from app.web.forms import load_form
from app.web.messages import sentence


def sent_photo() -> bytes | None:
    """The photo that came with the form, if one was chosen."""
    file = request.files.get("photo")
    return None if file is None or not file.filename else file.stream.read()


def resubmitted(claim_id: int) -> Response:
    """Take the changed claim of a form, and lead back to it."""
    service.resubmit_claim(
        village_id=village_id(),
        claim_id=claim_id,
        deed=deed_of(load_form(DeedForm()), sent_photo()),
        actor_id=actor_id(),
    )
    flash(sentence("claim_submitted", {}))
    return redirect(url_for(".show", claim_id=claim_id), 303)


def photo_answer(claim_id: int) -> Response:
    """The photo of a claim that the caller may see; NotFound `photo_not_found`."""
    answer = make_response(queries.photo(claim_id).content)
    answer.mimetype = "image/jpeg"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
