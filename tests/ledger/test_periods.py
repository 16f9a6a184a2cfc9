"""Opening a book, closing its months, and their seals, on both databases."""

from datetime import date

import pytest

from app.kit.errors import Conflict
from app.kit.month import Month
from app.ledger import queries, service
from app.ledger.domain import merkle
from app.ledger.domain.canonical import NO_DIGEST, entry_bytes
from app.ledger.queries import checker
from app.web.transaction import run_in_transaction
from tests.ledger.books import OCTOBER, VILLAGE, draft, open_book, post

pytestmark = pytest.mark.usefixtures("each_app")

NOVEMBER = OCTOBER.next


def _close(month: Month) -> bytes:
    return run_in_transaction(lambda: service.close_period(VILLAGE, month=month, actor_id=9)).digest


def test_a_book_is_opened_once() -> None:
    open_book(budget=0)
    first = queries.open_period(VILLAGE)
    assert first is not None
    assert (first.number, first.month, first.opened_by) == (1, "2026-10", 7)
    again = run_in_transaction(lambda: service.open_book(VILLAGE, first_month=NOVEMBER))
    assert again == first.id
    assert len(queries.periods(VILLAGE)) == 1


def test_a_village_without_a_book_has_nothing_to_close() -> None:
    with pytest.raises(Conflict, match="no_open_period"):
        _close(OCTOBER)


def test_closing_seals_and_opens_the_next_month_at_the_same_instant() -> None:
    open_book()
    post("budget → pending1 20")
    digest = _close(OCTOBER)
    closed, open_now = queries.periods(VILLAGE)
    assert (open_now.month, open_now.number) == ("2026-11", 2)
    assert closed.closed_at == open_now.opened_at
    assert (closed.closed_by, open_now.opened_by) == (9, 9)
    stored = queries.seal(closed.id)
    assert stored is not None
    assert (stored.digest, stored.previous_digest) == (digest, NO_DIGEST)
    assert (stored.entry_count, stored.balance_count) == (2, 3)
    assert queries.header_of(stored).digest == digest
    assert queries.seal(open_now.id) is None


def test_closing_again_gives_the_seal_and_never_closes_the_next_month() -> None:
    open_book()
    digest = _close(OCTOBER)
    assert _close(OCTOBER) == digest
    with pytest.raises(Conflict, match="another_month_open"):
        _close(Month(2026, 12))
    assert len(queries.periods(VILLAGE)) == 2


def test_seals_chain_and_an_empty_month_is_sealed_too() -> None:
    open_book()
    post("budget → pending1 20", "pending1 → spendable1 20")
    first = _close(OCTOBER)
    second = _close(NOVEMBER)
    stored = queries.seals(VILLAGE)[1]
    assert stored.previous_digest == first
    assert (stored.entry_count, stored.first_entry_id, stored.last_entry_id) == (0, 0, 0)
    # Pending1 moved in October and is listed there at zero; in November it did not.
    assert [seal.balance_count for seal in queries.seals(VILLAGE)] == [4, 3]
    assert first != second
    assert checker.check() == []


def test_an_event_of_an_earlier_month_lands_in_the_open_one() -> None:
    open_book()
    _close(OCTOBER)
    wish = draft("budget → pending1 20", on=date(2026, 10, 3))
    late = run_in_transaction(lambda: service.post([wish]))[0]
    november = queries.open_period(VILLAGE)
    assert november is not None
    assert late.period_id == november.id
    assert queries.entry(VILLAGE, late.entry_id).occurred_on == date(2026, 10, 3)


def test_everybody_under_a_seal_can_be_proved() -> None:
    """The printed digest, one record and a short path are enough."""
    open_book()
    post("budget → pending1 20", "budget → pending2 5")
    digest = _close(OCTOBER)
    computed = queries.compute_seal(VILLAGE, queries.period(VILLAGE, OCTOBER).id)
    assert computed.header.digest == digest
    leaves = [merkle.leaf_hash(entry_bytes(row, 1)) for row in computed.entries]
    for index, leaf in enumerate(leaves):
        proof = merkle.prove_inclusion(leaves, index)
        assert merkle.is_included(leaf, proof, computed.header.entries_root)
