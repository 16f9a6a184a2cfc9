"""The branch's desk: what is due, and the staff of the branch."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.home import queries
from app.home.schemas import StaffForm
from app.identity import queries as identity
from app.identity import service
from app.identity.access import actor_id, principal, requires, village_id
from app.identity.domain import BRANCH_STAFF, Role
from app.kit import clock
from app.kit.errors import Invalid
from app.ledger import queries as books
from app.web.forms import load_form
from app.web.messages import sentence
from app.web.transaction import writes

pages = Blueprint("desk", __name__, url_prefix="/desk")


@pages.get("")
@requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
def desk() -> str:
    """What waits for the caller, and the ways to everything else."""
    found = queries.due(village_id(), clock.now())
    if Role.BRANCH_PRESIDENT not in principal().roles:
        found = [each for each in found if each.kind in queries.SUPERVISED]
    return render_template("home/desk.html", due=found, period=books.open_period(village_id()))


@pages.get("/staff")
@requires(Role.BRANCH_PRESIDENT)
def list_staff() -> str:
    """Who works for the branch, and a form for a new account."""
    return render_template(
        "home/staff.html",
        staff=[
            (account, roles, BRANCH_STAFF.issuperset(roles))
            for account, roles in identity.staff(village_id())
        ],
    )


@pages.post("/staff")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=list_staff)
def add_staff() -> Response:
    form = load_form(StaffForm())
    roles = frozenset(form.pop("roles"))
    if Role.CLERK in roles and form["pin"] is None:
        raise Invalid("clerk_pin_missing")
    account = service.add_staff(
        town_id=principal().town_id,
        village_id=village_id(),
        roles=roles,
        actor_id=actor_id(),
        **form,
    )
    flash(sentence("staff_added", {"name": account.display_name}))
    return redirect(url_for("desk.list_staff"), 303)


@pages.post("/staff/<int:account_id>/disable")
@requires(Role.BRANCH_PRESIDENT)
@writes
def disable_staff(account_id: int) -> Response:
    service.disable_staff(village_id=village_id(), account_id=account_id)
    flash(sentence("staff_disabled", {}))
    return redirect(url_for("desk.list_staff"), 303)
