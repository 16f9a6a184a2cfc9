"""Who is calling, and the declaration on every route of who may."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask, g, request
from werkzeug.wrappers import Response

from app.extensions import settings
from app.kit import clock
from app.kit.errors import Denied, NotSignedIn
from app.web.access import ACCESS_ATTRIBUTE
from app.web.access import open_to_all as open_to_all
from app.web.cookies import keep_cookie
from app.web.transaction import run_in_transaction

from . import queries, service
from .domain import Principal, Role

View = TypeVar("View", bound=Callable[..., Any])

SESSION_COOKIE = "session"
TERMINAL_COOKIE = "terminal"
_TERMINAL_COOKIE_SECONDS = 5 * 365 * 24 * 3600
_SESSION_COOKIE_SECONDS = 180 * 24 * 3600


def requires(*roles: Role) -> Callable[[View], View]:
    """Declare which roles may call a route; any one of them is enough.

    Raises NotSignedIn or Denied `denied` before the view runs.
    """
    allowed = frozenset(roles)

    def declare(view: View) -> View:
        @functools.wraps(view)
        def guarded(**arguments: Any) -> Any:
            if not principal().has_any(allowed):
                raise Denied("denied")
            return view(**arguments)

        setattr(guarded, ACCESS_ATTRIBUTE, allowed)
        return cast("View", guarded)

    return declare


def principal() -> Principal:
    """The signed-in caller; NotSignedIn when there is none."""
    caller = maybe_principal()
    if caller is None:
        raise NotSignedIn("not_signed_in")
    return caller


def maybe_principal() -> Principal | None:
    """The signed-in caller, if any."""
    found: Principal | None = g.get("principal")
    return found


def village_id() -> int:
    """The village of the signed-in caller; Denied for the head bank, which has none."""
    own = principal().village_id
    if own is None:
        raise Denied("denied")
    return own


def actor_id() -> int:
    """The account that acts, for the books."""
    return principal().account_id


def init_access(app: Flask) -> None:
    """Look the caller up before every request."""
    app.before_request(_load_principal)

    @app.context_processor
    def caller_for_templates() -> dict[str, object]:
        caller = maybe_principal()
        context: dict[str, object] = {"principal": caller, "Role": Role}
        if caller is not None and caller.village_id is not None:
            context.update(place_words(caller.village_id))
        return context


def place_words(village_id: int) -> dict[str, object]:
    """What the frame of a page says about its village: whose bank it is and whom to ask.

    Pages that open to strangers hand it to their template themselves.
    """
    village = queries.village(village_id)
    return {
        "place_name": f"{village.name}文明银行",
        "help_contact": {
            "name": village.contact_name,
            "phone": village.contact_phone,
            "place": village.contact_place,
        },
    }


def sign_in(
    *,
    subject: str,
    credentials: queries.Credentials | None,
    secret: str,
    terminal_id: int | None = None,
) -> str:
    """Check a password or PIN and start a session; returns its token.

    `subject` names the account for counting failures, whether it exists or not. Raises Denied
    `wrong_credentials`, with the failure counted, or `too_many_attempts`.
    """
    if not service.check_secret(subject, credentials, secret) or credentials is None:
        run_in_transaction(lambda: service.record_failure(subject=subject))
        raise Denied("wrong_credentials")
    return run_in_transaction(
        lambda: service.start_session(
            subject=subject, account_id=credentials.account_id, terminal_id=terminal_id
        )
    )


def confirm_own_pin(pin: str) -> None:
    """Have a villager prove the PIN once more before it is changed.

    Raises Denied `pin_wrong`, with the failure counted, or `too_many_attempts`.
    """
    member_id = principal().member_id
    subject = f"member:{member_id}"
    if not service.check_secret(subject, queries.pin_credentials(member_id=member_id), pin):
        run_in_transaction(lambda: service.record_failure(subject=subject))
        raise Denied("pin_wrong")


def set_session_cookie(response: Response, token: str) -> None:
    """Hand a session token to the browser."""
    keep_cookie(response, _cookie_name(SESSION_COOKIE), token, seconds=_SESSION_COOKIE_SECONDS)


def set_terminal_cookie(response: Response, secret: str) -> None:
    """Hand a terminal its secret."""
    keep_cookie(response, _cookie_name(TERMINAL_COOKIE), secret, seconds=_TERMINAL_COOKIE_SECONDS)


def clear_session_cookie(response: Response) -> None:
    """Make the browser forget its session token."""
    response.delete_cookie(
        _cookie_name(SESSION_COOKIE), secure=settings().production, httponly=True
    )


def terminal_secret() -> str | None:
    """The secret that this device keeps as an enrolled terminal, if any."""
    return request.cookies.get(_cookie_name(TERMINAL_COOKIE))


def session_token() -> str | None:
    """The caller's token: a bearer token under /api/, the cookie on pages.

    Keeping the two apart is what makes the API safe without CSRF tokens: a foreign page can make
    a browser send a cookie, never a bearer token.
    """
    if request.path.startswith("/api/"):
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return token if scheme.lower() == "bearer" and token else None
    return request.cookies.get(_cookie_name(SESSION_COOKIE))


def _cookie_name(name: str) -> str:
    # The __Host- prefix pins a cookie to this host over https; plain http cannot set it.
    return f"__Host-{name}" if settings().production else name


def _load_principal() -> None:
    if request.endpoint == "static":
        return
    token = session_token()
    found = queries.principal_of_token(token, clock.now()) if token else None
    g.principal = found
    g.caller = "anonymous" if found is None else f"account:{found.account_id}"
