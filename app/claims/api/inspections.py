"""JSON twins of the pages of inspection rounds."""

from typing import Any

from app.claims import queries, service
from app.claims.access import CLAIMING_STAFF, INSPECTING
from app.claims.domain.inspections import MarkWish
from app.claims.queries import InspectionView
from app.claims.schemas import (
    CheckIn,
    DropForm,
    InspectionForm,
    InspectionListedOut,
    InspectionOut,
    MarksIn,
)
from app.identity.access import actor_id, requires, village_id
from app.web.json_api import JsonBlueprint
from app.web.transaction import writes

api = JsonBlueprint(
    "inspections_api",
    __name__,
    url_prefix="/api/v1/inspections",
    description="Rounds in which households are looked at one after the other",
)


@api.get("")
@requires(*INSPECTING)
@api.response(200, InspectionListedOut(many=True))
def list_rounds() -> list[dict[str, Any]]:
    """The village's rounds, newest first."""
    return [
        {
            "id": found.id,
            "title": title,
            "occurred_on": found.occurred_on,
            "posted_at": found.posted_at,
            "dropped_at": found.dropped_at,
        }
        for found, title in queries.inspection_rounds(village_id())
    ]


@api.post("")
@requires(*CLAIMING_STAFF)
@writes(key_required=True)
@api.arguments(InspectionForm)
@api.response(201, InspectionOut)
def open_round(form: dict[str, Any]) -> InspectionView:
    """Draw the list of a grid's or the village's households."""
    made = service.open_inspection(village_id=village_id(), actor_id=actor_id(), **form)
    return _view(made.id)


@api.get("/<int:round_id>")
@requires(*INSPECTING)
@api.response(200, InspectionOut)
def show_round(round_id: int) -> InspectionView:
    """The list in the order drawn."""
    return _view(round_id)


@api.post("/<int:round_id>/marks")
@requires(*INSPECTING)
@writes(key_required=True)
@api.arguments(MarksIn)
@api.response(200, InspectionOut)
def mark_households(form: dict[str, Any], round_id: int) -> InspectionView:
    """Give lines of the list their level, all or none."""
    service.mark_households(
        village_id=village_id(),
        round_id=round_id,
        wishes=[MarkWish(**each) for each in form["marks"]],
        actor_id=actor_id(),
    )
    return _view(round_id)


@api.post("/<int:round_id>/check")
@requires(*INSPECTING)
@writes(key_required=True)
@api.arguments(CheckIn)
@api.response(200, InspectionOut)
def check_round(form: dict[str, Any], round_id: int) -> InspectionView:
    """Agree to what others have marked; with the last line the awards are posted."""
    service.check_inspection(
        village_id=village_id(),
        round_id=round_id,
        seen=[MarkWish(**each) for each in form["marks"]],
        returned_ids=form["returned_ids"],
        actor_id=actor_id(),
    )
    return _view(round_id)


@api.post("/<int:round_id>/drop")
@requires(*CLAIMING_STAFF)
@writes(key_required=True)
@api.arguments(DropForm)
@api.response(200, InspectionOut)
def drop_round(form: dict[str, Any], round_id: int) -> InspectionView:
    """Give a round up before it is posted."""
    service.drop_inspection(village_id=village_id(), round_id=round_id, actor_id=actor_id(), **form)
    return _view(round_id)


def _view(round_id: int) -> InspectionView:
    return queries.inspection_view(village_id(), round_id, actor_id())
