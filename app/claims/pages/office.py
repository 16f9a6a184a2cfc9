"""Claims at the office: all of them, paper claims, the way the village reviews."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.claims import queries, service
from app.claims.access import CLAIMING_STAFF, OFFICE, deed_of, submit_at_office
from app.claims.domain.policy import Policy
from app.claims.domain.states import UNDECIDED, ClaimState
from app.claims.schemas import ClaimForm, DrawAgainForm, PolicyForm
from app.identity.access import actor_id, principal, requires, village_id
from app.identity.domain import Role
from app.kit import clock
from app.people import queries as people
from app.people.domain.households import MemberStatus
from app.web.forms import load_form
from app.web.messages import sentence
from app.web.transaction import writes

from .photos import photo_answer, resubmitted, sent_photo

pages = Blueprint("office_claims", __name__, url_prefix="/branch/claims")
_DECIDED_SHOWN = 50


@pages.get("")
@requires(*OFFICE)
def list_claims() -> str:
    """What waits, and what was decided lately."""
    decided = frozenset(ClaimState) - UNDECIDED
    open_claims = queries.claims(village_id(), states=UNDECIDED)[::-1]
    return render_template(
        "claims/office/list.html",
        waiting=queries.stories(village_id(), open_claims),
        decided=queries.stories(
            village_id(), queries.claims(village_id(), states=decided, limit=_DECIDED_SHOWN)
        ),
        denials=queries.denials(village_id()),
        may_enter=not principal().roles.isdisjoint(CLAIMING_STAFF),
    )


@pages.get("/new")
@requires(*CLAIMING_STAFF)
def choose_household() -> Response | str:
    """Whose deed it is: a passbook number leads to the form."""
    number = request.args.get("passbook_no", "")
    if not number:
        return render_template("claims/office/household.html")
    household = people.household_by_passbook(village_id(), number)
    return redirect(url_for(".new_claim", household_id=household.id), 303)


@pages.get("/new/<int:household_id>")
@requires(*CLAIMING_STAFF)
def new_claim(household_id: int) -> str:
    """The form for a deed of that household."""
    return render_template(
        "claims/office/new.html",
        household=people.household(village_id(), household_id),
        family=[
            person
            for person in people.members_of(household_id)
            if person.status is MemberStatus.ACTIVE
        ],
        rules=queries.claimable_rules(village_id(), clock.today()),
        today=clock.today(),
    )


@pages.post("/new/<int:household_id>")
@requires(*CLAIMING_STAFF)
@writes(again=new_claim)
def submit(household_id: int) -> Response:
    form = load_form(ClaimForm())
    claim = submit_at_office(
        household_id=household_id,
        rule_code=form["rule_code"],
        member_id=form["member_id"],
        deed=deed_of(form, sent_photo()),
    )
    flash(sentence("claim_submitted", {}))
    return redirect(url_for(".show", claim_id=claim.id), 303)


@pages.get("/<int:claim_id>")
@requires(*OFFICE)
def show(claim_id: int) -> str:
    """One claim with the names of who did what."""
    return render_template(
        "claims/office/show.html",
        story=queries.story(village_id(), queries.claim(village_id(), claim_id)),
        may_enter=not principal().roles.isdisjoint(CLAIMING_STAFF),
        drawn=queries.policy(village_id()).drawn,
        today=clock.today(),
    )


@pages.get("/<int:claim_id>/photo")
@requires(*OFFICE)
def photo(claim_id: int) -> Response:
    return photo_answer(queries.claim(village_id(), claim_id).id)


@pages.post("/<int:claim_id>/resubmit")
@requires(*CLAIMING_STAFF)
@writes(again=show)
def resubmit(claim_id: int) -> Response:
    return resubmitted(claim_id)


@pages.post("/<int:claim_id>/draw")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=show)
def draw_again(claim_id: int) -> Response:
    service.draw_again(
        village_id=village_id(),
        claim_id=claim_id,
        reason=load_form(DrawAgainForm())["reason"],
        actor_id=actor_id(),
    )
    flash(sentence("panel_drawn", {}))
    return redirect(url_for(".show", claim_id=claim_id), 303)


@pages.get("/policy")
@requires(Role.BRANCH_PRESIDENT)
def show_policy() -> str:
    """How the village reviews, and a form to change it."""
    return render_template("claims/office/policy.html", policy=queries.policy(village_id()))


@pages.post("/policy")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=show_policy)
def set_policy() -> Response:
    service.set_policy(
        village_id=village_id(), policy=Policy(**load_form(PolicyForm())), actor_id=actor_id()
    )
    flash(sentence("people_saved", {}))
    return redirect(url_for(".show_policy"), 303)
