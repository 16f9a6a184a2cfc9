"""Cards and PIN slips on paper. Each is shown on that paper once and known to nobody after."""

from collections.abc import Sequence

from flask import Blueprint, Response, render_template

from app.extensions import settings
from app.identity import queries as places
from app.identity.access import actor_id, requires, village_id
from app.identity.domain import Role
from app.kit import clock
from app.kit.codes import code_link
from app.kit.errors import Conflict, Invalid
from app.kit.masking import mask_name
from app.people import queries, service
from app.people.domain.households import HouseholdRef, HouseholdStatus, MemberRef, MemberStatus
from app.people.schemas import GridForm, OwnersForm
from app.printing.compilation import compile_pdf
from app.printing.payloads import CardPrint, CardSheet, PinSlip, PinSlips, Printable
from app.web.forms import load_form
from app.web.transaction import writes

from .households import show_household

pages = Blueprint("cards", __name__, url_prefix="/register")


@pages.get("/cards")
@requires(Role.BRANCH_PRESIDENT)
def bulk_form() -> str:
    """Cards and PINs for everybody who has none yet, grid by grid."""
    return render_template("people/cards.html", grids=places.grids(village_id()))


@pages.post("/cards")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=bulk_form, secret_answer=True)
def print_missing_cards() -> Response:
    """A household card for each household of the grid that has none."""
    carded = {card.household_id for card in queries.live_cards(village_id())}
    waiting = [found for found in _active_households() if found.id not in carded]
    if not waiting:
        raise Conflict("cards_all_issued")
    return _cards([(household, None) for household in waiting])


@pages.post("/pins")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=bulk_form, secret_answer=True)
def print_missing_pins() -> Response:
    """A first PIN for the head of each household of the grid who has none."""
    heads = {
        member.household_id: member
        for member in queries.members(village_id())
        if member.is_head and member.status is MemberStatus.ACTIVE
    }
    with_pin = places.members_with_pin(village_id())
    waiting = [
        (household, heads[household.id])
        for household in _active_households()
        if household.id in heads and heads[household.id].id not in with_pin
    ]
    if not waiting:
        raise Conflict("pins_all_set")
    return _pins(waiting)


@pages.post("/households/<int:household_id>/cards")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=show_household, secret_answer=True)
def print_cards(household_id: int) -> Response:
    """New cards for whom was ticked; their old ones stop at once."""
    form = load_form(OwnersForm())
    household = queries.household(village_id(), household_id)
    owners: list[tuple[HouseholdRef, MemberRef | None]] = []
    if form["for_household"]:
        owners.append((household, None))
    owners += [(household, member) for member in _chosen(household_id, form["member_ids"])]
    if not owners:
        raise Invalid("nobody_chosen")
    return _cards(owners)


@pages.post("/households/<int:household_id>/pins")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=show_household, secret_answer=True)
def print_pins(household_id: int) -> Response:
    """New PINs for whom was ticked; they are signed out everywhere."""
    form = load_form(OwnersForm())
    household = queries.household(village_id(), household_id)
    chosen = _chosen(household_id, form["member_ids"])
    if not chosen:
        raise Invalid("nobody_chosen")
    return _pins([(household, member) for member in chosen])


def _active_households() -> list[HouseholdRef]:
    form = load_form(GridForm())
    return [
        household
        for household in queries.households(village_id(), grid_id=form["grid_id"])
        if household.status is HouseholdStatus.ACTIVE
    ]


def _chosen(household_id: int, member_ids: Sequence[int]) -> list[MemberRef]:
    return [found for found in queries.members_of(household_id) if found.id in member_ids]


def _cards(owners: Sequence[tuple[HouseholdRef, MemberRef | None]]) -> Response:
    """Issue and print in one go: a name that cannot be printed leaves the old card in force."""
    codes = [
        service.issue_card(
            village_id=village_id(),
            actor_id=actor_id(),
            member_id=member.id if member else None,
            household_id=None if member else household.id,
        )
        for household, member in owners
    ]
    live = queries.live_cards(village_id())
    versions = {(card.household_id, card.member_id): card.version for card in live}
    village = places.village(village_id())
    return _pdf(
        CardSheet(
            created_at=clock.now(),
            branch_name=f"{village.name}文明银行",
            help_phone=village.contact_phone,
            cards=tuple(
                CardPrint(
                    short_name=mask_name(member.name if member else household.head_name),
                    passbook_number=household.passbook_no,
                    code=code,
                    version=str(versions[(None, member.id) if member else (household.id, None)]),
                    link=code_link(settings().public_url, code),
                )
                for (household, member), code in zip(owners, codes, strict=True)
            ),
        )
    )


def _pins(owners: Sequence[tuple[HouseholdRef, MemberRef]]) -> Response:
    village = places.village(village_id())
    return _pdf(
        PinSlips(
            created_at=clock.now(),
            branch_name=f"{village.name}文明银行",
            site=settings().public_url.partition("://")[2],
            slips=tuple(
                PinSlip(
                    passbook_number=household.passbook_no,
                    short_name=mask_name(member.name),
                    pin=service.set_fresh_pin(village_id=village_id(), member_id=member.id),
                )
                for household, member in owners
            ),
        )
    )


def _pdf(payload: Printable) -> Response:
    return Response(compile_pdf(payload), mimetype="application/pdf")
