"""The register: all households, one household, a new one."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.identity import queries as places
from app.identity.access import requires, village_id
from app.identity.domain import Role
from app.kit import clock
from app.kit.month import Month
from app.people import queries, service
from app.people.domain.households import MemberStatus
from app.people.domain.persons import Person, person_from_form
from app.people.schemas import HouseholdChangeForm, HouseholdForm, PersonForm
from app.web.forms import load_form
from app.web.links import id_argument
from app.web.messages import sentence
from app.web.transaction import writes

pages = Blueprint("register", __name__, url_prefix="/register")

_HOUSEHOLDS_A_PAGE = 50


@pages.get("")
@requires(Role.BRANCH_PRESIDENT)
def list_households() -> str:
    """Search by name, number or phone; by grid; page by page."""
    search = request.args.get("search", "")[:40]
    grid_id = id_argument("grid")
    found = queries.households(
        village_id(),
        search=search,
        grid_id=grid_id,
        after=request.args.get("after", "")[:20],
        limit=_HOUSEHOLDS_A_PAGE + 1,
    )
    shown = found[:_HOUSEHOLDS_A_PAGE]
    next_url = ""
    if len(found) > len(shown):
        last_no = shown[-1].passbook_no
        next_url = url_for(".list_households", search=search, grid=grid_id, after=last_no)
    return render_template(
        "people/households.html",
        households=shown,
        grids=places.grids(village_id()),
        search=search,
        grid_id=grid_id,
        next_url=next_url,
    )


@pages.get("/new")
@requires(Role.BRANCH_PRESIDENT)
def add_household_form() -> str:
    return render_template("people/household_new.html", grids=places.grids(village_id()))


@pages.post("/new")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=add_household_form)
def add_household() -> Response:
    form = load_form(HouseholdForm())
    number, grid_id = form.pop("passbook_no"), form.pop("grid_id")
    person = read_person(form)
    household = service.add_household(village_id=village_id(), passbook_no=number, grid_id=grid_id)
    service.add_member(village_id=village_id(), household_id=household.id, person=person)
    return saved(household.id)


@pages.get("/households/<int:household_id>")
@requires(Role.BRANCH_PRESIDENT)
def show_household(household_id: int) -> str:
    household = queries.household(village_id(), household_id)
    family = queries.members_of(household_id)
    cards = queries.cards_of_household(household_id)
    return render_template(
        "people/household.html",
        household=household,
        present=[member for member in family if member.status is MemberStatus.ACTIVE],
        departed=[member for member in family if member.status is not MemberStatus.ACTIVE],
        former=queries.former_members_of(household_id),
        carded_ids={card.member_id for card in cards if card.ended_at is None},
        grids=places.grids(village_id()),
    )


@pages.post("/households/<int:household_id>")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=show_household)
def change_household(household_id: int) -> Response:
    service.update_household(
        village_id=village_id(), household_id=household_id, **load_form(HouseholdChangeForm())
    )
    return saved(household_id)


@pages.post("/households/<int:household_id>/members")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=show_household)
def add_member(household_id: int) -> Response:
    person = read_person(load_form(PersonForm()))
    service.add_member(village_id=village_id(), household_id=household_id, person=person)
    return saved(household_id)


def read_person(form: dict[str, Any]) -> Person:
    """The person a form describes."""
    return person_from_form(**form, this_month=Month.of(clock.today()))


def saved(household_id: int) -> Response:
    """Back to the household, with a word that it is done."""
    flash(sentence("people_saved", {}))
    return redirect(url_for("register.show_household", household_id=household_id), 303)
