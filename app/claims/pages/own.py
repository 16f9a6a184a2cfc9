"""The villager's claims: what may be claimed, the form, what became of it."""

from itertools import groupby

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.claims import queries, service
from app.claims.access import deed_of, own_claim, submit_own
from app.claims.schemas import AppealForm, ClaimForm
from app.identity.access import actor_id, requires, village_id
from app.identity.domain import Role
from app.kit import clock
from app.people import queries as people
from app.people.access import own_member
from app.people.domain.households import MemberStatus
from app.rulebook.domain.caps import cap_groups
from app.web.forms import load_form
from app.web.messages import sentence
from app.web.transaction import writes

from .photos import photo_answer, resubmitted, sent_photo

pages = Blueprint("own_claims", __name__, url_prefix="/me/claims")
_CLAIMS_SHOWN = 50


@pages.get("")
@requires(Role.MEMBER)
def list_claims() -> str:
    """The household's claims, newest first, and the way to a new one."""
    household_id = own_member().household_id
    found = queries.claims(village_id(), household_id=household_id, limit=_CLAIMS_SHOWN)
    return render_template(
        "claims/own/list.html",
        stories=queries.stories(village_id(), found),
        notices=queries.mend_notices(village_id(), household_id=household_id),
        today=clock.today(),
    )


@pages.get("/rules")
@requires(Role.MEMBER)
def choose_rule() -> str:
    """What may be claimed today, by category."""
    rules = queries.claimable_rules(village_id(), clock.today())
    return render_template(
        "claims/own/rules.html",
        groups=cap_groups(rules),
        categories=[
            (category, list(found))
            for category, found in groupby(rules, lambda rule: rule.category)
        ],
    )


@pages.get("/new")
@requires(Role.MEMBER)
def new_claim() -> str:
    """The form for one rule."""
    me = own_member()
    code = request.values.get("rule_code", "")
    return render_template(
        "claims/own/new.html",
        rule=queries.claimable_rule(village_id(), code, clock.today()),
        groups=cap_groups(queries.claimable_rules(village_id(), clock.today())),
        me=me,
        family=[
            person
            for person in people.members_of(me.household_id)
            if person.status is MemberStatus.ACTIVE
        ],
        today=clock.today(),
    )


@pages.post("/new")
@requires(Role.MEMBER)
@writes(again=new_claim)
def submit() -> Response:
    form = load_form(ClaimForm())
    claim = submit_own(
        rule_code=form["rule_code"],
        member_id=form["member_id"],
        deed=deed_of(form, sent_photo()),
    )
    flash(sentence("claim_submitted", {}))
    return redirect(url_for(".show", claim_id=claim.id), 303)


@pages.get("/<int:claim_id>")
@requires(Role.MEMBER)
def show(claim_id: int) -> str:
    """One claim: where it is, what happens next, what was said."""
    return render_template(
        "claims/own/show.html",
        story=queries.story(village_id(), own_claim(claim_id)),
        today=clock.today(),
    )


@pages.get("/<int:claim_id>/photo")
@requires(Role.MEMBER)
def photo(claim_id: int) -> Response:
    return photo_answer(own_claim(claim_id).id)


@pages.post("/<int:claim_id>/resubmit")
@requires(Role.MEMBER)
@writes(again=show)
def resubmit(claim_id: int) -> Response:
    return resubmitted(own_claim(claim_id).id)


@pages.post("/<int:claim_id>/withdraw")
@requires(Role.MEMBER)
@writes(again=show)
def withdraw(claim_id: int) -> Response:
    service.withdraw_claim(
        village_id=village_id(), claim_id=own_claim(claim_id).id, actor_id=actor_id()
    )
    flash(sentence("claim_withdrawn", {}))
    return redirect(url_for(".show", claim_id=claim_id), 303)


@pages.post("/<int:claim_id>/appeal")
@requires(Role.MEMBER)
@writes(again=show)
def appeal(claim_id: int) -> Response:
    """Not accept a deduction."""
    service.appeal(
        village_id=village_id(),
        claim_id=own_claim(claim_id).id,
        statement=load_form(AppealForm())["statement"],
        actor_id=actor_id(),
    )
    flash(sentence("claim_appealed", {}))
    return redirect(url_for(".show", claim_id=claim_id), 303)
