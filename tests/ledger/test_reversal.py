"""Taking entries back, on both databases."""

from dataclasses import replace

import pytest

from app.kit.errors import Conflict, NotFound
from app.ledger import queries, service
from app.ledger.domain.drafts import EntryDraft, EntryKind, Posted
from app.ledger.queries import checker
from app.web.transaction import run_in_transaction
from tests.ledger.books import DAY, OCTOBER, VILLAGE, draft, held, open_book, post

pytestmark = pytest.mark.usefixtures("each_app")


def _reverse(entry_id: int, key: str = "back", village_id: int = VILLAGE) -> Posted:
    return run_in_transaction(
        lambda: service.reverse(
            entry_id, village_id=village_id, actor_id=8, idempotency_key=key, occurred_on=DAY
        )
    )


def _reversal_draft(entry_id: int, key: str) -> EntryDraft:
    return service.reversal_draft(
        entry_id, village_id=VILLAGE, actor_id=8, idempotency_key=key, occurred_on=DAY
    )


def test_a_reversal_mirrors_the_whole_entry_once() -> None:
    open_book()
    award = post("budget → pending1 20; scores → member1 20")[0]
    reversal = _reverse(award.entry_id)
    assert held("budget pending1 member1 scores") == {
        "budget": 1000,
        "pending1": 0,
        "member1": 0,
        "scores": 0,
    }
    found = queries.entry(VILLAGE, reversal.entry_id)
    assert (found.kind, found.reverses_id) == (EntryKind.REVERSAL, award.entry_id)
    assert queries.reversals_of(VILLAGE, [award.entry_id]) == {award.entry_id: reversal.entry_id}
    assert checker.check() == []


def test_the_same_key_gives_the_same_reversal_and_another_key_none() -> None:
    open_book()
    award = post("budget → pending1 20")[0]
    reversal = _reverse(award.entry_id)
    again = _reverse(award.entry_id)
    assert (again.entry_id, again.replayed) == (reversal.entry_id, True)
    with pytest.raises(Conflict, match="already_reversed"):
        _reverse(award.entry_id, "another key")
    with pytest.raises(Conflict, match="reversal_of_reversal"):
        _reverse(reversal.entry_id, "a third key")
    assert held("pending1") == {"pending1": 0}


def test_what_is_not_there_cannot_be_reversed() -> None:
    open_book()
    award = post("budget → pending1 20")[0]
    with pytest.raises(NotFound, match="entry_not_found"):
        _reverse(award.entry_id + 1)
    with pytest.raises(NotFound, match="entry_not_found"):
        _reverse(award.entry_id, village_id=VILLAGE + 1)


def test_what_is_spent_cannot_be_reversed() -> None:
    open_book()
    award = post("budget → spendable1 20")[0]
    post("spendable1 → takings 15", kind=EntryKind.REDEMPTION)
    with pytest.raises(Conflict, match="insufficient_balance"):
        _reverse(award.entry_id)
    assert held("budget spendable1 takings") == {"budget": 980, "spendable1": 5, "takings": 15}


def test_what_is_spent_can_be_put_back_and_reversed_in_one_batch() -> None:
    """A correction that needs two entries stands or falls as a whole."""
    open_book()
    award = post("budget → pending1 20")[0]
    post("pending1 → spendable1 20", kind=EntryKind.SETTLE)
    back = draft("spendable1 → pending1 20", kind=EntryKind.SETTLE_RETURN)
    run_in_transaction(lambda: service.post([back, _reversal_draft(award.entry_id, "r")]))
    assert held("budget pending1 spendable1") == {"budget": 1000, "pending1": 0, "spendable1": 0}
    assert checker.check() == []


def test_a_sealed_entry_is_reversed_in_the_open_month() -> None:
    open_book()
    award = post("budget → pending1 20")[0]
    run_in_transaction(lambda: service.close_period(VILLAGE, month=OCTOBER))
    reversal = _reverse(award.entry_id)
    assert reversal.period_id != award.period_id
    assert held("pending1") == {"pending1": 0}
    assert checker.check() == []


def test_whoever_drafts_it_a_second_or_inexact_reversal_is_not_posted() -> None:
    open_book()
    award, other = post("budget → pending1 20", "budget → pending2 5")
    exact = _reversal_draft(award.entry_id, "exact")
    inexact = replace(
        exact,
        idempotency_key="inexact",
        transfers=_reversal_draft(other.entry_id, "x").transfers,
    )
    second = _reversal_draft(award.entry_id, "second")
    verdicts = run_in_transaction(lambda: service.post_each([inexact, exact, second]))
    assert [getattr(verdict, "code", "posted") for verdict in verdicts] == [
        "bad_entry",
        "posted",
        "already_reversed",
    ]
    with pytest.raises(Conflict, match="already_reversed"):
        run_in_transaction(lambda: service.post([second]))
    assert held("pending1 pending2") == {"pending1": 0, "pending2": 5}
    assert checker.check() == []
