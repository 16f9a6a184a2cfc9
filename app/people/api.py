"""JSON twins of the register pages."""

from dataclasses import asdict
from typing import Any

from flask_smorest import Blueprint

from app.identity.access import requires, village_id
from app.identity.domain import Role

from . import queries
from .schemas import HouseholdDetailOut, HouseholdOut, HouseholdSearch

api = Blueprint("people", __name__, url_prefix="/api/v1", description="Households and members")


@api.get("/households")
@requires(Role.BRANCH_PRESIDENT)
@api.arguments(HouseholdSearch, location="query")
@api.response(200, HouseholdOut(many=True))
def list_households(query: dict[str, Any]) -> Any:
    """The households of the village, by part of a name or a passbook number."""
    return queries.households(village_id(), search=query["search"])


@api.get("/households/<int:household_id>")
@requires(Role.BRANCH_PRESIDENT)
@api.response(200, HouseholdDetailOut)
def show_household(household_id: int) -> Any:
    """One household with everybody whose present or last household it is."""
    found = queries.household(village_id(), household_id)
    return asdict(found) | {"members": queries.members_of(household_id)}
