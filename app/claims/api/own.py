"""Villagers: what may be claimed, and the own household's claims."""

from typing import Any

from app.claims import queries, service
from app.claims.access import deed_of, own_claim, photo_told, submit_own
from app.claims.queries import ClaimStory, MendNoticeView
from app.claims.schemas import (
    AppealForm,
    ClaimIn,
    ClaimRuleOut,
    DeedIn,
    MendNoticeOut,
    OwnClaimOut,
    PhotoOut,
)
from app.identity.access import actor_id, requires, village_id
from app.identity.domain import VILLAGE_ROLES, Role
from app.kit import clock
from app.people.access import own_member
from app.rulebook.domain.awards import RuleRef
from app.web.json_api import JsonBlueprint
from app.web.transaction import writes

api = JsonBlueprint(
    "own_claims_api",
    __name__,
    url_prefix="/api/v1",
    description="Claims for what no activity covers",
)


@api.get("/claim-rules")
@requires(*VILLAGE_ROLES)
@api.response(200, ClaimRuleOut(many=True))
def list_rules() -> list[RuleRef]:
    """The rules of today that may be claimed."""
    return queries.claimable_rules(village_id(), clock.today())


@api.get("/me/claims")
@requires(Role.MEMBER)
@api.response(200, OwnClaimOut(many=True))
def list_claims() -> list[ClaimStory]:
    """The claims of the caller's household, newest first."""
    found = queries.claims(village_id(), household_id=own_member().household_id)
    return queries.stories(village_id(), found)


@api.post("/me/claims")
@requires(Role.MEMBER)
@writes(key_required=True)
@api.arguments(ClaimIn)
@api.response(201, OwnClaimOut)
def submit(form: dict[str, Any]) -> ClaimStory:
    """Claim a rule for somebody of the own household, or (without a member) for all of it."""
    claim = submit_own(rule_code=form["rule_code"], member_id=form["member_id"], deed=deed_of(form))
    return queries.story(village_id(), claim)


@api.get("/me/claims/<int:claim_id>")
@requires(Role.MEMBER)
@api.response(200, OwnClaimOut)
def show(claim_id: int) -> ClaimStory:
    """One claim with its history."""
    return queries.story(village_id(), own_claim(claim_id))


@api.post("/me/claims/<int:claim_id>/resubmission")
@requires(Role.MEMBER)
@writes(key_required=True)
@api.arguments(DeedIn)
@api.response(200, OwnClaimOut)
def resubmit(form: dict[str, Any], claim_id: int) -> ClaimStory:
    """Answer a question; the review starts over."""
    claim = service.resubmit_claim(
        village_id=village_id(),
        claim_id=own_claim(claim_id).id,
        deed=deed_of(form),
        actor_id=actor_id(),
    )
    return queries.story(village_id(), claim)


@api.post("/me/claims/<int:claim_id>/withdrawal")
@requires(Role.MEMBER)
@writes(key_required=True)
@api.response(200, OwnClaimOut)
def withdraw(claim_id: int) -> ClaimStory:
    """Take a claim back that is not decided."""
    claim = service.withdraw_claim(
        village_id=village_id(), claim_id=own_claim(claim_id).id, actor_id=actor_id()
    )
    return queries.story(village_id(), claim)


@api.get("/me/mend-notices")
@requires(Role.MEMBER)
@api.response(200, MendNoticeOut(many=True))
def list_mend_notices() -> list[MendNoticeView]:
    """What the caller's household was asked to mend, newest first."""
    return queries.mend_notices(village_id(), household_id=own_member().household_id)


@api.post("/me/claims/<int:claim_id>/appeal")
@requires(Role.MEMBER)
@writes(key_required=True)
@api.arguments(AppealForm)
@api.response(200, OwnClaimOut)
def appeal(form: dict[str, Any], claim_id: int) -> ClaimStory:
    """Not accept a deduction; another panel decides."""
    claim = service.appeal(
        village_id=village_id(),
        claim_id=own_claim(claim_id).id,
        statement=form["statement"],
        actor_id=actor_id(),
    )
    return queries.story(village_id(), claim)


@api.get("/me/claims/<int:claim_id>/photo")
@requires(Role.MEMBER)
@api.response(200, PhotoOut)
def show_photo(claim_id: int) -> dict[str, str]:
    """The last photo of a claim."""
    return photo_told(own_claim(claim_id))
