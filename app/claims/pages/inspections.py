"""Inspection rounds: the list on the phone, and the check by another."""

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.claims import queries, service
from app.claims.access import CLAIMING_STAFF, INSPECTING
from app.claims.domain.inspections import MarkWish
from app.claims.schemas import CheckForm, DropForm, InspectionForm, MarkForm
from app.identity import queries as places
from app.identity.access import actor_id, requires, village_id
from app.kit import clock
from app.kit.errors import Denied
from app.web.forms import load_form
from app.web.messages import sentence
from app.web.transaction import writes

pages = Blueprint("inspections", __name__, url_prefix="/inspections")


@pages.get("")
@requires(*INSPECTING)
def list_rounds() -> str:
    """The rounds of the village, and a form to open one."""
    today = clock.today()
    return render_template(
        "claims/inspections/list.html",
        rounds=queries.inspection_rounds(village_id()),
        rules=queries.inspectable_rules(village_id(), today),
        grids=places.grids(village_id()),
        today=today,
    )


@pages.post("")
@requires(*CLAIMING_STAFF)
@writes(again=list_rounds)
def open_round() -> Response:
    made = service.open_inspection(
        village_id=village_id(), actor_id=actor_id(), **load_form(InspectionForm())
    )
    return redirect(url_for(".show", round_id=made.id), 303)


@pages.get("/<int:round_id>")
@requires(*INSPECTING)
def show(round_id: int) -> str:
    """The list in the order drawn; a tap marks a household."""
    if "refusal" in g and _wants_json():
        # The script stays on its page and shows the refusal itself.
        raise g.refusal
    return render_template("claims/inspections/show.html", view=_view(round_id), me=actor_id())


@pages.post("/<int:round_id>/marks")
@requires(*INSPECTING)
@writes(again=show)
def mark(round_id: int) -> Response:
    """One tap, sent by the script with a key of its own, or by the form itself."""
    tap = load_form(MarkForm())
    wish: MarkWish = tap["mark"]
    if tap["account_id"] != actor_id():
        raise Denied("other_account")
    service.mark_households(
        village_id=village_id(), round_id=round_id, wishes=[wish], actor_id=actor_id()
    )
    if _wants_json():
        return jsonify(mark_id=str(wish.mark_id), level=wish.level)
    return redirect(url_for(".show", round_id=round_id, _anchor=f"m{wish.mark_id}"), 303)


@pages.get("/<int:round_id>/check")
@requires(*INSPECTING)
def check_form(round_id: int) -> str:
    """What others have marked, for somebody who was there too."""
    view = _view(round_id)
    mine = [
        row
        for row in view.rows
        if row.mark.level is not None
        and row.mark.checked_by is None
        and row.mark.marked_by != actor_id()
        and row.bar is None
    ]
    return render_template("claims/inspections/check.html", view=view, rows=mine)


@pages.post("/<int:round_id>/check")
@requires(*INSPECTING)
@writes(again=check_form)
def check(round_id: int) -> Response:
    found = service.check_inspection(
        village_id=village_id(), round_id=round_id, actor_id=actor_id(), **load_form(CheckForm())
    )
    flash(sentence("inspection_posted" if found.posted_at else "inspection_checked_some", {}))
    return redirect(url_for(".show", round_id=round_id), 303)


@pages.post("/<int:round_id>/drop")
@requires(*CLAIMING_STAFF)
@writes(again=show)
def drop(round_id: int) -> Response:
    service.drop_inspection(
        village_id=village_id(), round_id=round_id, actor_id=actor_id(), **load_form(DropForm())
    )
    flash(sentence("inspection_dropped", {}))
    return redirect(url_for(".list_rounds"), 303)


def _view(round_id: int) -> queries.InspectionView:
    return queries.inspection_view(village_id(), round_id, actor_id())


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"
