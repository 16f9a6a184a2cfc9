"""Service teams and who is in them."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.identity.access import requires, village_id
from app.identity.domain import Role
from app.people import queries, service
from app.people.domain.households import MemberStatus
from app.people.schemas import TeamForm, TeamMembersForm
from app.web.forms import load_form
from app.web.messages import sentence
from app.web.transaction import writes

pages = Blueprint("teams", __name__, url_prefix="/register/teams")


@pages.get("")
@requires(Role.BRANCH_PRESIDENT)
def list_teams() -> str:
    teams = queries.teams(village_id())
    return render_template(
        "people/teams.html",
        teams=[(team, len(queries.team_member_ids(team.id))) for team in teams],
    )


@pages.post("")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=list_teams)
def add_team() -> Response:
    team = service.add_team(village_id=village_id(), **load_form(TeamForm()))
    return redirect(url_for(".show_team", team_id=team.id), 303)


@pages.get("/<int:team_id>")
@requires(Role.BRANCH_PRESIDENT)
def show_team(team_id: int) -> str:
    """The members, and those found by a name to choose from."""
    team = queries.team(village_id(), team_id)
    present_ids = queries.team_member_ids(team_id)
    search = request.args.get("search", "")[:40]
    found = queries.members(village_id(), search=search) if search.strip() else []
    return render_template(
        "people/team.html",
        team=team,
        present=queries.members(village_id(), member_ids=present_ids),
        found=[
            member
            for member in found
            if member.status is MemberStatus.ACTIVE and member.id not in present_ids
        ],
        search=search,
    )


@pages.post("/<int:team_id>")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=show_team)
def assign_team(team_id: int) -> Response:
    form = load_form(TeamMembersForm())
    service.assign_team(village_id=village_id(), team_id=team_id, member_ids=form["member_ids"])
    flash(sentence("people_saved", {}))
    return redirect(url_for(".show_team", team_id=team_id), 303)
