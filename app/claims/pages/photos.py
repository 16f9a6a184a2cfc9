"""A photo in a form, and the answer that shows one."""

from flask import make_response, request
from werkzeug.wrappers import Response

from app.claims import queries


def sent_photo() -> bytes | None:
    """The photo that came with the form, if one was chosen."""
    file = request.files.get("photo")
    return None if file is None or not file.filename else file.stream.read()


def photo_answer(claim_id: int) -> Response:
    """The photo of a claim that the caller may see; NotFound `photo_not_found`."""
    answer = make_response(queries.photo(claim_id).content)
    answer.mimetype = "image/jpeg"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
