"""JSON of linked scores and bonuses, and of the bonus pool."""

from collections.abc import Sequence
from typing import Any

from app.identity.access import actor_id, requires, village_id
from app.identity.domain import Role
from app.kit.errors import NotFound
from app.people.domain.households import HouseholdRef, MemberRef
from app.web.json_api import JsonBlueprint
from app.web.transaction import writes

from . import queries, service
from .access import STAFF, household_in_reach, member_in_reach, sees_everything
from .domain.computing import GridResult, HouseholdStanding, LinkedScore
from .queries import ComputedMonth, LedgerRow, RetoldMonth, month_of_code
from .schemas import (
    GridStoryOut,
    HouseholdStoryOut,
    MemberStoryOut,
    OverviewOut,
    PoolMovementIn,
    PoolOut,
    RetoldMonthOut,
)

api = JsonBlueprint(
    "incentives_api", __name__, url_prefix="/api/v1", description="Linked scores and bonuses"
)


@api.get("/bonus-pool")
@requires(*STAFF)
@api.response(200, PoolOut)
def show_pool() -> dict[str, Any]:
    """What the village's bonus pool holds."""
    return {"balance": queries.pool_balance(village_id())}


@api.post("/bonus-pool/movements")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(PoolMovementIn)
@api.response(201, PoolOut)
def move_pool(wish: dict[str, Any]) -> dict[str, Any]:
    """Put budget of the branch into the pool, or take it out again."""
    service.move_pool(
        village_id=village_id(),
        amount=wish["points"],
        returns=wish["returns"],
        actor_id=actor_id(),
    )
    return {"balance": queries.pool_balance(village_id())}


@api.get("/rule-book/versions/<int:version_id>/last-month")
@requires(*STAFF)
@api.response(200, RetoldMonthOut)
def retell_under_version(version_id: int) -> dict[str, Any]:
    """What the last closed month would have been under a version; nothing is written."""
    return _retold(queries.last_month_under_version(village_id(), version_id))


@api.get("/rule-book/drafts/<int:draft_id>/last-month")
@requires(Role.BRANCH_PRESIDENT)
@api.response(200, RetoldMonthOut)
def retell_under_draft(draft_id: int) -> dict[str, Any]:
    """What it would have been under an uploaded rule book that is not adopted yet."""
    return _retold(queries.last_month_under_draft(village_id(), draft_id))


@api.get("/incentives/<month_code>")
@requires(*STAFF)
@api.response(200, OverviewOut)
def show_month(month_code: str) -> dict[str, Any]:
    """A month's results; of an open month, what its close would post now."""
    told = queries.overview(village_id(), month_of_code(month_code))
    result = told.found.result
    return _month(told.found) | {
        "pool": result.pool,
        "needed": result.needed,
        "paid": result.paid,
        "grids": [_grid(name, grid) for name, grid in told.grids],
        "linked": [_score(member, score) for member, score in told.linked],
        "teams": [
            {"id": team.id, "name": name, "sessions": titles, "members": names, "bonus": team.bonus}
            for name, team, titles, names in told.teams
        ],
    }


@api.get("/incentives/<month_code>/households/<int:household_id>")
@requires(*STAFF, Role.MEMBER)
@api.response(200, HouseholdStoryOut)
def explain_household(month_code: str, household_id: int) -> dict[str, Any]:
    """A household's standing and bonuses, down to the ledger's rows; villagers see their own."""
    story = queries.household_story(
        village_id(), month_of_code(month_code), household_in_reach(household_id)
    )
    return _month(story.found) | {
        "passbook_no": story.household.passbook_no,
        "own": story.standing.own,
        "net": story.standing.net,
        "took_part": story.standing.took_part,
        "rows": story.rows,
        "deeds": story.deeds,
        "bonuses": story.bonuses,
    }


@api.get("/incentives/<month_code>/members/<int:member_id>")
@requires(*STAFF, Role.MEMBER)
@api.response(200, MemberStoryOut)
def explain_member(month_code: str, member_id: int) -> dict[str, Any]:
    """A member's own and linked score; the rows of linked households are for staff alone."""
    story = queries.member_story(
        village_id(), month_of_code(month_code), member_in_reach(member_id)
    )
    return _month(story.found) | {
        "name": story.member.name,
        "own": story.own,
        "rows": story.rows,
        "score": story.score and _score(story.member, story.score),
        "entry_id": story.entry_id,
        "linked": [
            _term(household, standing, rows if sees_everything() else ())
            for household, standing, rows in story.linked
        ],
        "bonuses": story.bonuses,
    }


@api.get("/incentives/<month_code>/grids/<int:grid_id>")
@requires(*STAFF)
@api.response(200, GridStoryOut)
def explain_grid(month_code: str, grid_id: int) -> dict[str, Any]:
    """A grid's participation, standing and bonus, household by household."""
    story = queries.grid_story(village_id(), month_of_code(month_code), grid_id)
    return _month(story.found) | {
        "grid": _grid(story.name, story.grid),
        "households": [_term(*household) for household in story.households],
        "entry_ids": story.entry_ids,
    }


def _month(found: ComputedMonth) -> dict[str, Any]:
    return {
        "month": str(found.month),
        "closed": found.period.closed_at is not None,
        "rule_version": found.version.number if found.version else None,
    }


def _grid(name: str, grid: GridResult) -> dict[str, Any]:
    return {
        "id": grid.id,
        "name": name,
        "households": len(grid.households),
        "took_part": len(grid.took_part),
        "rate_percent": grid.rate_percent,
        "reached": grid.reached,
        "mean_standing": grid.mean_standing,
        "bonus": grid.bonus,
    }


def _score(member: MemberRef, score: LinkedScore) -> dict[str, Any]:
    return {
        "member_id": member.id,
        "name": member.name,
        "own": score.own,
        "linked_households": len(score.linked),
        "linked_sum": score.linked_sum,
        "linked_mean": score.linked_mean,
        "enough_links": score.enough_links,
        "unclamped": score.unclamped,
        "term": score.term,
        "total": score.total,
    }


def _term(
    household: HouseholdRef,
    standing: HouseholdStanding,
    rows: Sequence[LedgerRow],
    deeds: Sequence[LedgerRow] = (),
) -> dict[str, Any]:
    return {
        "passbook_no": household.passbook_no,
        "net": standing.net,
        "took_part": standing.took_part,
        "rows": rows,
        "deeds": deeds,
    }


def _retold(told: RetoldMonth | None) -> dict[str, Any]:
    if told is None:
        raise NotFound("no_closed_month")
    return _month(told.found) | {
        "points_before": told.points_before,
        "points_after": told.points_after,
        "rules": told.rules,
        "new_rules": [rule.code for rule in told.new_rules],
        "households": [
            {
                "passbook_no": each.household.passbook_no,
                "points_before": each.points_before,
                "points_after": each.points_after,
                "standing_before": each.standing_before,
                "standing_after": each.standing_after,
            }
            for each in told.households
        ],
        "unchanged_count": told.unchanged_count,
        "linked": [
            {
                "member_id": member.id,
                "name": member.name,
                "before": before,
                "after": after,
            }
            for member, before, after in told.linked
        ],
        "linked_unchanged_count": told.linked_unchanged_count,
        "grids": [
            {"name": name, "before": before, "after": after} for name, before, after in told.grids
        ],
        "own_points_count": told.own_points_count,
        "taken_back_count": told.taken_back_count,
    }
