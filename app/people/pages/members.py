"""One member: corrections, moves, departures."""

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from app.identity.access import requires, village_id
from app.identity.domain import Role
from app.kit import clock
from app.kit.errors import NotFound
from app.people import queries, service
from app.people.domain.households import MemberRef, MemberStatus
from app.people.schemas import DepartureForm, MoveForm, PersonForm
from app.web.forms import load_form
from app.web.transaction import writes

from .households import read_person, saved

pages = Blueprint("members", __name__, url_prefix="/register/households/<int:household_id>/members")


@pages.get("/<int:member_id>")
@requires(Role.BRANCH_PRESIDENT)
def show_member(household_id: int, member_id: int) -> str:
    member = _member(household_id, member_id)
    present = [
        other
        for other in queries.members_of(household_id)
        if other.status is MemberStatus.ACTIVE and other.id != member_id
    ]
    return render_template(
        "people/member.html",
        household=queries.household(village_id(), household_id),
        member=member,
        phone=queries.phone_of(village_id(), member_id) or "",
        heirs=present if member.is_head else [],
        today=clock.today(),
    )


@pages.post("/<int:member_id>")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=show_member)
def change_member(household_id: int, member_id: int) -> Response:
    member = _member(household_id, member_id)
    service.update_member(
        village_id=village_id(), member_id=member.id, person=read_person(load_form(PersonForm()))
    )
    return saved(household_id)


@pages.post("/<int:member_id>/head")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=show_member)
def make_head(household_id: int, member_id: int) -> Response:
    service.set_head(village_id=village_id(), household_id=household_id, member_id=member_id)
    return saved(household_id)


@pages.post("/<int:member_id>/move")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=show_member)
def move_member(household_id: int, member_id: int) -> Response:
    member = _member(household_id, member_id)
    form = load_form(MoveForm())
    target = queries.household_by_passbook(village_id(), form["passbook_no"])
    service.move_member(
        village_id=village_id(),
        member_id=member.id,
        household_id=target.id,
        relation=form["new_relation"],
        new_head_id=form["new_head_id"],
    )
    return saved(target.id)


@pages.post("/<int:member_id>/departure")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=show_member)
def record_departure(household_id: int, member_id: int) -> Response:
    member = _member(household_id, member_id)
    form = load_form(DepartureForm())
    service.record_departure(village_id=village_id(), member_id=member.id, **form)
    return saved(household_id)


@pages.post("/<int:member_id>/return")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=show_member)
def record_return(household_id: int, member_id: int) -> Response:
    member = _member(household_id, member_id)
    service.record_return(village_id=village_id(), member_id=member.id)
    return saved(household_id)


def _member(household_id: int, member_id: int) -> MemberRef:
    member = queries.member(village_id(), member_id)
    if member.household_id != household_id:
        # Meanwhile in another household, where the page says what can be done.
        raise NotFound("member_not_found")
    return member
