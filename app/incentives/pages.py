"""Linked scores and bonuses: the branch's desk, and where each figure comes from."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.identity import queries as places
from app.identity.access import actor_id, requires, village_id
from app.identity.domain import Role
from app.kit.month import Month
from app.ledger import queries as books
from app.ledger.domain.accounts import branch_budget
from app.people import queries as people
from app.printing.compilation import compile_pdf
from app.rulebook import queries as rulebook
from app.web.forms import load_form
from app.web.messages import sentence
from app.web.transaction import writes

from . import queries, service
from .access import STAFF, household_in_reach, member_in_reach, sees_everything
from .queries import month_of_code
from .schemas import PoolMovementIn

pages = Blueprint("incentives", __name__)


@pages.get("/desk/incentives")
@requires(*STAFF)
def desk() -> str:
    """What a close would post now, the bonus pool, and the way to the closed months."""
    period = books.open_period(village_id())
    return render_template(
        "incentives/desk.html",
        told=period and queries.overview(village_id(), Month.parse(period.month)),
        pool=queries.pool_balance(village_id()),
        budget=books.balance(branch_budget(village_id())),
        months=queries.kept_months(village_id()),
    )


@pages.post("/desk/incentives/pool")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=desk)
def move_pool() -> Response:
    form = load_form(PoolMovementIn())
    service.move_pool(
        village_id=village_id(),
        amount=form["points"],
        returns=form["returns"],
        actor_id=actor_id(),
    )
    flash(sentence("bonus_pool_returned" if form["returns"] else "bonus_pool_filled", {}))
    return redirect(url_for("incentives.desk"), 303)


@pages.get("/incentives/<month_code>")
@requires(*STAFF)
def show_month(month_code: str) -> str:
    """A month's results: all grids, teams and party members."""
    told = queries.overview(village_id(), month_of_code(month_code))
    return render_template("incentives/month.html", told=told)


@pages.get("/incentives/<month_code>/households")
@requires(*STAFF)
def find_household(month_code: str) -> Response:
    """From a passbook number to the household's page."""
    household = people.household_by_passbook(village_id(), request.args.get("passbook", ""))
    address = url_for(
        "incentives.explain_household", month_code=month_code, household_id=household.id
    )
    return redirect(address, 303)


@pages.get("/incentives/<month_code>/households/<int:household_id>")
@requires(*STAFF, Role.MEMBER)
def explain_household(month_code: str, household_id: int) -> str:
    """A household's standing, participation and bonuses, row by row; villagers see their own."""
    story = queries.household_story(
        village_id(), month_of_code(month_code), household_in_reach(household_id)
    )
    return render_template("incentives/household.html", story=story, staff=sees_everything())


@pages.get("/incentives/<month_code>/members/<int:member_id>")
@requires(*STAFF, Role.MEMBER)
def explain_member(month_code: str, member_id: int) -> str:
    """A member's own and linked score; what linked households did is for staff alone."""
    story = queries.member_story(
        village_id(), month_of_code(month_code), member_in_reach(member_id)
    )
    return render_template("incentives/member.html", story=story, staff=sees_everything())


@pages.get("/incentives/<month_code>/grids/<int:grid_id>")
@requires(*STAFF)
def explain_grid(month_code: str, grid_id: int) -> str:
    """A grid's participation, standing and bonus, household by household."""
    story = queries.grid_story(village_id(), month_of_code(month_code), grid_id)
    return render_template("incentives/grid.html", story=story)


@pages.get("/incentives/<month_code>/members/<int:member_id>/sheet.pdf")
@requires(*STAFF)
def member_sheet(month_code: str, member_id: int) -> Response:
    """The member's page on paper."""
    sheet = queries.member_sheet(village_id(), month_of_code(month_code), member_id)
    return Response(compile_pdf(sheet), mimetype="application/pdf")


@pages.get("/incentives/<month_code>/grids/<int:grid_id>/sheet.pdf")
@requires(*STAFF)
def grid_sheet(month_code: str, grid_id: int) -> Response:
    """The grid's page on paper."""
    sheet = queries.grid_sheet(village_id(), month_of_code(month_code), grid_id)
    return Response(compile_pdf(sheet), mimetype="application/pdf")


@pages.get("/branch/rule-book/drafts/<int:draft_id>/last-month")
@requires(Role.BRANCH_PRESIDENT)
def retell_under_draft(draft_id: int) -> str:
    """What the last closed month would have been under an uploaded rule book."""
    return render_template(
        "incentives/retold.html",
        told=queries.last_month_under_draft(village_id(), draft_id),
        under="传上来的细则",
        back_to=url_for("rulebook.show_draft", draft_id=draft_id),
    )


@pages.get("/desk/rule-book/versions/<int(9999):number>/last-month")
@requires(*STAFF)
def retell_under_version(number: int) -> str:
    """What it would have been under a saved version."""
    village = places.village(village_id())
    version = rulebook.version_by_number(village.id, number)
    return render_template(
        "incentives/retold.html",
        told=queries.last_month_under_version(village.id, version.id),
        under=f"第 {number} 版细则",
        back_to=url_for("rulebook.show_version", village_code=village.code, number=number),
    )
