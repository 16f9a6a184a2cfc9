"""Villagers: what is on, signing up, checking in on the own phone."""

import hashlib
from typing import Any

from app.activities import queries, service
from app.activities.domain.check_in import Source
from app.activities.domain.signups import SignupSource
from app.activities.queries import SessionView
from app.activities.schemas import ActivitySessionOut, CodeIn, MemberForm, ScanAnswerOut, SignupOut
from app.identity.access import actor_id, principal, requires, session_token, village_id
from app.identity.domain import Role
from app.kit import clock
from app.kit.codes import CodeKind, read_code
from app.kit.errors import NotFound
from app.web.json_api import JsonBlueprint
from app.web.messages import sentence
from app.web.transaction import writes

api = JsonBlueprint(
    "signups", __name__, url_prefix="/api/v1", description="Activities for villagers"
)


@api.get("/activity-sessions")
@requires(Role.MEMBER)
@api.response(200, ActivitySessionOut(many=True))
def list_sessions() -> list[SessionView]:
    """Approved sessions that have not ended."""
    return queries.upcoming_sessions(village_id(), clock.now())


@api.post("/activity-sessions/<int:session_id>/signups")
@requires(Role.MEMBER)
@writes
@api.arguments(MemberForm)
@api.response(201, SignupOut)
def sign_up(form: dict[str, Any], session_id: int) -> Any:
    """Sign oneself or somebody of the own household up."""
    member_id = queries.of_family(principal(), form["member_id"])
    own = member_id == principal().member_id
    return service.sign_up(
        village_id=village_id(),
        session_id=session_id,
        member_id=member_id,
        source=SignupSource.SELF if own else SignupSource.HELPER,
        actor_id=actor_id(),
    )


@api.post("/activity-sessions/<int:session_id>/signup-cancellations")
@requires(Role.MEMBER)
@writes
@api.arguments(MemberForm)
@api.response(204)
def cancel_signup(form: dict[str, Any], session_id: int) -> None:
    """Give the place up."""
    service.cancel_signup(
        village_id=village_id(),
        session_id=session_id,
        member_id=queries.of_family(principal(), form["member_id"]),
        actor_id=actor_id(),
    )


@api.post("/own-check-ins")
@requires(Role.MEMBER)
@writes(key_required=True)
@api.arguments(CodeIn)
@api.response(200, ScanAnswerOut)
def check_in(form: dict[str, Any]) -> dict[str, Any]:
    """Check in, or out, by the rotating code or the poster of a session."""
    if read_code(CodeKind.POSTER, form["code"]) is not None:
        session, source = service.session_of_poster(form["code"]), Source.POSTER
    else:
        session, _ = service.session_of_rotating_code(form["code"], form["ticket"])
        source = Source.ROTATING_CODE
    if session.village_id != village_id():
        raise NotFound("code_not_found")
    answer = service.scan_own(
        session=session,
        household_id=queries.family(principal())[0].household_id,
        member_ids=form["member_ids"],
        source=source,
        leaving=form["leaving"],
        actor_id=actor_id(),
        phone_digest=hashlib.sha256((session_token() or "").encode()).digest(),
    )
    return shown(answer)


def shown(answer: service.ScanAnswer) -> dict[str, Any]:
    """An answer to a scan as the scanning screen takes it."""
    return {
        "level": answer.level,
        "title": answer.title,
        "message": sentence(answer.code, answer.facts),
        "choices": [{"member_id": member_id, "name": name} for member_id, name in answer.choices],
    }
