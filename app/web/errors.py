"""One table from families of refusals to HTTP, one shape for JSON, one page for people."""

from flask import Flask, Response, current_app, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from app.kit.errors import Busy, DomainError, Fact

from .messages import sentence
from .outage import is_outage

STATUS_BY_FAMILY = {
    "not_found": 404,
    "conflict": 409,
    "denied": 403,
    "not_signed_in": 401,
    "invalid": 422,
    "busy": 503,
    "in_flight": 409,
}
_RETRY_AFTER_SECONDS = 1
_CODE_BY_STATUS = {
    400: "bad_request",
    401: "not_signed_in",
    403: "denied",
    404: "page_not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid_input",
    429: "too_many_requests",
}


def status_of(refusal: DomainError) -> int:
    """The HTTP status of a refusal, from its family."""
    return STATUS_BY_FAMILY[refusal.family]


def init_errors(app: Flask) -> None:
    """Answer every failure of the application in the caller's language."""
    app.register_error_handler(DomainError, _answer_refusal)
    app.register_error_handler(CSRFError, _answer_csrf)
    app.register_error_handler(HTTPException, answer_http_error)
    app.register_error_handler(DBAPIError, _answer_database_failure)
    app.register_error_handler(Exception, _answer_crash)


def answer(status: int, code: str, facts: dict[str, Fact] | dict[str, object]) -> Response:
    """The answer to a failed request: JSON under /api/, a page elsewhere."""
    message = sentence(code, facts)
    if request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json":
        response = jsonify(error={"code": code, "message": message, "facts": facts})
    elif status >= 500:
        # What the other pages say about the caller and the village is in the database, which may
        # be what has failed.
        template = current_app.jinja_env.get_template("error.html")
        response = Response(template.render(code=code, message=message, status=status))
    else:
        response = Response(
            render_template("error.html", code=code, message=message, status=status)
        )
    response.status_code = status
    return response


def answer_http_error(error: HTTPException) -> Response:
    """Werkzeug's and webargs' own failures in the house's shape."""
    status = error.code or 500
    if status < 400:
        return Response(headers=error.get_response().headers, status=status)
    code = _CODE_BY_STATUS.get(status, "failed")
    facts: dict[str, object] = {}
    data = getattr(error, "data", None)
    if isinstance(data, dict) and "messages" in data:
        facts["fields"] = data["messages"]
    response = answer(status, code, facts)
    if status == 405 and error.get_response().headers.get("Allow"):
        response.headers["Allow"] = error.get_response().headers["Allow"]
    return response


def _answer_refusal(refusal: DomainError) -> Response:
    response = answer(status_of(refusal), refusal.code, refusal.facts)
    if refusal.family in ("busy", "in_flight"):
        response.headers["Retry-After"] = str(_RETRY_AFTER_SECONDS)
    return response


def _answer_csrf(_error: CSRFError) -> Response:
    return answer(400, "form_expired", {})


def _answer_database_failure(error: DBAPIError) -> Response:
    """An outage is nobody's fault here and ends by itself; whether the commit came before it
    nobody knows, so the same key must be sent again, and no form with a new one is shown.
    """
    if not is_outage(error):
        return _answer_crash(error)
    current_app.logger.error("the database does not serve %s: %s", request.endpoint, error.orig)
    return _answer_refusal(Busy("database_unavailable"))


def _answer_crash(error: Exception) -> Response:
    current_app.logger.error("unexpected failure at %s", request.endpoint, exc_info=error)
    return answer(500, "failed", {})
