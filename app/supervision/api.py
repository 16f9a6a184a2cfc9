"""JSON of what supervision looks at."""

from typing import Any

from app.identity.access import actor_id, requires, village_id
from app.identity.domain import Role
from app.web.json_api import JsonBlueprint
from app.web.messages import sentence
from app.web.transaction import writes

from . import queries, service
from .access import village_of_own_town
from .queries import MonthReview, RecheckItem, RecheckList
from .schemas import RecheckIn, RecheckItemOut, RecheckListOut, ReviewOut

api = JsonBlueprint("supervision_api", __name__, url_prefix="/api/v1", description="Supervision")


@api.get("/supervision/<month_code>")
@requires(Role.SUPERVISION)
@api.response(200, ReviewOut)
def show_month(month_code: str) -> dict[str, Any]:
    """What stands out in a month of the own village, with the rows behind it."""
    return _review(queries.month_review(village_id(), month_code, masked=False))


@api.get("/town/supervision/<village_code>/<month_code>")
@requires(Role.HEAD_BANK)
@api.response(200, ReviewOut)
def show_month_of_village(village_code: str, month_code: str) -> dict[str, Any]:
    """The same of one village of the town, names masked."""
    return _review(queries.month_review(village_of_own_town(village_code), month_code, masked=True))


@api.get("/supervision/<month_code>/rechecks")
@requires(Role.SUPERVISION)
@api.response(200, RecheckListOut)
def list_rechecks(month_code: str) -> dict[str, Any]:
    """The credits of a closed month that were drawn to be checked again, with all results."""
    return _rechecks(queries.recheck_list(village_id(), month_code, masked=False))


@api.post("/supervision/<month_code>/rechecks/<int:entry_id>")
@requires(Role.SUPERVISION)
@writes(key_required=True)
@api.arguments(RecheckIn)
@api.response(201, RecheckItemOut)
def record_recheck(result: dict[str, Any], month_code: str, entry_id: int) -> dict[str, Any]:
    """Add what a second look at one of them found; earlier results stay."""
    service.record_recheck(
        village_id=village_id(),
        month_code=month_code,
        entry_id=entry_id,
        actor_id=actor_id(),
        **result,
    )
    return _recheck(queries.recheck_item(village_id(), month_code, entry_id))


@api.get("/town/supervision/<village_code>/<month_code>/rechecks")
@requires(Role.HEAD_BANK)
@api.response(200, RecheckListOut)
def list_rechecks_of_village(village_code: str, month_code: str) -> dict[str, Any]:
    """The same of one village of the town, names masked."""
    return _rechecks(
        queries.recheck_list(village_of_own_town(village_code), month_code, masked=True)
    )


def _rechecks(drawn: RecheckList) -> dict[str, Any]:
    return {
        "month": str(drawn.month),
        "digest": drawn.digest,
        "credit_count": drawn.credit_count,
        "items": [_recheck(item) for item in drawn.items],
    }


def _recheck(item: RecheckItem) -> dict[str, Any]:
    return {
        "entry_id": item.entry_id,
        "passbook_no": item.household.passbook_no,
        "name": item.name,
        "rule_title": item.rule_title,
        "activity_title": item.activity_title,
        "occurred_on": item.occurred_on,
        "points": item.points,
        "results": item.results,
    }


def _review(found: MonthReview) -> dict[str, Any]:
    return {
        "month": str(found.month),
        "closed": found.closed_at is not None,
        "findings": [
            {
                "kind": each.kind,
                "sentence": sentence(each.code, each.facts),
                "facts": each.facts,
                "rows": [
                    {
                        "passbook_no": row.household.passbook_no,
                        "name": row.name,
                        "at": row.at,
                        "day": row.day,
                        "points": row.points,
                        "entry_id": row.entry_id,
                        "claim_id": row.claim_id,
                    }
                    for row in each.rows
                ],
            }
            for each in found.findings
        ],
        "approvers": [
            {
                "name": name,
                "count": each.count,
                "approved": each.approved,
                "refused": each.refused,
                "asked_back": each.asked_back,
                "median_minutes": each.median_minutes,
            }
            for name, each in found.approvers
        ],
    }
