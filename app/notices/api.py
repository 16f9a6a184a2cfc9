"""The month's end as JSON."""

from typing import Any

from app.identity import access
from app.identity.domain import Role
from app.web.json_api import JsonBlueprint
from app.web.transaction import writes

from . import queries, service
from .domain import NoticePeriod, ObjectionSource
from .models import Honour, Notice, Objection, Signature, Supplement
from .queries import HouseholdProof, PaperLine
from .schemas import (
    CloseMonthIn,
    DecisionIn,
    HonourIn,
    HonourOut,
    HouseholdProofOut,
    NoticeOut,
    ObjectionIn,
    ObjectionOut,
    ObjectionReceiptOut,
    PaperLineOut,
    PublishIn,
    RedemptionDayIn,
    SignatureIn,
    SignatureOut,
    SupplementCheckOut,
    SupplementOut,
    VerificationOut,
)

api = JsonBlueprint(
    "notices_api", __name__, url_prefix="/api/v1", description="Closing, notices and objections"
)


@api.get("/notices")
@access.requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
@api.response(200, NoticeOut(many=True))
def list_notices() -> list[Notice]:
    """The village's notices, newest first."""
    return list(queries.notices(access.village_id()))


@api.post("/notices")
@access.requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(CloseMonthIn)
@api.response(201, NoticeOut)
def close_month(wish: dict[str, Any]) -> Notice:
    """Close a month; the answer is the draft of its notice."""
    return service.close_month(village_id=access.village_id(), actor_id=access.actor_id(), **wish)


@api.post("/notices/<int:notice_id>/publication")
@access.requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(PublishIn)
@api.response(200, NoticeOut)
def publish(wish: dict[str, Any], notice_id: int) -> Notice:
    """Freeze a notice with its PDF."""
    return service.publish_notice(
        village_id=access.village_id(),
        notice_id=notice_id,
        period=NoticePeriod.starting(wish["posted_from"], wish["days"]),
        actor_id=access.actor_id(),
    )


@api.post("/notices/<int:notice_id>/honours")
@access.requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(HonourIn)
@api.response(201, HonourOut)
def add_honour(wish: dict[str, Any], notice_id: int) -> Honour:
    """Put a good deed on a draft; `consented` says that the person named agreed."""
    del wish["consented"]
    return service.add_honour(
        village_id=access.village_id(), notice_id=notice_id, actor_id=access.actor_id(), **wish
    )


@api.post("/notices/<int:notice_id>/honours/<int:honour_id>/removal")
@access.requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.response(204)
def remove_honour(notice_id: int, honour_id: int) -> None:
    """Take a good deed off a draft."""
    service.remove_honour(village_id=access.village_id(), notice_id=notice_id, honour_id=honour_id)


@api.post("/notices/<int:notice_id>/redemption-day")
@access.requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(RedemptionDayIn)
@api.response(200, NoticeOut)
def set_redemption_day(wish: dict[str, Any], notice_id: int) -> Notice:
    """Announce on a draft when the village redeems together."""
    return service.set_redemption_day(
        village_id=access.village_id(), notice_id=notice_id, day=wish["redemption_on"]
    )


@api.get("/notices/<int:notice_id>/signatures")
@access.requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
@api.response(200, SignatureOut(many=True))
def list_signatures(notice_id: int) -> list[Signature]:
    """Who has signed a notice."""
    return list(queries.signatures(queries.notice(access.village_id(), notice_id).id))


@api.post("/notices/<int:notice_id>/signatures")
@access.requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(SignatureIn)
@api.response(201, SignatureOut)
def add_signature(wish: dict[str, Any], notice_id: int) -> Signature:
    """Note down a signature on the paper that hangs on the board."""
    return service.add_signature(
        village_id=access.village_id(), notice_id=notice_id, actor_id=access.actor_id(), **wish
    )


@api.post("/notices/<int:notice_id>/signatures/<int:signature_id>/removal")
@access.requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.response(204)
def remove_signature(notice_id: int, signature_id: int) -> None:
    """Take back a signature that was noted down wrongly."""
    service.remove_signature(
        village_id=access.village_id(), notice_id=notice_id, signature_id=signature_id
    )


@api.post("/notices/<int:notice_id>/settlement")
@access.requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.response(200, NoticeOut)
def settle(notice_id: int) -> Notice:
    """Make the month's points spendable."""
    return service.settle_notice(
        village_id=access.village_id(), notice_id=notice_id, actor_id=access.actor_id()
    )


@api.get("/notices/<int:notice_id>/objections")
@access.requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
@api.response(200, ObjectionOut(many=True))
def list_objections(notice_id: int) -> list[Objection]:
    """The objections to a notice."""
    return list(queries.objections(queries.notice(access.village_id(), notice_id).id))


@api.post("/objections/<int:objection_id>/decision")
@access.requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
@writes(key_required=True)
@api.arguments(DecisionIn)
@api.response(200, ObjectionOut)
def decide_objection(wish: dict[str, Any], objection_id: int) -> Objection:
    """Answer an objection, naming the awards to reverse."""
    return service.decide_objection(
        village_id=access.village_id(),
        objection_id=objection_id,
        decision=wish["decision"],
        answer=wish["answer"],
        award_ids=tuple(wish["award_ids"]),
        actor_id=access.actor_id(),
    )


@api.get("/notices/<int:notice_id>/supplements")
@access.requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
@api.response(200, SupplementOut(many=True))
def list_supplements(notice_id: int) -> list[Supplement]:
    """The supplements of a notice."""
    return list(queries.supplements(queries.notice(access.village_id(), notice_id).id))


@api.post("/notices/<int:notice_id>/supplements")
@access.requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(PublishIn)
@api.response(201, SupplementOut)
def publish_supplement(wish: dict[str, Any], notice_id: int) -> Supplement:
    """Tell what was corrected or answered since the notice was frozen."""
    return service.publish_supplement(
        village_id=access.village_id(),
        notice_id=notice_id,
        period=NoticePeriod.starting(wish["posted_from"], wish["days"]),
        actor_id=access.actor_id(),
    )


@api.get("/public/notices/<code>/supplements/<int(999):number>")
@access.open_to_all
@api.response(200, SupplementCheckOut)
def check_supplement(code: str, number: int) -> queries.SupplementCheck:
    """A supplement, its digest recomputed from the ledger."""
    notice = queries.notice_by_code(code)
    return queries.check_supplement(notice, queries.supplement(notice, number))


@api.get("/public/notices/<code>")
@access.open_to_all
@api.response(200, VerificationOut)
def verify(code: str) -> dict[str, Any]:
    """Recompute a published notice's digest and figures from the ledger."""
    notice = queries.notice_by_code(code)
    found = queries.verify(notice)
    return {
        "month": notice.month,
        "holds": found.holds,
        "altered_entries": [
            {"entry_id": entry_id, "what": what} for entry_id, what in found.altered_entries
        ],
        "altered_accounts": found.altered_accounts,
        "gaps": found.gaps,
        "digest": found.digest.hex(),
        "recomputed": found.recomputed.hex(),
        "previous_digest": found.previous_digest.hex(),
        "entry_count": found.entry_count,
        "pdf_sha256": notice.pdf_sha256.hex() if notice.pdf_sha256 else "",
    }


@api.get("/public/notices/<code>/households/<passbook_number>")
@access.open_to_all
@api.response(200, PaperLineOut)
def paper_line(code: str, passbook_number: str) -> PaperLine:
    """A household's line on a published notice beside the ledger."""
    return queries.paper_line(queries.notice_by_code(code), passbook_number)


@api.get("/public/notices/<code>/households/<passbook_number>/proof")
@access.open_to_all
@api.response(200, HouseholdProofOut)
def household_proof(code: str, passbook_number: str) -> HouseholdProof:
    """Proofs of a household's line, without signing in."""
    return queries.household_proof(queries.notice_by_code(code), passbook_number)


@api.post("/public/notices/<code>/objections")
@access.open_to_all
@writes(key_required=True)
@api.arguments(ObjectionIn)
@api.response(201, ObjectionReceiptOut)
def file_objection(wish: dict[str, Any], code: str) -> Objection:
    """Object to a published notice, without signing in."""
    notice = queries.notice_by_code(code)
    return service.file_objection(
        notice_id=notice.id, source=ObjectionSource.PHONE, actor_id=None, **wish
    )
