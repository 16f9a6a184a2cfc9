"""JSON twin of the answers to denials."""

from typing import Any

from app.claims import queries, service
from app.claims.models import AwardDenial
from app.claims.schemas import AwardDenialOut, DenialDecisionForm
from app.identity.access import actor_id, requires, village_id
from app.identity.domain import Role
from app.web.json_api import JsonBlueprint
from app.web.transaction import writes

api = JsonBlueprint(
    "award_denials_api",
    __name__,
    url_prefix="/api/v1/award-denials",
    description="Credits from claims and rounds that households deny",
)


@api.get("")
@requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
@api.response(200, AwardDenialOut(many=True))
def list_denials() -> list[AwardDenial]:
    """The last ones, newest first."""
    return [denial for denial, _ in queries.denials(village_id())]


@api.post("/<int:denial_id>/decision")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(DenialDecisionForm)
@api.response(200, AwardDenialOut)
def decide(form: dict[str, Any], denial_id: int) -> AwardDenial:
    """Answer a household that says a credit is not its own."""
    return service.decide_denial(
        village_id=village_id(), denial_id=denial_id, actor_id=actor_id(), **form
    )
