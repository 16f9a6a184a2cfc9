"""Life events at the office: entered, looked at, confirmed by somebody else."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.identity import queries as places
from app.identity.access import actor_id, principal, requires, village_id
from app.identity.domain import Role
from app.kit import clock
from app.kit.errors import NotFound
from app.people import access, queries, service
from app.people.domain.households import HouseholdStatus
from app.people.domain.life import LifeKind
from app.people.schemas import ArrivalForm, LifeForm
from app.web.forms import load_form
from app.web.messages import sentence
from app.web.transaction import writes

pages = Blueprint("life", __name__, url_prefix="/register")


@pages.get("/life")
@requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
def list_events() -> str:
    """What happened to households, what waits for a second person, and who wants to come."""
    return render_template(
        "people/life.html",
        events=queries.life_events(village_id()),
        arrivals=queries.life_events(village_id(), arriving=True),
    )


@pages.get("/households/<int:household_id>/life")
@requires(Role.BRANCH_PRESIDENT)
def choose(household_id: int) -> str:
    """Which event it is."""
    household = queries.household(village_id(), household_id)
    ended = household.status is HouseholdStatus.ENDED
    return render_template(
        "people/life_choose.html",
        household=household,
        kinds=[kind for kind in LifeKind if (kind is LifeKind.INHERITANCE) == ended],
        events=queries.life_events(village_id(), household_id=household_id),
    )


@pages.get("/households/<int:household_id>/life/<kind>")
@requires(Role.BRANCH_PRESIDENT)
def enter_form(household_id: int, kind: str) -> str:
    village = places.village(village_id())
    return render_template(
        "people/life_new.html",
        kind=_kind(kind),
        home=queries.life_household(village_id(), household_id),
        grids=places.grids(village_id()),
        villages=[each for each in places.villages(village.town_id) if each.id != village.id],
        today=clock.today(),
    )


@pages.post("/households/<int:household_id>/life/<kind>")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=enter_form)
def enter(household_id: int, kind: str) -> Response:
    event_id = access.enter_life_event(_kind(kind), household_id, load_form(LifeForm()))
    return redirect(url_for(".show", event_id=event_id), 303)


@pages.get("/life/<int:event_id>")
@requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
def show(event_id: int) -> str:
    """What will happen, or has happened, and who has to say yes."""
    return _shown(event_id, arriving=False)


@pages.post("/life/<int:event_id>/confirm")
@requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
@writes(again=show)
def confirm(event_id: int) -> Response:
    access.confirm_life_event(event_id)
    flash(sentence("life_confirmed", {}))
    return redirect(url_for(".show", event_id=event_id), 303)


@pages.post("/life/<int:event_id>/withdraw")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=show)
def withdraw(event_id: int) -> Response:
    event = queries.life_row(village_id(), event_id)
    service.withdraw_life_event(event=event, actor_id=actor_id())
    flash(sentence("life_withdrawn", {}))
    return redirect(url_for(".show", event_id=event_id), 303)


@pages.get("/life/arrivals/<int:event_id>")
@requires(Role.BRANCH_PRESIDENT)
def show_arrival(event_id: int) -> str:
    """A household of another village that wants to move here."""
    return _shown(event_id, arriving=True)


@pages.post("/life/arrivals/<int:event_id>")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=show_arrival)
def take_in(event_id: int) -> Response:
    access.take_in(event_id, load_form(ArrivalForm()))
    flash(sentence("life_confirmed", {}))
    return redirect(url_for(".show_arrival", event_id=event_id), 303)


def _shown(event_id: int, *, arriving: bool) -> str:
    find = queries.arriving_row if arriving else queries.life_row
    event = find(village_id(), event_id)
    villages = {
        each.id: each.name for each in places.villages(places.village(village_id()).town_id)
    }
    return render_template(
        "people/life_event.html",
        view=queries.life_view(event),
        arriving=arriving,
        from_village=villages[event.village_id],
        to_village=villages.get(event.to_village_id or 0, ""),
        grids=places.grids(village_id()),
        own=event.entered_by == actor_id(),
        is_president=Role.BRANCH_PRESIDENT in principal().roles,
    )


def _kind(word: str) -> LifeKind:
    if word not in set(LifeKind):
        raise NotFound("page_not_found")
    return LifeKind(word)
