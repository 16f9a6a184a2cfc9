"""Which drafts may be written, decided without a database."""

from dataclasses import replace

import pytest

from app.kit.errors import DomainError
from app.ledger.domain.accounts import Address, household_spendable
from app.ledger.domain.canonical import request_digest
from app.ledger.domain.drafts import (
    EntryDraft,
    EntryKind,
    Posted,
    TransferDraft,
    form_fault,
    mirrored,
)
from app.ledger.domain.judging import (
    Accepted,
    Books,
    LimitedBalance,
    Original,
    Outcome,
    Verdict,
    judge,
)
from tests.ledger.books import ACCOUNTS, VILLAGE, draft


def _books(**balances: int) -> Books:
    """Books with these limited balances, none of which may fall below zero."""
    return Books(
        balances={
            ACCOUNTS[name]: LimitedBalance(balance, floor=0, ceiling=None)
            for name, balance in balances.items()
        },
        outcomes={},
        originals={},
        reversed_ids=set(),
        returned={},
    )


def _held(books: Books) -> dict[str, int]:
    names = {address: name for name, address in ACCOUNTS.items()}
    return {names[address]: limited.balance for address, limited in books.balances.items()}


def _code(verdict: object) -> str:
    assert isinstance(verdict, DomainError), verdict
    return verdict.code


@pytest.mark.parametrize(
    ("before", "line", "after"),
    [
        # All of it, and some of it.
        ({"spendable1": 20}, "spendable1 → takings 20", {"spendable1": 0}),
        ({"spendable1": 20}, "spendable1 → takings 5", {"spendable1": 15}),
        # What comes in first may go out again in the same entry.
        (
            {"pending1": 20, "spendable1": 0},
            "pending1 → spendable1 20; spendable1 → takings 20",
            {"pending1": 0, "spendable1": 0},
        ),
        # Accounts without a limit go as far down as they like.
        ({}, "scores → member1 20; member1 → scores 90", {}),
    ],
)
def test_an_accepted_draft_carries_its_amounts_over(
    before: dict[str, int], line: str, after: dict[str, int]
) -> None:
    books = _books(**before)
    wish = draft(line)
    assert _judge(wish, books) == Accepted(wish, request_digest(wish))
    assert _held(books) == after


@pytest.mark.parametrize(
    ("before", "line", "purpose", "balance", "needed"),
    [
        ({"spendable1": 20}, "spendable1 → takings 21", "spendable", 20, 21),
        ({"spendable1": 0}, "spendable1 → takings 1", "spendable", 0, 1),
        # The second step finds what the first has left.
        (
            {"spendable1": 20},
            "spendable1 → takings 15; spendable1 → held1 6",
            "spendable",
            5,
            6,
        ),
        # Each step counts, not the end alone: the amount goes out before it comes in.
        (
            {"pending1": 20, "spendable1": 0},
            "spendable1 → takings 20; pending1 → spendable1 20",
            "spendable",
            0,
            20,
        ),
    ],
)
def test_a_refused_draft_leaves_the_books_as_they_are(
    before: dict[str, int], line: str, purpose: str, balance: int, needed: int
) -> None:
    books = _books(**before, held1=0)
    verdict = _judge(draft(line), books)
    assert _code(verdict) == "insufficient_balance"
    assert isinstance(verdict, DomainError)
    assert verdict.facts == {
        "owner_id": "1",
        "purpose": purpose,
        "unit_id": "1",
        "balance": balance,
        "needed": needed,
    }
    assert _held(books) == {**before, "held1": 0}


def test_a_ceiling_is_kept_at_every_step_too() -> None:
    books = _books(spendable1=10)
    books.balances[ACCOUNTS["spendable1"]].ceiling = 15
    assert isinstance(_judge(draft("issuance → spendable1 5"), books), Accepted)
    assert _code(_judge(draft("issuance → spendable1 1"), books)) == "balance_ceiling"
    to_and_fro = draft("issuance → spendable1 1; spendable1 → takings 1")
    assert _code(_judge(to_and_fro, books)) == "balance_ceiling"
    assert _held(books) == {"spendable1": 15}


def test_drafts_are_judged_one_after_the_other() -> None:
    books = _books(spendable1=20)
    codes = [
        verdict.code if isinstance(verdict, DomainError) else "accepted"
        for verdict in (
            _judge(draft(f"spendable1 → takings {amount}"), books) for amount in (15, 10, 5, 1)
        )
    ]
    assert codes == ["accepted", "insufficient_balance", "accepted", "insufficient_balance"]


def test_a_known_key_is_answered_before_the_balance_is_looked_at() -> None:
    books = _books(spendable1=0)
    wish = draft("spendable1 → takings 20", key="k")
    before = Posted(entry_id=9, period_id=3, replayed=True)
    books.outcomes["k"] = Outcome(before, request_digest(wish))
    assert _judge(wish, books) == before
    other = draft("spendable1 → takings 21", key="k")
    assert _code(_judge(other, books)) == "idempotency_mismatch"


def test_a_key_used_twice_in_one_batch() -> None:
    books = _books(spendable1=20)
    wish = draft("spendable1 → takings 20", key="k")
    first = _judge(wish, books)
    assert _judge(replace(wish, actor_id=99), books) == first
    assert _code(_judge(draft("spendable1 → takings 1", key="k"), books)) == "idempotency_mismatch"
    assert _held(books) == {"spendable1": 0}


def _judge(wish: EntryDraft, books: Books) -> Verdict:
    return judge(wish, request_digest(wish), books)


def _reversal_of(original: EntryDraft, entry_id: int, key: str = "back") -> EntryDraft:
    return replace(
        original,
        kind=EntryKind.REVERSAL,
        idempotency_key=key,
        reverses_id=entry_id,
        transfers=mirrored(original.transfers),
    )


def test_a_reversal_hands_back_in_the_opposite_order() -> None:
    """
    original  pending1 → spendable1 20, spendable1 → takings 15     spendable1 5
    reversal  takings → spendable1 15, spendable1 → pending1 20     spendable1 0
    """
    original = draft("pending1 → spendable1 20; spendable1 → takings 15")
    books = _books(pending1=0, spendable1=5)
    books.originals[9] = Original("settle", original.transfers)
    assert isinstance(_judge(_reversal_of(original, 9), books), Accepted)
    assert _held(books) == {"pending1": 20, "spendable1": 0}


def test_reversals_that_are_refused() -> None:
    original = draft("spendable1 → takings 15")
    books = _books(spendable1=5)
    books.originals[9] = Original("redemption", original.transfers)
    books.originals[10] = Original("reversal", original.transfers)
    books.originals[11] = Original("redemption", original.transfers)
    books.reversed_ids.add(11)
    wrong = replace(_reversal_of(original, 9), transfers=draft("takings → spendable1 14").transfers)
    assert _code(_judge(wrong, books)) == "bad_entry"
    assert _code(_judge(_reversal_of(original, 8), books)) == "entry_not_found"
    assert _code(_judge(_reversal_of(original, 10), books)) == "reversal_of_reversal"
    assert _code(_judge(_reversal_of(original, 11), books)) == "already_reversed"
    assert isinstance(_judge(_reversal_of(original, 9), books), Accepted)
    assert _code(_judge(_reversal_of(original, 9, "twice"), books)) == "already_reversed"
    assert _held(books) == {"spendable1": 20}


_ELSEWHERE = household_spendable(VILLAGE + 1, 1)


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("village", {"village_id": VILLAGE + 1}),
        ("key", {"idempotency_key": ""}),
        ("key", {"idempotency_key": "k" * 101}),
        ("memo", {"memo": "字" * 201}),
        ("reversal", {"kind": EntryKind.REVERSAL}),
        ("reversal", {"reverses_id": 5}),
        ("transfers", {"transfers": ()}),
        ("transfer", {"transfers": (TransferDraft(ACCOUNTS["budget"], ACCOUNTS["pending1"], 0),)}),
        ("transfer", {"transfers": (TransferDraft(ACCOUNTS["budget"], ACCOUNTS["pending1"], -5),)}),
        ("transfer", {"transfers": (TransferDraft(ACCOUNTS["budget"], ACCOUNTS["budget"], 5),)}),
        ("transfer", {"transfers": (TransferDraft(ACCOUNTS["budget"], ACCOUNTS["member1"], 5),)}),
        ("transfer", {"transfers": (TransferDraft(ACCOUNTS["budget"], _ELSEWHERE, 5),)}),
        ("transfer", {"transfers": (TransferDraft(_ELSEWHERE, ACCOUNTS["budget"], 5),)}),
    ],
)
def test_what_no_books_could_take_has_its_reason(reason: str, changes: dict[str, object]) -> None:
    sound = draft("budget → pending1 5", key="k" * 100)
    assert form_fault(sound, VILLAGE) is None
    assert form_fault(replace(sound, **changes), VILLAGE) == reason  # type: ignore[arg-type]


def test_mirroring_twice_gives_the_same() -> None:
    transfers = draft("pending1 → spendable1 20; spendable1 → takings 15").transfers
    assert mirrored(mirrored(transfers)) == transfers
    moved: dict[Address, int] = {}
    for transfer in (*transfers, *mirrored(transfers)):
        moved[transfer.debit] = moved.get(transfer.debit, 0) - transfer.amount
        moved[transfer.credit] = moved.get(transfer.credit, 0) + transfer.amount
    assert set(moved.values()) == {0}
