"""JSON of the rule book: its versions and their rules, and saving a new one."""

from typing import Any

from app.identity.access import actor_id, requires, village_id
from app.identity.domain import VILLAGE_ROLES, Role
from app.kit import clock
from app.kit.errors import NotFound
from app.web.json_api import JsonBlueprint
from app.web.transaction import writes

from . import queries, service
from .domain.incentives import NO_INCENTIVES
from .domain.rules import Adoption, Cap, Rule
from .models import RuleVersion
from .schemas import VersionDetailOut, VersionIn, VersionOut, VersionQuery

api = JsonBlueprint("rule_book", __name__, url_prefix="/api/v1/rule-book", description="Rule book")


@api.get("")
@requires(*VILLAGE_ROLES)
@api.arguments(VersionQuery, location="query")
@api.response(200, VersionDetailOut)
def show_current(query: dict[str, Any]) -> Any:
    """The version that counts on a day, today by default, with its rules."""
    found = queries.current_version(village_id(), query["on"] or clock.today())
    if found is None:
        raise NotFound("rule_version_not_found")
    return _detail(found)


@api.get("/versions")
@requires(*VILLAGE_ROLES)
@api.response(200, VersionOut(many=True))
def list_versions() -> Any:
    """The versions of the village, newest first."""
    return [_summary(found) for found in queries.versions(village_id())]


@api.get("/versions/<int:version_id>")
@requires(*VILLAGE_ROLES)
@api.response(200, VersionDetailOut)
def show_version(version_id: int) -> Any:
    """One version with its rules."""
    return _detail(queries.version(village_id(), version_id))


@api.post("/versions")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(VersionIn)
@api.response(201, VersionDetailOut)
def save_version(body: dict[str, Any]) -> Any:
    """Save a version that a meeting adopted; what may not be said is refused with every finding."""
    return _detail(
        service.save_version(
            village_id=village_id(),
            rules=[_rule(each) for each in body["rules"]],
            adoption=Adoption(**body["adoption"]),
            starts_on=body["starts_on"],
            incentives=body["incentives"] or NO_INCENTIVES,
            actor_id=actor_id(),
        )
    )


def _rule(given: dict[str, Any]) -> Rule:
    cap = given["cap"] and Cap(**given["cap"])
    return Rule(**{**given, "code": given["code"].upper(), "cap": cap})


def _summary(found: RuleVersion) -> dict[str, Any]:
    return {
        "id": found.id,
        "number": found.number,
        "starts_on": found.starts_on,
        "imported_at": found.imported_at,
        "adoption": queries.adoption_of(found),
    }


def _detail(found: RuleVersion) -> dict[str, Any]:
    return _summary(found) | {
        "rules": queries.rules(found.id),
        "incentives": queries.incentives_of(found),
    }
