"""The office: every claim of the village, paper claims, the way the village reviews."""

from typing import Any

from app.claims import queries, service
from app.claims.access import CLAIMING_STAFF, OFFICE, deed_of, photo_told, submit_at_office
from app.claims.domain.policy import Policy
from app.claims.queries import ClaimStory
from app.claims.schemas import (
    ClaimOut,
    DeedIn,
    DrawAgainForm,
    OfficeClaimIn,
    PhotoOut,
    PolicyForm,
    PolicyOut,
)
from app.identity.access import actor_id, requires, village_id
from app.identity.domain import Role
from app.web.json_api import JsonBlueprint
from app.web.transaction import writes

api = JsonBlueprint(
    "claims_api", __name__, url_prefix="/api/v1", description="Claims at the office"
)
_CLAIMS_MAX = 200


@api.get("/claims")
@requires(*OFFICE)
@api.response(200, ClaimOut(many=True))
def list_claims() -> list[ClaimStory]:
    """The newest 200 claims of the village."""
    return queries.stories(village_id(), queries.claims(village_id(), limit=_CLAIMS_MAX))


@api.get("/claims/<int:claim_id>")
@requires(*OFFICE)
@api.response(200, ClaimOut)
def show(claim_id: int) -> ClaimStory:
    """One claim with its history."""
    return queries.story(village_id(), queries.claim(village_id(), claim_id))


@api.post("/claims")
@requires(*CLAIMING_STAFF)
@writes(key_required=True)
@api.arguments(OfficeClaimIn)
@api.response(201, ClaimOut)
def submit(form: dict[str, Any]) -> ClaimStory:
    """Enter a claim that came on paper; whoever enters it reviews none of its steps."""
    claim = submit_at_office(
        household_id=form["household_id"],
        rule_code=form["rule_code"],
        member_id=form["member_id"],
        deed=deed_of(form),
    )
    return queries.story(village_id(), claim)


@api.post("/claims/<int:claim_id>/resubmission")
@requires(*CLAIMING_STAFF)
@writes(key_required=True)
@api.arguments(DeedIn)
@api.response(200, ClaimOut)
def resubmit(form: dict[str, Any], claim_id: int) -> ClaimStory:
    """Enter the answer to a question that came on paper."""
    claim = service.resubmit_claim(
        village_id=village_id(), claim_id=claim_id, deed=deed_of(form), actor_id=actor_id()
    )
    return queries.story(village_id(), claim)


@api.post("/claims/<int:claim_id>/draw")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(DrawAgainForm)
@api.response(200, ClaimOut)
def draw_again(form: dict[str, Any], claim_id: int) -> ClaimStory:
    """Draw the panel anew because somebody drawn cannot come."""
    claim = service.draw_again(
        village_id=village_id(), claim_id=claim_id, reason=form["reason"], actor_id=actor_id()
    )
    return queries.story(village_id(), claim)


@api.get("/claim-policy")
@requires(*OFFICE)
@api.response(200, PolicyOut)
def show_policy() -> Policy:
    """How the village reviews."""
    return queries.policy(village_id())


@api.post("/claim-policy")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(PolicyForm)
@api.response(200, PolicyOut)
def set_policy(form: dict[str, Any]) -> Policy:
    """Change how the village reviews, from now on."""
    service.set_policy(village_id=village_id(), policy=Policy(**form), actor_id=actor_id())
    return queries.policy(village_id())


@api.get("/claims/<int:claim_id>/photo")
@requires(*OFFICE)
@api.response(200, PhotoOut)
def show_photo(claim_id: int) -> dict[str, str]:
    """The last photo of a claim."""
    return photo_told(queries.claim(village_id(), claim_id))
