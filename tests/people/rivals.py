"""What two processes do to the points of one household at the same time."""

from app.kit.errors import DomainError
from app.people import queries
from app.people import service as people
from app.store import service as store
from app.store.domain.redemption import Line
from app.store.service import Till
from app.web.transaction import run_in_transaction
from tests.support.ring import wait_for_the_other


def move_or_redeem(
    number: int, event_id: int, second: int, till: Till, scan_id: int, good_id: int
) -> list[str]:
    """The first confirms an event, the second spends the same points at the till."""
    wait_for_the_other()
    try:
        if number == 1:
            run_in_transaction(
                lambda: people.confirm_life_event(
                    event=queries.life_row(till.village_id, event_id), actor_id=second
                )
            )
        else:
            run_in_transaction(
                lambda: store.redeem_goods(
                    till=till,
                    scan_id=scan_id,
                    redemption_key=f"scan-{scan_id}",
                    lines=[Line(good_id, 1)],
                )
            )
    except DomainError as refusal:
        return [refusal.code]
    return ["done"]
