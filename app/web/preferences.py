"""What a reader chose for this device: large text."""

from flask import Blueprint, Flask, redirect, request
from werkzeug.wrappers import Response

from .access import open_to_all
from .cookies import keep_cookie

_COOKIE = "large_text"
_COOKIE_SECONDS = 5 * 365 * 24 * 3600

preferences = Blueprint("preferences", __name__)


@preferences.post("/text-size")
@open_to_all
def set_text_size() -> Response:
    response = redirect(_page_it_came_from(), 303)
    large = request.form.get("large") == "1"
    keep_cookie(response, _COOKIE, "1" if large else "0", seconds=_COOKIE_SECONDS)
    return response


def init_preferences(app: Flask) -> None:
    """Tell the templates what was chosen."""

    @app.context_processor
    def chosen() -> dict[str, object]:
        return {"large_text": request.cookies.get(_COOKIE) == "1"}


def _page_it_came_from() -> str:
    here = request.host_url
    referrer = request.referrer or ""
    return referrer if referrer.startswith(here) else "/"
