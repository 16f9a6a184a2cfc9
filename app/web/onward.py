"""Where somebody was going when they had to sign in first.

A card's QR code is opened by whatever scanned it, so the way back cannot travel in the address:
the browser keeps it for a few minutes.
"""

import re

from flask import Response, request
from werkzeug.wrappers import Response as BaseResponse

from app.extensions import settings

from .cookies import keep_cookie

_COOKIE = "onward"
# Printable ASCII only: browsers drop tabs and line breaks, and //host would lead elsewhere.
_OWN_PAGE = re.compile(r"/(?![/\\])[!-~]*")


def own_page(wanted: str | None) -> str:
    """The page asked for before signing in, when it is one of ours; else the home page."""
    return wanted if wanted and _OWN_PAGE.fullmatch(wanted) else "/"


def remember_onward(response: Response, page: str, *, seconds: int) -> None:
    """Have the browser keep where to go on after signing in."""
    keep_cookie(response, _COOKIE, page, seconds=seconds)


def onward() -> str:
    """Where to go on after signing in; the home page when nothing was begun."""
    return own_page(request.cookies.get(_COOKIE))


def forget_onward(response: BaseResponse) -> None:
    """Once gone on, a later sign-in leads home again."""
    response.delete_cookie(_COOKIE, secure=settings().production, httponly=True, samesite="Lax")
