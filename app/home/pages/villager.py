"""A villager's pages: home, passbook, one entry, the card."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.activities import queries as activities
from app.expiry import queries as expiry
from app.home import queries
from app.home.access import deny_credit, own_household
from app.home.schemas import DenialForm, PinForm
from app.identity import access
from app.identity import service as identity
from app.identity.access import principal, requires, village_id
from app.identity.domain import Role
from app.incentives.queries import month_of_code
from app.kit import clock
from app.kit.errors import DomainError, Invalid
from app.kit.month import Month
from app.people import queries as people
from app.people.domain.households import MemberStatus
from app.store import queries as store
from app.web.forms import load_form
from app.web.links import id_argument
from app.web.messages import sentence
from app.web.refusal import shown_again
from app.web.transaction import run_in_transaction, writes

pages = Blueprint("villager", __name__, url_prefix="/me")

_ACTIVITIES_SHOWN = 3
_LINES_A_PAGE = 20


@pages.get("")
@requires(Role.MEMBER)
def home() -> str:
    """The balance, what it buys, what is coming up."""
    household = own_household()
    family = people.members_of(household.id)
    coming = activities.upcoming_sessions(village_id(), clock.now())
    signups = activities.signups_of_members(
        [person.id for person in family], [view.session.id for view in coming]
    )
    names = {person.id: person.name for person in family}
    own: dict[int, list[str]] = {}
    for signup in signups:
        own.setdefault(signup.session_id, []).append(names[signup.member_id])
    # What the family goes to comes first, then what comes soonest.
    coming.sort(key=lambda view: view.session.id not in own)
    return render_template(
        "home/me.html",
        household=household,
        holdings=queries.holdings(village_id(), household.id),
        releases=queries.releases(village_id(), household.id),
        expiring=expiry.announcement(village_id(), household.id, clock.today()),
        today=clock.today(),
        buys=store.balance_buys(village_id(), household.id, today=clock.today()),
        sessions=coming[:_ACTIVITIES_SHOWN],
        own=own,
        notice=queries.latest_notice(village_id()),
    )


@pages.get("/passbook")
@requires(Role.MEMBER)
def passbook() -> str:
    """Every movement in words, newest first."""
    household = own_household()
    before = id_argument("before")
    lines = queries.passbook(village_id(), household.id, before_id=before, limit=_LINES_A_PAGE)
    return render_template(
        "home/passbook.html",
        household=household,
        holdings=queries.holdings(village_id(), household.id),
        lines=lines,
        expiring=None if before else expiry.announcement(village_id(), household.id, clock.today()),
        today=clock.today(),
        shares=[] if before else queries.shares(village_id(), household.id),
        wholly_cut=[]
        if before
        else queries.wholly_cut(
            village_id(), household.id, since=Month.of(clock.today()).previous.first_day
        ),
        first_page=before is None,
        next_before=lines[-1].cursor if len(lines) == _LINES_A_PAGE else None,
    )


@pages.get("/entries/<int:entry_id>")
@requires(Role.MEMBER)
def entry(entry_id: int) -> str:
    """One movement from the deed to the notice."""
    household = own_household()
    story = queries.entry_story(village_id(), household.id, entry_id)
    return render_template(
        "home/entry.html", story=story, household_id=household.id, passbook_number=""
    )


@pages.get("/months/<month_code>")
@requires(Role.MEMBER)
def month(month_code: str) -> str:
    """What is behind the household's line on a month's notice."""
    told = queries.household_month(village_id(), own_household().id, month_of_code(month_code))
    return render_template("home/month.html", told=told, passbook_number="")


@pages.post("/entries/<int:entry_id>/denial")
@requires(Role.MEMBER)
@writes(again=entry)
def deny(entry_id: int) -> Response:
    """Say that a credit is not the household's own."""
    deny_credit(entry_id, load_form(DenialForm())["statement"])
    flash(sentence("award_denied", {}))
    return redirect(url_for("villager.entry", entry_id=entry_id), 303)


@pages.get("/card")
@requires(Role.MEMBER)
def card() -> str:
    """What the card is for, and the PIN."""
    household = own_household()
    live = {
        found.member_id for found in people.cards_of_household(household.id) if not found.ended_at
    }
    return render_template(
        "home/card.html",
        household=household,
        family=[
            (person, person.id in live)
            for person in people.members_of(household.id)
            if person.status is MemberStatus.ACTIVE
        ],
        own_id=principal().member_id,
    )


@pages.post("/card/pin")
@requires(Role.MEMBER)
def change_pin() -> Response:
    """Set a new PIN. Other devices are signed out; this one stays signed in."""
    try:
        form = load_form(PinForm())
        if form["pin_new"] != form["pin_again"]:
            raise Invalid("pins_differ")
        access.confirm_own_pin(form["pin_old"])
        token = run_in_transaction(lambda: _renew(form["pin_new"]))
    except DomainError as refusal:
        return shown_again(card, refusal)
    flash(sentence("pin_changed", {}))
    response = redirect(url_for("villager.card"), 303)
    access.set_session_cookie(response, token)
    return response


def _renew(pin: str) -> str:
    caller = principal()
    identity.set_member_pin(
        member_id=caller.member_id or 0,
        village_id=village_id(),
        display_name=caller.display_name,
        pin=pin,
    )
    return identity.start_session(
        subject=f"member:{caller.member_id}", account_id=caller.account_id
    )
