"""The branch: whether the points of a check-in wait for the notice."""

from typing import Any

from app.activities import queries, service
from app.activities.schemas import ReleasePolicyIn, ReleasePolicyOut
from app.identity.access import actor_id, requires, village_id
from app.identity.domain import Role
from app.web.json_api import JsonBlueprint
from app.web.transaction import writes

api = JsonBlueprint("release_policies", __name__, url_prefix="/api/v1", description="Release")


@api.get("/release-policies")
@requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
@api.response(200, ReleasePolicyOut(many=True))
def list_policies() -> Any:
    """What was decided, newest first; the newest that has begun counts."""
    return queries.release_policies(village_id())


@api.post("/release-policies")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(ReleasePolicyIn)
@api.response(201, ReleasePolicyOut)
def decide(wish: dict[str, Any]) -> Any:
    """Decide it for sessions from tomorrow or a later day on."""
    return service.set_release_policy(village_id=village_id(), actor_id=actor_id(), **wish)
