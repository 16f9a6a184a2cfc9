"""JSON of what supervision looks at."""

from typing import Any

from app.identity.access import requires, village_id
from app.identity.domain import Role
from app.web.json_api import JsonBlueprint
from app.web.messages import sentence

from . import queries
from .access import village_of_own_town
from .queries import MonthReview
from .schemas import ReviewOut

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
