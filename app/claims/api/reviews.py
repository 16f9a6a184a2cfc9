"""Reviewers: what waits for them, and their decisions."""

from typing import Any

from app.claims import queries, service
from app.claims.access import photo_told
from app.claims.queries import REVIEWING_ROLES, ClaimStory
from app.claims.schemas import ClaimOut, DecisionForm, PhotoOut
from app.identity.access import actor_id, requires, village_id
from app.web.json_api import JsonBlueprint
from app.web.transaction import writes

api = JsonBlueprint(
    "reviews_api", __name__, url_prefix="/api/v1/reviews", description="Claims to be looked at"
)


@api.get("")
@requires(*REVIEWING_ROLES)
@api.response(200, ClaimOut(many=True))
def list_waiting() -> list[ClaimStory]:
    """What waits for the caller, the oldest first."""
    waiting = queries.waiting_for(village_id(), actor_id())
    return queries.stories(village_id(), [view.claim for view in waiting])


@api.post("/<int:claim_id>/decision")
@requires(*REVIEWING_ROLES)
@writes(key_required=True)
@api.arguments(DecisionForm)
@api.response(200, ClaimOut)
def decide(form: dict[str, Any], claim_id: int) -> ClaimStory:
    """Approve, refuse or ask back at the round and step that was shown."""
    claim = service.decide_claim(
        village_id=village_id(),
        claim_id=claim_id,
        round_number=form["round"],
        step=form["step"],
        decision=form["decision"],
        reason=form["reason"],
        actor_id=actor_id(),
    )
    return queries.story(village_id(), claim)


@api.get("/<int:claim_id>/photo")
@requires(*REVIEWING_ROLES)
@api.response(200, PhotoOut)
def show_photo(claim_id: int) -> dict[str, str]:
    """The last photo of a claim."""
    return photo_told(queries.look_at(village_id(), claim_id, actor_id()))
