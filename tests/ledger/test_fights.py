"""Two processes against one database, with real commits: nothing is lost, negative or double."""

from collections import Counter

from app.ledger import queries, service
from app.ledger.domain.accounts import Purpose
from app.ledger.domain.drafts import EntryDraft, EntryKind, TransferDraft
from app.ledger.queries import checker
from app.web.transaction import run_in_transaction
from tests.ledger import fighters
from tests.ledger.books import DAY, VILLAGE, good, held, open_book, post
from tests.ledger.fighters import Result
from tests.support.ring import Fight


def _codes(results: list[Result]) -> Counter[str]:
    return Counter(code for code, _ in results)


def test_the_same_balance(fight: Fight) -> None:
    """50 are there, each tries to take 40: 50 are taken and 30 refused."""
    open_book(budget=50)
    first, second = fight(fighters.spend_the_same_balance, 40)
    assert _codes(first + second) == {"posted": 50, "insufficient_balance": 30}
    taken = held("budget pending1 pending2")
    assert taken["budget"] == 0
    assert taken["pending1"] == _codes(first)["posted"]
    assert taken["pending2"] == _codes(second)["posted"]
    assert checker.check() == []


def test_the_last_good(fight: Fight) -> None:
    """One piece is on each of ten shelves; whoever comes second keeps the points."""
    open_book()
    post("budget → spendable1 100; budget → spendable2 100")
    pieces = tuple(
        TransferDraft(good(n, Purpose.SUPPLIER), good(n, Purpose.SHELF), 1) for n in range(10)
    )
    stock_in = EntryDraft(VILLAGE, EntryKind.STOCK_IN, DAY, 7, "in", pieces)
    run_in_transaction(lambda: service.post([stock_in]))
    for one, other in zip(*fight(fighters.take_the_last_good, 10), strict=True):
        assert {one[0], other[0]} == {"posted", "insufficient_balance"}
    left = held("spendable1 spendable2 takings")
    assert left["spendable1"] + left["spendable2"] == 190
    assert left["takings"] == 10
    assert checker.check() == []


def test_the_same_key(fight: Fight) -> None:
    """The household has enough for one of the twins: both are told of the same entry."""
    open_book()
    post("; ".join(f"budget → spendable{n} 20" for n in range(1, 6)))
    for one, other in zip(*fight(fighters.send_the_same_key, 5), strict=True):
        assert {one[0], other[0]} == {"posted", "replayed"}
        assert one[1] == other[1]
    assert held("takings") == {"takings": 100}
    assert checker.check() == []


def test_to_and_fro(fight: Fight) -> None:
    """Locks are taken in one order whichever way the amounts go."""
    open_book(budget=50)
    post("budget → spendable1 10")
    first, second = fight(fighters.move_to_and_fro, 20)
    assert _codes(first + second) == {"posted": 40}
    assert held("budget spendable1") == {"budget": 40, "spendable1": 10}
    assert checker.check() == []


def test_the_same_reversal(fight: Fight) -> None:
    """Also for an entry that has no balance to lock, only an original to name."""
    open_book()
    lines = ["budget → pending1 20", "scores → member1 20"] * 4
    entry_ids = [posted.entry_id for posted in post(*lines)]
    for one, other in zip(*fight(fighters.reverse_the_same_entry, entry_ids), strict=True):
        assert {one[0], other[0]} == {"posted", "already_reversed"}
    assert held("budget pending1 member1 scores") == {
        "budget": 1000,
        "pending1": 0,
        "member1": 0,
        "scores": 0,
    }
    assert checker.check() == []


def test_closing_against_posting(fight: Fight) -> None:
    """Every post lands in a month, before its close or in the next one, and none is refused."""
    open_book()
    first, second = fight(fighters.close_against_post, 5)
    assert _codes(first) == {"posted": 40}
    assert _codes(second) == {"posted": 5}
    assert held("pending1") == {"pending1": 40}
    months = queries.periods(VILLAGE)
    assert [period.month for period in months] == [
        "2026-10", "2026-11", "2026-12", "2027-01", "2027-02", "2027-03",
    ]  # fmt: skip
    sealed = sum(seal.entry_count for seal in queries.seals(VILLAGE))
    in_open_month = len(queries.entries(VILLAGE, period_id=months[-1].id))
    assert sealed + in_open_month == 41
    assert checker.check() == []
