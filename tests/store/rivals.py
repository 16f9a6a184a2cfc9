"""What two tills do to one store at the same time; each function runs in both processes."""

from app.kit.errors import DomainError
from app.store import service
from app.store.domain.redemption import Line
from app.store.service import Till
from app.web.transaction import run_in_transaction
from tests.support.ring import wait_for_the_other

Result = tuple[str, int]
"""("done", receipt number) or (code of the refusal, 0)."""

Order = tuple[Till, int, tuple[Line, ...]]
"""Who sells, for which scan, what."""


def redeem(number: int, orders: dict[int, Order]) -> list[Result]:
    """Confirm one's own order at the same moment as the other."""
    till, scan_id, lines = orders[number]
    wait_for_the_other()
    return [_redeem(till, scan_id, lines)]


def scan(number: int, till: Till, card_code: str) -> list[Result]:
    """Lay a card on the same till at the same moment."""
    wait_for_the_other()
    run_in_transaction(lambda: service.scan_card(till=till, card_code=card_code))
    return [("done", 0)]


def confirm_late_or_start_again(number: int, order: Order, card_code: str) -> list[Result]:
    """The first sends a confirmation that got stuck; the second has started again meanwhile."""
    till, scan_id, lines = order
    wait_for_the_other()
    if number == 2:
        scan_id = run_in_transaction(lambda: service.scan_card(till=till, card_code=card_code).id)
    return [_redeem(till, scan_id, lines)]


def void(number: int, village_id: int, redemption_id: int, clerk_id: int) -> list[Result]:
    """Void the same redemption."""
    wait_for_the_other()
    try:
        voided = run_in_transaction(
            lambda: service.void_redemption(
                village_id=village_id,
                redemption_id=redemption_id,
                actor_id=clerk_id,
                is_branch_president=False,
                reason="拿错了",
                goods_back=True,
            )
        )
    except DomainError as refusal:
        return [(refusal.code, 0)]
    return [("done", voided.receipt_number)]


def _redeem(till: Till, scan_id: int, lines: tuple[Line, ...]) -> Result:
    try:
        redemption = run_in_transaction(
            lambda: (
                service.redeem_goods(
                    till=till, scan_id=scan_id, redemption_key=f"scan-{scan_id}", lines=lines
                ).redemption
            )
        )
    except DomainError as refusal:
        return refusal.code, 0
    return "done", redemption.receipt_number
