"""Notices to mend at the office: giving one, what was mended, what is to be deducted."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.claims import queries, service
from app.claims.access import CLAIMING_STAFF, OFFICE, issue_mend_notice, staff_source
from app.claims.schemas import AppealForm, MendNoticeForm
from app.identity.access import actor_id, principal, requires, village_id
from app.kit import clock
from app.people import queries as people
from app.people.domain.households import MemberStatus
from app.web.forms import load_form
from app.web.messages import sentence
from app.web.transaction import writes

pages = Blueprint("mending", __name__, url_prefix="/branch/mend-notices")


@pages.get("")
@requires(*OFFICE)
def list_notices() -> str:
    """The notices, newest first, with what can be done about each."""
    return render_template(
        "claims/office/mend_notices.html",
        notices=queries.mend_notices(village_id()),
        today=clock.today(),
        may_enter=not principal().roles.isdisjoint(CLAIMING_STAFF),
        has_rules=bool(queries.deductible_rules(village_id(), clock.today())),
    )


@pages.get("/new")
@requires(*CLAIMING_STAFF)
def choose_household() -> Response:
    """A passbook number leads to the form."""
    household = people.household_by_passbook(village_id(), request.args.get("passbook_no", ""))
    return redirect(url_for(".new_notice", household_id=household.id), 303)


@pages.get("/new/<int:household_id>")
@requires(*CLAIMING_STAFF)
def new_notice(household_id: int) -> str:
    """The form for a notice to that household."""
    return render_template(
        "claims/office/mend_notice_new.html",
        household=people.household(village_id(), household_id),
        family=[
            person
            for person in people.members_of(household_id)
            if person.status is MemberStatus.ACTIVE
        ],
        rules=queries.deductible_rules(village_id(), clock.today()),
        today=clock.today(),
    )


@pages.post("/new/<int:household_id>")
@requires(*CLAIMING_STAFF)
@writes(again=new_notice)
def issue(household_id: int) -> Response:
    issue_mend_notice(household_id=household_id, **load_form(MendNoticeForm()))
    flash(sentence("mend_notice_issued", {}))
    return redirect(url_for(".list_notices"), 303)


@pages.post("/<int:notice_id>/mended")
@requires(*CLAIMING_STAFF)
@writes
def mark_mended(notice_id: int) -> Response:
    service.mark_mended(village_id=village_id(), notice_id=notice_id, actor_id=actor_id())
    flash(sentence("mend_notice_marked", {}))
    return redirect(url_for(".list_notices"), 303)


@pages.post("/<int:notice_id>/deduction")
@requires(*CLAIMING_STAFF)
@writes
def open_deduction(notice_id: int) -> Response:
    claim = service.open_deduction(
        village_id=village_id(), notice_id=notice_id, source=staff_source(), actor_id=actor_id()
    )
    flash(sentence("deduction_submitted", {}))
    return redirect(url_for("office_claims.show", claim_id=claim.id), 303)


@pages.post("/appeals/<int:claim_id>")
@requires(*CLAIMING_STAFF)
@writes
def appeal(claim_id: int) -> Response:
    """Enter a household's appeal that came on paper."""
    service.appeal(
        village_id=village_id(),
        claim_id=claim_id,
        statement=load_form(AppealForm())["statement"],
        actor_id=actor_id(),
    )
    flash(sentence("claim_appealed", {}))
    return redirect(url_for("office_claims.show", claim_id=claim_id), 303)
