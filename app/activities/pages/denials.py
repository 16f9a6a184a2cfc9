"""Denied credits at the office: what a household says, and the answer."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.activities import queries, service
from app.activities.schemas import DenialAnswerForm
from app.identity.access import actor_id, requires, village_id
from app.identity.domain import Role
from app.identity.queries import display_names
from app.kit.errors import NotFound
from app.kit.text import normalise_name
from app.people import queries as people
from app.web.forms import load_form
from app.web.messages import sentence
from app.web.transaction import writes

pages = Blueprint("denials", __name__, url_prefix="/branch/denials")


@pages.get("")
@requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
def list_denials() -> str:
    """What waits for an answer, and what was answered lately."""
    return render_template(
        "activities/branch/denials.html",
        waiting=queries.open_denials(village_id()),
        answered=queries.answered_denials(village_id())[::-1],
    )


@pages.get("/<int:denial_id>")
@requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
def show(denial_id: int) -> str:
    found = queries.denial(village_id(), denial_id)
    names = display_names([found.attendance.checked_in_by, found.session.closed_by or 0])
    return render_template(
        "activities/branch/denial.html",
        found=found,
        household=people.household(village_id(), found.attendance.household_id),
        member=people.member(village_id(), found.attendance.member_id),
        checked_in_by=names.get(found.attendance.checked_in_by, ""),
        closed_by=names.get(found.session.closed_by or 0, ""),
    )


@pages.post("/<int:denial_id>")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=show)
def decide(denial_id: int) -> Response:
    form = load_form(DenialAnswerForm())
    service.decide_denial(
        village_id=village_id(),
        denial_id=denial_id,
        decision=form["decision"],
        answer=form["answer"],
        right_member_id=_named(form["passbook_no"], form["name"]),
        actor_id=actor_id(),
    )
    flash(sentence("denial_answered", {}))
    return redirect(url_for(".show", denial_id=denial_id), 303)


def _named(passbook_no: str, name: str) -> int | None:
    """The member of that name in that household; None when nothing is filled in."""
    if not passbook_no and not name:
        return None
    household = people.household_by_passbook(village_id(), passbook_no)
    for member in people.members_of(household.id):
        if member.name == normalise_name(name):
            return member.id
    raise NotFound("member_not_found")
