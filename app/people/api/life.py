"""JSON twins of the pages of life events."""

from typing import Any

from app.identity.access import actor_id, requires, village_id
from app.identity.domain import Role
from app.people import access, queries, service
from app.people.domain.life import LifeView
from app.people.schemas import ArrivalForm, LifeEventOut, LifeEventRowOut, LifeIn
from app.web.json_api import JsonBlueprint
from app.web.transaction import writes

api = JsonBlueprint(
    "life_api",
    __name__,
    url_prefix="/api/v1",
    description="Births, deaths, moves, splits and mergers of households",
)


@api.get("/life-events")
@requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
@api.response(200, LifeEventRowOut(many=True))
def list_life_events() -> list[dict[str, Any]]:
    """The village's events, newest first."""
    return _rows(arriving=False)


@api.get("/arrivals")
@requires(Role.BRANCH_PRESIDENT)
@api.response(200, LifeEventRowOut(many=True))
def list_arrivals() -> list[dict[str, Any]]:
    """Households of other villages that move here."""
    return _rows(arriving=True)


@api.post("/households/<int:household_id>/life-events")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(LifeIn)
@api.response(201, LifeEventOut)
def enter_life_event(form: dict[str, Any], household_id: int) -> LifeView:
    """Say what happened; nothing changes before it is confirmed."""
    return _view(access.enter_life_event(form["kind"], household_id, form))


@api.get("/life-events/<int:event_id>")
@requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
@api.response(200, LifeEventOut)
def show_life_event(event_id: int) -> LifeView:
    """What will happen, or has happened."""
    return _view(event_id)


@api.post("/life-events/<int:event_id>/confirm")
@requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
@writes(key_required=True)
@api.response(200, LifeEventOut)
def confirm_life_event(event_id: int) -> LifeView:
    """Carry it out; where points move, by somebody else than who entered it."""
    access.confirm_life_event(event_id)
    return _view(event_id)


@api.post("/life-events/<int:event_id>/withdraw")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.response(200, LifeEventOut)
def withdraw_life_event(event_id: int) -> LifeView:
    """Take back what was entered by mistake."""
    event = queries.life_row(village_id(), event_id)
    service.withdraw_life_event(event=event, actor_id=actor_id())
    return _view(event_id)


@api.post("/arrivals/<int:event_id>/confirm")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(ArrivalForm)
@api.response(200, LifeEventOut)
def take_in(form: dict[str, Any], event_id: int) -> LifeView:
    """Take a household in, under a passbook number of this village."""
    access.take_in(event_id, form)
    return queries.life_view(queries.arriving_row(village_id(), event_id))


def _view(event_id: int) -> LifeView:
    return queries.life_view(queries.life_row(village_id(), event_id))


def _rows(*, arriving: bool) -> list[dict[str, Any]]:
    return [
        {
            "id": event.id,
            "kind": event.kind,
            "happened_on": event.happened_on,
            "state": state,
            "household_id": event.household_id,
        }
        for event, state, _ in queries.life_events(village_id(), arriving=arriving)
    ]
