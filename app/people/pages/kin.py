"""Kin and the ties of staff, at the office."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.identity import queries as identity
from app.identity.access import actor_id, requires, village_id
from app.identity.domain import Role
from app.people import queries, service
from app.people.schemas import KinForm, StaffTieForm
from app.web.forms import load_form
from app.web.messages import sentence
from app.web.transaction import writes

pages = Blueprint("kin", __name__, url_prefix="/register/kin")


@pages.get("")
@requires(Role.BRANCH_PRESIDENT)
def show() -> str:
    """Of which household the staff are, and which households are kin."""
    staff, grids = identity.staff(village_id()), identity.grids(village_id())
    return render_template(
        "people/kin.html",
        staff=staff,
        ties=queries.staff_ties(village_id()),
        account_options=[("", "请选择"), *((each.id, each.display_name) for each, _ in staff)],
        grid_options=[("", "不是网格员"), *((grid.id, grid.name) for grid in grids)],
        kinships=queries.kinships(village_id()),
    )


@pages.post("/staff")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=show)
def declare_staff_tie() -> Response:
    form = load_form(StaffTieForm())
    service.declare_staff_tie(
        village_id=village_id(),
        account_id=form["account_id"],
        household_id=_household_id(form["passbook_no"]) if form["passbook_no"] else None,
        grid_id=form["grid_id"],
        actor_id=actor_id(),
    )
    return _saved()


@pages.post("")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=show)
def declare_kin() -> Response:
    form = load_form(KinForm())
    service.declare_kin(
        village_id=village_id(),
        household_id=_household_id(form["passbook_no"]),
        other_household_id=_household_id(form["other_passbook_no"]),
        actor_id=actor_id(),
    )
    return _saved()


@pages.post("/<int:kinship_id>/end")
@requires(Role.BRANCH_PRESIDENT)
@writes
def end_kin(kinship_id: int) -> Response:
    service.end_kin(village_id=village_id(), kinship_id=kinship_id, actor_id=actor_id())
    return _saved()


def _household_id(passbook_no: str) -> int:
    return queries.household_by_passbook(village_id(), passbook_no).id


def _saved() -> Response:
    flash(sentence("people_saved", {}))
    return redirect(url_for(".show"), 303)
