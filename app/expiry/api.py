"""JSON of expiry: policies, what would go, posting, giving back."""

from typing import Any

from app.identity.access import actor_id, requires, village_id
from app.identity.domain import VILLAGE_ROLES, Role
from app.kit import clock
from app.web.json_api import JsonBlueprint
from app.web.transaction import writes

from . import queries, service
from .access import STAFF
from .domain import in_force
from .models import ExpiryRun
from .schemas import (
    ExpiryDayIn,
    ExpiryLineOut,
    ExpiryPolicyIn,
    ExpiryPolicyOut,
    ExpiryPreviewOut,
    ExpiryPreviewQuery,
    ExpiryReasonIn,
    ExpiryRunDetailOut,
    ExpiryRunOut,
    policy_of,
)

api = JsonBlueprint("expiry_api", __name__, url_prefix="/api/v1/expiry", description="Expiry")


@api.get("/policies")
@requires(*VILLAGE_ROLES)
@api.response(200, ExpiryPolicyOut(many=True))
def list_policies() -> Any:
    """What was announced, the oldest first; each acts until a later one does."""
    return queries.policies(village_id())


@api.post("/policies")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(ExpiryPolicyIn)
@api.response(201, ExpiryPolicyOut)
def announce(wish: dict[str, Any]) -> Any:
    """Announce what will expire from a day on, a whole month from now at the earliest."""
    return service.announce_policy(village_id=village_id(), actor_id=actor_id(), **policy_of(wish))


@api.get("/preview")
@requires(*STAFF)
@api.arguments(ExpiryPreviewQuery, location="query")
@api.response(200, ExpiryPreviewOut)
def preview(query: dict[str, Any]) -> dict[str, Any]:
    """What would expire as the books stand now, on a day or on the next acting day."""
    found = queries.coming(village_id(), clock.today())
    on = query["on"]
    policy = None
    if on is not None:
        policy = in_force(queries.policies(village_id()), on)
    elif found is not None:
        policy, on = found
    households = [] if policy is None else queries.preview(village_id(), policy.terms, on)
    return {
        "on": on,
        "total": sum(each.points for each in households),
        "households": households,
    }


@api.post("/runs")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(ExpiryDayIn)
@api.response(201, ExpiryRunOut)
def ask(wish: dict[str, Any]) -> Any:
    """Ask for a due day to be posted; supervision confirms it."""
    return service.ask_expiry(village_id=village_id(), on=wish["on"], actor_id=actor_id())


@api.get("/runs/<int:run_id>")
@requires(*STAFF)
@api.response(200, ExpiryRunDetailOut)
def show_run(run_id: int) -> dict[str, Any]:
    """What a day took from whom, and which earned points those were."""
    return _told(queries.run(village_id(), run_id))


@api.post("/runs/<int:run_id>/confirmation")
@requires(Role.SUPERVISION)
@writes(key_required=True)
@api.response(200, ExpiryRunDetailOut)
def confirm(run_id: int) -> dict[str, Any]:
    """Post what the president asked for."""
    return _told(
        service.confirm_expiry(village_id=village_id(), run_id=run_id, actor_id=actor_id())
    )


@api.post("/lines/<int:line_id>/return")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(ExpiryReasonIn)
@api.response(200, ExpiryLineOut)
def give_back(wish: dict[str, Any], line_id: int) -> Any:
    """Give back what expired for one household."""
    return service.give_back(
        village_id=village_id(), line_id=line_id, reason=wish["reason"], actor_id=actor_id()
    )


def _told(run: ExpiryRun) -> dict[str, Any]:
    return {
        "id": run.id,
        "acts_on": run.acts_on,
        "asked_at": run.asked_at,
        "posted_at": run.posted_at,
        "lines": queries.posted_lines(village_id(), run.id),
    }
