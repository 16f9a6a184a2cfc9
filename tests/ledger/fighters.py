"""What two processes do to one database at the same time; each function runs in both of them."""

from collections.abc import Callable
from dataclasses import replace

from app.kit.errors import DomainError
from app.kit.month import Month
from app.ledger import queries, service
from app.ledger.domain.accounts import Purpose
from app.ledger.domain.drafts import EntryDraft, EntryKind, Posted, TransferDraft
from app.web.transaction import run_in_transaction
from tests.ledger.books import DAY, OCTOBER, VILLAGE, draft, good
from tests.support.ring import wait_for_the_other

Result = tuple[str, int]
"""("posted", entry id), ("replayed", entry id) or (code of the refusal, 0)."""


def spend_the_same_balance(number: int, rounds: int) -> list[Result]:
    """Take 1 from the budget again and again."""
    lines = (draft(f"budget → pending{number} 1", key=f"{number}/{n}") for n in range(rounds))
    wait_for_the_other()
    return [_try(line) for line in lines]


def take_the_last_good(number: int, rounds: int) -> list[Result]:
    """Redeem the only piece of one good after the other."""
    results = []
    for n in range(rounds):
        points = draft(f"spendable{number} → takings 1", kind=EntryKind.REDEMPTION)
        piece = TransferDraft(good(n, Purpose.SHELF), good(n, Purpose.HANDED_OUT), 1)
        wish = replace(points, transfers=(*points.transfers, piece))
        wait_for_the_other()
        results.append(_try(wish))
    return results


def send_the_same_key(number: int, rounds: int) -> list[Result]:
    """Send the same requests as the other, each for all that the household has."""
    results = []
    for n in range(rounds):
        wait_for_the_other()
        results.append(_try(draft(f"spendable{n + 1} → takings 20", key=f"same/{n}")))
    return results


def move_to_and_fro(number: int, rounds: int) -> list[Result]:
    """Move the same two balances, the other process the other way round."""
    there, back = ("budget → spendable1 1", "spendable1 → budget 1")[:: 1 if number == 1 else -1]
    wait_for_the_other()
    return [_result(lambda: service.post([draft(there), draft(back)])[0]) for _ in range(rounds)]


def reverse_the_same_entry(number: int, entry_ids: list[int]) -> list[Result]:
    """Reverse each entry, under a key of one's own."""
    results = []
    for entry_id in entry_ids:
        wait_for_the_other()
        results.append(_result(lambda entry_id=entry_id: _reverse(entry_id, number)))  # type: ignore[misc]
    return results


def close_against_post(number: int, rounds: int) -> list[Result]:
    """One posts, the other writes heads and closes month after month."""
    if number == 1:
        lines = [draft("budget → pending1 1", key=f"close/{n}") for n in range(rounds * 8)]
        wait_for_the_other()
        return [_try(line) for line in lines]
    month, results = OCTOBER, []
    wait_for_the_other()
    for _ in range(rounds):
        run_in_transaction(lambda: service.record_head(VILLAGE))
        results.append(_result(lambda month=month: _close(month)))  # type: ignore[misc]
        month = month.next
    return results


def _reverse(entry_id: int, number: int) -> Posted:
    return service.reverse(
        entry_id,
        village_id=VILLAGE,
        actor_id=number,
        idempotency_key=f"reversal/{entry_id}/{number}",
        occurred_on=DAY,
    )


def _close(month: Month) -> Posted:
    service.close_period(VILLAGE, month=month)
    return Posted(0, queries.period(VILLAGE, month).id, replayed=False)


def _try(wish: EntryDraft) -> Result:
    return _result(lambda: service.post([wish])[0])


def _result(work: Callable[[], Posted]) -> Result:
    try:
        posted = run_in_transaction(work)
    except DomainError as refusal:
        return refusal.code, 0
    return "replayed" if posted.replayed else "posted", posted.entry_id
