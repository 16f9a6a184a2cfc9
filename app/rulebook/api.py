"""JSON of the rule book: its versions and their rules, and saving a new one."""

from typing import Any

from app.identity.access import actor_id, requires, village_id
from app.identity.domain import VILLAGE_ROLES, Role
from app.kit import clock
from app.kit.errors import NotFound
from app.kit.text import fold_width
from app.web.json_api import JsonBlueprint
from app.web.transaction import writes

from . import queries, service
from .domain.incentives import NO_INCENTIVES
from .domain.rules import Adoption, Cap, Rule
from .domain.terms_sheet import term_text
from .models import RuleVersion
from .schemas import ComparisonOut, VersionDetailOut, VersionIn, VersionOut, VersionQuery

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


@api.get("/versions/<int:version_id>/against/<int:other_id>")
@requires(*VILLAGE_ROLES)
@api.response(200, ComparisonOut)
def compare(version_id: int, other_id: int) -> Any:
    """What a version changed against another one, rule by rule and number by number."""
    found = queries.comparison(
        queries.version(village_id(), other_id), queries.version(village_id(), version_id)
    )
    return {
        "before": _summary(found.before),
        "after": _summary(found.after),
        "added": found.changes.added,
        "changed": found.changes.changed,
        "removed": found.changes.removed,
        "unchanged_count": found.changes.unchanged_count,
        "incentives": [
            {
                "name": each.name,
                "before": term_text(each.name, each.before),
                "after": term_text(each.name, each.after),
            }
            for each in found.terms
        ],
    }


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
    """Codes and groups are written as in a file, so that a file says the same again."""
    cap = given["cap"] and Cap(**{**given["cap"], "group": _code(given["cap"]["group"])})
    return Rule(**{**given, "code": _code(given["code"]), "cap": cap})


def _code(written: str) -> str:
    return fold_width(written).upper()


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
