"""JSON sessions: the token goes into `Authorization: Bearer …` of every other call."""

from typing import Any

from app.kit import clock
from app.web.json_api import JsonBlueprint

from . import access, queries
from .schemas import SessionOut, SignInForm

api = JsonBlueprint("sessions", __name__, url_prefix="/api/v1", description="Signing in")


@api.post("/sessions")
@access.open_to_all
@api.arguments(SignInForm)
@api.response(201, SessionOut)
def start_session(form: dict[str, Any]) -> dict[str, Any]:
    """Sign a member of staff in."""
    user_name = form["user_name"].lower()
    token = access.sign_in(
        subject=f"staff:{user_name}",
        credentials=queries.staff_credentials(user_name),
        secret=form["password"],
    )
    return session_answer(token)


def session_answer(token: str) -> dict[str, Any]:
    """What a fresh session looks like to an API caller."""
    found = queries.principal_of_token(token, clock.now())
    if found is None:
        raise AssertionError("a session that was just started is not there")
    return {
        "token": token,
        "display_name": found.display_name,
        "roles": sorted(found.roles),
    }
