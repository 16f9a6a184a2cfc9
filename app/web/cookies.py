"""Cookies as every page keeps them: for this site alone, unseen by scripts, https in production."""

from werkzeug.wrappers import Response

from app.extensions import settings


def keep_cookie(response: Response, name: str, value: str, *, seconds: int) -> None:
    """Have the browser keep a value for so long."""
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        secure=settings().production,
        httponly=True,
        samesite="Lax",
    )
