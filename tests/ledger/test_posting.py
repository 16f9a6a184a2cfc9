"""What the posting function does with a batch, on both databases."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

import psycopg
import pytest
from sqlalchemy import event, insert, select, update

from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict, DomainError, Invalid
from app.kit.ids import IdSource
from app.ledger import queries, service
from app.ledger.domain.accounts import Address, OwnerKind, Purpose
from app.ledger.domain.drafts import EntryDraft, EntryKind, Posted, TransferDraft
from app.ledger.models import LedgerAccount, LedgerBalance
from app.ledger.queries import checker
from app.web.transaction import run_in_transaction
from tests.ledger.books import ACCOUNTS, DAY, OCTOBER, VILLAGE, draft, good, held, open_book, post

pytestmark = pytest.mark.usefixtures("each_app")


def test_a_month_of_one_household() -> None:
    """
    opening  issuance  -100.0   budget 100.0
    award 2.0     budget → pending1      98.0 | 2.0
    settle 2.0    pending1 → spendable1        0.0 | 2.0
    redeem 1.5    spendable1 → takings                0.5 | 1.5
    """
    open_book()
    post("budget → pending1 20; scores → member1 20")
    post("pending1 → spendable1 20", kind=EntryKind.SETTLE)
    post("spendable1 → takings 15", kind=EntryKind.REDEMPTION)
    assert held("issuance budget pending1 spendable1 takings scores member1") == {
        "issuance": -1000,
        "budget": 980,
        "pending1": 0,
        "spendable1": 5,
        "takings": 15,
        "scores": -20,
        "member1": 20,
    }
    assert checker.check() == []


def test_nothing_is_written_when_one_draft_of_a_batch_is_refused() -> None:
    open_book(budget=30)
    with pytest.raises(Conflict) as refused:
        post("budget → pending1 20", "budget → pending2 20")
    assert refused.value.code == "insufficient_balance"
    assert refused.value.facts == {
        "owner_id": str(VILLAGE),
        "purpose": "branch_budget",
        "unit_id": "1",
        "balance": 10,
        "needed": 20,
    }
    assert held("budget pending1 pending2") == {"budget": 30, "pending1": 0, "pending2": 0}


def test_a_verdict_for_each_draft_where_asked() -> None:
    open_book(budget=30)
    drafts = [draft(f"budget → pending{n} {amount}") for n, amount in ((1, 20), (2, 20), (3, 10))]
    verdicts = run_in_transaction(lambda: service.post_each(drafts))
    assert [type(verdict) for verdict in verdicts] == [Posted, Conflict, Posted]
    assert held("budget pending1 pending2 pending3") == {
        "budget": 0,
        "pending1": 20,
        "pending2": 0,
        "pending3": 10,
    }
    assert checker.check() == []


def test_a_refused_draft_leaves_no_trace_for_the_next_one() -> None:
    open_book(budget=30)
    verdicts = run_in_transaction(
        lambda: service.post_each(
            [draft("budget → pending1 20; budget → pending2 20"), draft("budget → pending3 30")]
        )
    )
    assert isinstance(verdicts[0], DomainError)
    assert held("budget pending1 pending3") == {"budget": 0, "pending1": 0, "pending3": 30}


def test_the_same_key_gives_the_same_entry() -> None:
    open_book()
    first = post("budget → pending1 20", key="k")[0]
    again = post("budget → pending1 20", key="k")[0]
    assert (again.entry_id, again.replayed, first.replayed) == (first.entry_id, True, False)
    with pytest.raises(Conflict, match="idempotency_mismatch"):
        post("budget → pending1 30", key="k")
    assert held("pending1") == {"pending1": 20}


def test_the_key_is_looked_up_before_anything_is_checked() -> None:
    open_book(budget=20)
    first = post("budget → pending1 20", key="k")[0]
    # The budget is empty now; a retry must still find its entry, also after the month closed.
    assert post("budget → pending1 20", key="k")[0].entry_id == first.entry_id
    run_in_transaction(lambda: service.close_period(VILLAGE, month=OCTOBER))
    assert post("budget → pending1 20", key="k")[0].entry_id == first.entry_id


def test_a_key_twice_in_one_batch() -> None:
    open_book()
    twice = [draft("budget → pending1 20", key="k")] * 2
    posted = run_in_transaction(lambda: service.post(twice))
    assert posted[0].entry_id == posted[1].entry_id
    assert held("pending1") == {"pending1": 20}
    two_things = [draft("budget → pending1 5", key="m"), draft("budget → pending1 6", key="m")]
    with pytest.raises(Conflict, match="idempotency_mismatch"):
        run_in_transaction(lambda: service.post(two_things))


def test_a_village_without_a_book_takes_nothing() -> None:
    with pytest.raises(Conflict, match="no_open_period"):
        post("scores → member1 20")


def test_a_batch_may_not_name_too_many_accounts() -> None:
    open_book(budget=10_000)
    members = [Address(VILLAGE, OwnerKind.MEMBER, n, Purpose.STANDING, 2) for n in range(1001)]
    drafts = [
        EntryDraft(
            VILLAGE, EntryKind.AWARD, DAY, 7, f"k{n}",
            (TransferDraft(ACCOUNTS["scores"], member, 1),),
        )
        for n, member in enumerate(members)
    ]  # fmt: skip
    with pytest.raises(Invalid, match="batch_too_large"):
        run_in_transaction(lambda: service.post(drafts))


@contextmanager
def statements() -> Iterator[list[str]]:
    """Notes what the drivers are told while it is open; each is a round trip on PostgreSQL."""
    told: list[str] = []
    execute = psycopg.Cursor.execute

    def note_postgresql(cursor: Any, query: Any, *arguments: Any) -> Any:
        told.append(str(query))
        return execute(cursor, query, *arguments)

    def note_sqlite(_connection: object, _cursor: object, query: str, *_rest: object) -> None:
        told.append(query)

    if db.engine.dialect.name == "postgresql":
        with patch.object(psycopg.Cursor, "execute", note_postgresql):
            yield told
        return
    event.listen(db.engine, "before_cursor_execute", note_sqlite)
    try:
        yield told
    finally:
        event.remove(db.engine, "before_cursor_execute", note_sqlite)


def test_statement_budgets() -> None:
    """A redemption with three goods and 500 awards: at most 7 and 9 statements by the design; one
    round trip each on PostgreSQL, as nothing is against them.
    """
    open_book(budget=100_000)
    post("budget → spendable1 5000")
    stock = [TransferDraft(good(n, Purpose.SUPPLIER), good(n, Purpose.SHELF), 10) for n in range(3)]
    out = [TransferDraft(good(n, Purpose.SHELF), good(n, Purpose.HANDED_OUT), 1) for n in range(3)]
    points = TransferDraft(ACCOUNTS["spendable1"], ACCOUNTS["takings"], 30)

    def redeem(key: str) -> list[Posted]:
        return service.post(
            [
                EntryDraft(VILLAGE, EntryKind.REDEMPTION, DAY, 7, f"{key}p", (points,)),
                EntryDraft(VILLAGE, EntryKind.GOODS_OUT, DAY, 7, f"{key}g", tuple(out)),
            ]
        )

    def award(key: str) -> list[Posted]:
        return service.post(
            [
                EntryDraft(
                    VILLAGE, EntryKind.AWARD, DAY, 7, f"{key}{n}",
                    (
                        TransferDraft(
                            ACCOUNTS["budget"],
                            Address(VILLAGE, OwnerKind.HOUSEHOLD, n, Purpose.PENDING, 1), 1,
                        ),
                        TransferDraft(
                            ACCOUNTS["scores"],
                            Address(VILLAGE, OwnerKind.MEMBER, n % 400, Purpose.STANDING, 2), 1,
                        ),
                    ),
                )
                for n in range(500)
            ]
        )  # fmt: skip

    run_in_transaction(
        lambda: service.post([EntryDraft(VILLAGE, EntryKind.STOCK_IN, DAY, 7, "in", tuple(stock))])
    )
    is_postgresql = db.engine.dialect.name == "postgresql"
    for work, budget in ((redeem, 1 if is_postgresql else 7), (award, 1 if is_postgresql else 9)):
        run_in_transaction(partial(work, "first"))
        with statements() as told:
            run_in_transaction(partial(work, "second"))
        without_begin = [text for text in told if not text.startswith("BEGIN")]
        assert 1 <= len(without_begin) <= budget, without_begin
    assert checker.check() == []


def test_ids_of_an_account_grow_whatever_the_clocks_say() -> None:
    """Another server, whose clock is an hour ahead, has touched the account last."""
    open_book()
    with clock.stopped_at(clock.now() + timedelta(hours=1)):
        ahead = IdSource(node=5).next()
    run_in_transaction(lambda: db.session.execute(update(LedgerBalance).values(version=ahead)))
    posted = post("budget → pending1 20")[0]
    (transfer,) = queries.entry(VILLAGE, posted.entry_id).transfers
    assert ahead < posted.entry_id < transfer.id
    versions = db.session.scalars(select(LedgerBalance.version)).all()
    assert versions == [transfer.id, transfer.id]


def test_a_ceiling_on_a_balance_row_is_kept() -> None:
    open_book()
    post("budget → spendable1 20")
    run_in_transaction(
        lambda: db.session.execute(
            update(LedgerBalance).where(LedgerBalance.balance == 20).values(ceiling=25)
        )
    )
    with pytest.raises(Conflict) as refused:
        post("budget → spendable1 6")
    assert (refused.value.code, refused.value.facts) == ("balance_ceiling", {"ceiling": 25})
    post("budget → spendable1 5")
    assert held("spendable1") == {"spendable1": 25}


def test_a_limited_account_without_its_row_takes_nothing() -> None:
    """Going on without the row would be posting without a limit."""
    address = ACCOUNTS["spendable5"]
    open_book()
    run_in_transaction(
        lambda: db.session.execute(
            insert(LedgerAccount).values(
                id=5,
                village_id=VILLAGE,
                owner_kind=address.owner_kind,
                owner_id=address.owner_id,
                purpose=address.purpose,
                unit_id=address.unit_id,
            )
        )
    )
    with pytest.raises(RuntimeError, match="no balance row"):
        post("budget → spendable5 5")


def test_a_key_is_looked_up_before_anything_is_validated() -> None:
    """A wrong draft under a known key is another request; under a new one it is wrong alone."""
    open_book(budget=100)
    first = post("budget → pending1 20", key="k")[0]
    wrong = replace(draft("budget → pending1 20", key="k"), transfers=())
    with pytest.raises(Conflict, match="idempotency_mismatch"):
        run_in_transaction(lambda: service.post([wrong]))
    again, unsound, sound = run_in_transaction(
        lambda: service.post_each(
            [
                draft("budget → pending1 20", key="k"),
                replace(wrong, idempotency_key="new"),
                draft("budget → pending2 5"),
            ]
        )
    )
    assert isinstance(again, Posted)
    assert (again.entry_id, again.replayed) == (first.entry_id, True)
    assert isinstance(unsound, Invalid)
    assert (unsound.code, unsound.facts) == ("bad_entry", {"reason": "transfers"})
    assert isinstance(sound, Posted)
    assert held("budget pending1 pending2") == {"budget": 75, "pending1": 20, "pending2": 5}


def test_an_empty_batch_is_nothing() -> None:
    assert service.post([]) == []
    assert service.post_each([]) == []


def test_held_accounts_are_there_before_anything_is_posted() -> None:
    open_book()
    accounts = [ACCOUNTS["pending1"], ACCOUNTS["budget"]]

    def hold_then_post() -> int:
        service.hold_accounts(VILLAGE, accounts)
        assert queries.balance(ACCOUNTS["pending1"]) == 0
        return service.post([draft("budget → pending1 5")])[0].entry_id

    assert queries.entry(VILLAGE, run_in_transaction(hold_then_post)).kind == EntryKind.AWARD


def test_what_was_held_is_posted_to_without_asking_again() -> None:
    open_book()
    accounts = [ACCOUNTS["pending1"], ACCOUNTS["budget"]]
    one = draft("budget → pending1 5")

    def hold_then_post() -> tuple[Posted, dict[str, int]]:
        ours = service.hold_accounts(VILLAGE, accounts, [one.idempotency_key])
        assert ours.balance(ACCOUNTS["budget"]) == 1000
        (posted,) = service.post([one], ours)
        return posted, {name: ours.balance(ACCOUNTS[name]) for name in ("budget", "pending1")}

    first, after = run_in_transaction(hold_then_post)
    assert after == held("budget pending1") == {"budget": 995, "pending1": 5}
    again = run_in_transaction(
        lambda: service.post([one], service.hold_accounts(VILLAGE, accounts, [one.idempotency_key]))
    )
    assert (again[0].entry_id, again[0].replayed) == (first.entry_id, True)
    assert held("budget pending1") == after


@pytest.mark.parametrize(
    ("names", "key"), [(["pending1"], "k"), (["pending1", "budget"], "another")]
)
def test_what_was_not_held_is_not_posted_to(names: list[str], key: str) -> None:
    """It would be posted to without a limit, or twice under one key."""
    open_book()
    accounts = [ACCOUNTS[name] for name in names]
    with pytest.raises(RuntimeError, match="not held"):
        run_in_transaction(
            lambda: service.post(
                [draft("budget → pending1 5", key="k")],
                service.hold_accounts(VILLAGE, accounts, [key]),
            )
        )
    assert held("budget pending1") == {"budget": 1000, "pending1": 0}
