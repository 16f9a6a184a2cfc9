"""The branch's desk: what is due, and the staff of the branch."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.home import queries
from app.home.schemas import StaffForm
from app.identity import queries as identity
from app.identity import service
from app.identity.access import actor_id, principal, requires, village_id
from app.identity.domain import BRANCH_STAFF, Role
from app.incentives.queries import month_of_code
from app.kit import clock
from app.kit.errors import Invalid
from app.ledger import queries as books
from app.people import queries as people
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


@pages.get("/months/<month_code>/households")
@requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
def find_household_month(month_code: str) -> Response:
    """From a number that was typed to that household's month."""
    month = month_of_code(month_code)
    household = people.household_by_passbook(village_id(), request.args.get("passbook", ""))
    return redirect(
        url_for("desk.household_month", month_code=month, passbook_number=household.passbook_no)
    )


@pages.get("/months/<month_code>/households/<passbook_number>")
@requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
def household_month(month_code: str, passbook_number: str) -> str:
    """What is behind a household's line on a month's notice."""
    household = people.household_by_passbook(village_id(), passbook_number)
    told = queries.household_month(village_id(), household.id, month_of_code(month_code))
    return render_template("home/month.html", told=told, passbook_number=household.passbook_no)


@pages.get("/households/<passbook_number>/entries/<int:entry_id>")
@requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
def household_entry(passbook_number: str, entry_id: int) -> str:
    """One movement of a household from the deed to the notice."""
    household = people.household_by_passbook(village_id(), passbook_number)
    return render_template(
        "home/entry.html",
        story=queries.entry_story(village_id(), household.id, entry_id),
        household_id=household.id,
        passbook_number=household.passbook_no,
    )


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
