"""JSON twins of the till: for a terminal that is a program instead of a page."""

from dataclasses import asdict
from typing import Any

from flask import request

from app.identity import queries as identity
from app.identity import service as identity_service
from app.identity.access import actor_id, open_to_all, principal, requires, village_id
from app.identity.domain import Role
from app.kit import clock
from app.kit.errors import NotFound
from app.web.idempotency import KEY_HEADER
from app.web.json_api import JsonBlueprint
from app.web.transaction import writes

from . import queries, service
from .access import redemption_in_reach, sign_in_clerk, till
from .domain.goods import Offer
from .domain.redemption import Line
from .queries import Redeemed
from .schemas import (
    CardForm,
    EnrolmentForm,
    EnrolmentOut,
    OfferOut,
    RedemptionIn,
    RedemptionOut,
    ScanOut,
    TillSessionIn,
    TillSessionOut,
    VoidForm,
)

api = JsonBlueprint("redemptions", __name__, url_prefix="/api/v1", description="The till")


@api.post("/terminals/enrolments")
@open_to_all
@writes(secret_answer=True)
@api.arguments(EnrolmentForm)
@api.response(201, EnrolmentOut)
def enrol(form: dict[str, Any]) -> dict[str, Any]:
    """Use up an enrolment code; the device keeps the secret."""
    terminal, secret = identity_service.enrol_terminal(typed_code=form["code"])
    return {
        "terminal_id": terminal.id,
        "terminal_secret": secret,
        "clerks": identity.clerks(terminal.village_id),
    }


@api.post("/terminals/sessions")
@open_to_all
@api.arguments(TillSessionIn)
@api.response(201, TillSessionOut)
def start_session(form: dict[str, Any]) -> dict[str, str]:
    """Sign a clerk in at an enrolled terminal."""
    return {"token": sign_in_clerk(**form)}


@api.get("/goods")
@requires(Role.CLERK)
@api.response(200, OfferOut(many=True))
def list_goods() -> list[Offer]:
    """What the terminal's store offers today."""
    today = clock.today()
    offers = queries.offers(till().store_id, household_id=None, today=today)
    return [offer for offer in offers.values() if offer.on_sale(today)]


@api.post("/scans")
@requires(Role.CLERK)
@writes
@api.arguments(CardForm)
@api.response(201, ScanOut)
def scan_card(form: dict[str, Any]) -> dict[str, Any]:
    """Lay a card on the till: its balance, and the scan that a redemption names."""
    scan = service.scan_card(till=till(), card_code=form["card_code"])
    return {
        "scan_id": scan.id,
        **asdict(queries.holder(scan)),
        **asdict(queries.balances(scan.village_id, scan.household_id)),
    }


@api.post("/scans/<int:scan_id>/redemption")
@requires(Role.CLERK)
@writes(key_required=True)
@api.arguments(RedemptionIn)
@api.response(201, RedemptionOut)
def redeem_goods(form: dict[str, Any], scan_id: int) -> dict[str, Any]:
    """Redeem goods for the card on the till; the Idempotency-Key is the redemption's key."""
    redeemed = service.redeem_goods(
        till=till(),
        scan_id=scan_id,
        redemption_key=request.headers[KEY_HEADER],
        lines=[Line(**line) for line in form["lines"]],
    )
    return _shown(redeemed)


@api.get("/redemptions/by-key/<key>")
@requires(Role.CLERK)
@api.response(200, RedemptionOut)
def show_redemption_by_key(key: str) -> dict[str, Any]:
    """What came of a redemption whose answer was lost; 404 says: send it again as it was."""
    found = queries.find_redemption_by_key(village_id(), key)
    if found is None:
        raise NotFound("redemption_not_found")
    return _shown(queries.redeemed(redemption_in_reach(found.id)))


@api.get("/redemptions/<int:redemption_id>")
@requires(Role.CLERK, Role.BRANCH_PRESIDENT)
@api.response(200, RedemptionOut)
def show_redemption(redemption_id: int) -> dict[str, Any]:
    """A redemption with its lines."""
    return _shown(queries.redeemed(redemption_in_reach(redemption_id)))


@api.post("/redemptions/<int:redemption_id>/void")
@requires(Role.CLERK, Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(VoidForm)
@api.response(200, RedemptionOut)
def void_redemption(form: dict[str, Any], redemption_id: int) -> dict[str, Any]:
    """Void a redemption: its points go back, its goods if they are on the shelf again."""
    found = redemption_in_reach(redemption_id)
    voided = service.void_redemption(
        village_id=found.village_id,
        redemption_id=found.id,
        actor_id=actor_id(),
        is_branch_president=Role.BRANCH_PRESIDENT in principal().roles,
        **form,
    )
    return _shown(queries.redeemed(voided))


def _shown(redeemed: Redeemed) -> dict[str, Any]:
    return {
        "redemption": redeemed.redemption,
        "lines": redeemed.receipt.lines,
        "balance_after": redeemed.balance_after,
    }
