"""Notices to mend and the deductions that follow, at the office."""

from typing import Any

from app.claims import queries, service
from app.claims.access import CLAIMING_STAFF, OFFICE, issue_mend_notice, staff_source
from app.claims.models import MendNotice
from app.claims.queries import ClaimStory, MendNoticeView
from app.claims.schemas import AppealForm, ClaimOut, MendNoticeIn, MendNoticeOut
from app.identity.access import actor_id, requires, village_id
from app.web.json_api import JsonBlueprint
from app.web.transaction import writes

api = JsonBlueprint(
    "mending_api", __name__, url_prefix="/api/v1", description="Notices to mend, and deductions"
)


@api.get("/mend-notices")
@requires(*OFFICE)
@api.response(200, MendNoticeOut(many=True))
def list_notices() -> list[MendNoticeView]:
    """The newest 200 notices to mend."""
    return queries.mend_notices(village_id())


@api.post("/mend-notices")
@requires(*CLAIMING_STAFF)
@writes(key_required=True)
@api.arguments(MendNoticeIn)
@api.response(201, MendNoticeOut)
def issue(form: dict[str, Any]) -> MendNoticeView:
    """Tell a household what to mend and by when."""
    return _view(issue_mend_notice(**form))


@api.post("/mend-notices/<int:notice_id>/mended")
@requires(*CLAIMING_STAFF)
@writes(key_required=True)
@api.response(200, MendNoticeOut)
def mark_mended(notice_id: int) -> MendNoticeView:
    """It was mended; nothing is deducted."""
    return _view(
        service.mark_mended(village_id=village_id(), notice_id=notice_id, actor_id=actor_id())
    )


@api.post("/mend-notices/<int:notice_id>/deduction")
@requires(*CLAIMING_STAFF)
@writes(key_required=True)
@api.response(201, ClaimOut)
def open_deduction(notice_id: int) -> ClaimStory:
    """Nothing was mended in time; have the deduction reviewed."""
    claim = service.open_deduction(
        village_id=village_id(), notice_id=notice_id, source=staff_source(), actor_id=actor_id()
    )
    return queries.story(village_id(), claim)


@api.post("/claims/<int:claim_id>/appeal")
@requires(*CLAIMING_STAFF)
@writes(key_required=True)
@api.arguments(AppealForm)
@api.response(200, ClaimOut)
def appeal(form: dict[str, Any], claim_id: int) -> ClaimStory:
    """Enter a household's appeal that came on paper."""
    claim = service.appeal(
        village_id=village_id(),
        claim_id=claim_id,
        statement=form["statement"],
        actor_id=actor_id(),
    )
    return queries.story(village_id(), claim)


def _view(notice: MendNotice) -> MendNoticeView:
    return queries.notice_views(village_id(), [notice])[0]
