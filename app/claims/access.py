"""Whose claims the caller may see, and how the caller brings one in."""

from datetime import date
from typing import Any

from app.identity.access import actor_id, principal, village_id
from app.identity.domain import Role
from app.kit.errors import NotFound
from app.kit.photos import photo_from_base64, photo_to_base64
from app.people.access import own_member

from . import queries, service
from .domain.states import ClaimSource
from .models import Claim, MendNotice
from .service import Deed, Shortcoming

CLAIMING_STAFF = (Role.ORGANISER, Role.GRID_WORKER, Role.BRANCH_PRESIDENT)
"""Who enters claims that come on paper or by word of mouth."""

INSPECTING = (*CLAIMING_STAFF, Role.REVIEWER, Role.SUPERVISION)
"""Who goes round and judges households, or checks what another judged."""

OFFICE = (*CLAIMING_STAFF, Role.SUPERVISION)
"""Who may read every claim of the village."""


def own_claim(claim_id: int) -> Claim:
    """A claim for the villager's own household; NotFound `claim_not_found`."""
    found = queries.claim(village_id(), claim_id)
    if found.household_id != own_member().household_id:
        raise NotFound("claim_not_found")
    return found


def submit_own(*, rule_code: str, member_id: int | None, deed: Deed) -> Claim:
    """Bring a claim in for oneself, the own household, or somebody of it."""
    me = own_member()
    helped = member_id is not None and member_id != me.id
    return service.submit_claim(
        village_id=village_id(),
        rule_code=rule_code,
        household_id=me.household_id,
        member_id=member_id,
        deed=deed,
        source=ClaimSource.HELPER if helped else ClaimSource.SELF,
        actor_id=actor_id(),
    )


def submit_at_office(
    *, household_id: int, rule_code: str, member_id: int | None, deed: Deed
) -> Claim:
    """Bring a claim in for somebody else, as a grid worker or at the office."""
    return service.submit_claim(
        village_id=village_id(),
        rule_code=rule_code,
        household_id=household_id,
        member_id=member_id,
        deed=deed,
        source=staff_source(),
        actor_id=actor_id(),
    )


def staff_source() -> ClaimSource:
    """As what the caller enters something for a household."""
    return ClaimSource.GRID if Role.GRID_WORKER in principal().roles else ClaimSource.OFFICE


def issue_mend_notice(
    *,
    household_id: int,
    rule_code: str,
    member_id: int | None,
    occurred_on: date,
    statement: str,
    days: int,
) -> MendNotice:
    """Tell a household of the village what to mend."""
    return service.issue_mend_notice(
        village_id=village_id(),
        rule_code=rule_code,
        household_id=household_id,
        member_id=member_id,
        shortcoming=Shortcoming(occurred_on, statement, days),
        actor_id=actor_id(),
    )


def photo_told(claim: Claim) -> dict[str, str]:
    """The photo of a claim that the caller may see, as JSON; NotFound `photo_not_found`."""
    return {"photo_base64": photo_to_base64(queries.photo(claim.id).content)}


def deed_of(form: dict[str, Any], photo: bytes | None = None) -> Deed:
    """The deed that a form or a JSON body tells of."""
    if form.get("photo_base64"):
        photo = photo_from_base64(form["photo_base64"])
    return Deed(form["occurred_on"], form["statement"], photo)
