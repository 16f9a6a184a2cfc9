"""Which till is calling, and which store and receipts it may reach."""

from app.identity import access
from app.identity import queries as identity
from app.kit.errors import Denied, NotFound

from . import queries
from .models import Redemption, Store
from .service import Till


def till() -> Till:
    """The enrolled terminal with its clerk; Denied `terminal_required` on any other device."""
    caller = access.principal()
    if caller.terminal_id is None or caller.store_id is None:
        raise Denied("terminal_required")
    return Till(
        village_id=access.village_id(),
        store_id=caller.store_id,
        terminal_id=caller.terminal_id,
        clerk_id=caller.account_id,
    )


def store_in_reach(store_id: int) -> Store:
    """A store of the caller's village, at a till only its own; NotFound `store_not_found`."""
    if access.principal().store_id not in (None, store_id):
        raise NotFound("store_not_found")
    return queries.store(access.village_id(), store_id)


def redemption_in_reach(redemption_id: int) -> Redemption:
    """A redemption of such a store; NotFound `redemption_not_found`."""
    found = queries.redemption(access.village_id(), redemption_id)
    if access.principal().store_id not in (None, found.store_id):
        raise NotFound("redemption_not_found")
    return found


def sign_in_clerk(*, terminal_secret: str | None, account_id: int, pin: str) -> str:
    """Start a session of a clerk at an enrolled terminal; returns its token.

    Raises Denied `terminal_required` and what `identity.access.sign_in` raises, NotFound
    `clerk_not_found`.
    """
    terminal = identity.terminal_of_secret(terminal_secret or "")
    if terminal is None:
        raise Denied("terminal_required")
    if account_id not in {clerk.id for clerk in identity.clerks(terminal.village_id)}:
        raise NotFound("clerk_not_found")
    return access.sign_in(
        subject=f"clerk:{account_id}",
        credentials=identity.pin_credentials(account_id=account_id),
        secret=pin,
        terminal_id=terminal.id,
    )
