"""Denied credits at the office."""

from typing import Any

from app.activities import queries, service
from app.activities.models import AttendanceDenial
from app.activities.schemas import DenialDecisionIn, DenialOut
from app.identity.access import actor_id, requires, village_id
from app.identity.domain import Role
from app.web.json_api import JsonBlueprint
from app.web.transaction import writes

api = JsonBlueprint(
    "denials_api",
    __name__,
    url_prefix="/api/v1/denials",
    description="Credits that a household says are not its own",
)


@api.get("")
@requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
@api.response(200, DenialOut(many=True))
def list_denials() -> list[AttendanceDenial]:
    """What waits for an answer, the oldest first, and after it what was answered lately."""
    found = [*queries.open_denials(village_id()), *queries.answered_denials(village_id())]
    return [each.denial for each in found]


@api.post("/<int:denial_id>/decision")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(DenialDecisionIn)
@api.response(200, DenialOut)
def decide(form: dict[str, Any], denial_id: int) -> AttendanceDenial:
    """Answer a denial; upheld, the credit goes back, and to whoever was there instead."""
    return service.decide_denial(
        village_id=village_id(), denial_id=denial_id, actor_id=actor_id(), **form
    )
