"""Each pass of the checker finds the fault that is planted for it, and names it."""

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import text

from app.extensions import db
from app.ledger import service
from app.ledger.domain.drafts import EntryKind
from app.ledger.queries import checker, witnesses
from app.ledger.queries.witnesses import Witness, WitnessSource
from app.web.transaction import run_in_transaction
from tests.ledger.books import DAY, OCTOBER, VILLAGE, draft, open_book, post


@pytest.fixture
def book(app: Flask) -> None:
    """A book with a sealed October and an open November, and no guard in the database."""
    open_book()
    award = post("budget → pending1 20; scores → member1 20")[0]
    post("budget → pending2 5")
    run_in_transaction(
        lambda: service.reverse(
            award.entry_id, village_id=VILLAGE, actor_id=8, idempotency_key="r", occurred_on=DAY
        )
    )
    run_in_transaction(lambda: service.close_period(VILLAGE, month=OCTOBER))
    post("budget → spendable1 9")
    assert checker.check() == []
    names = db.session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
    for name in names:
        db.session.execute(text(f"DROP TRIGGER {name}"))
    db.session.commit()


def _plant(statement: str) -> set[str]:
    """Write the fault and give the names of the passes that find something."""
    connection = db.engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys = OFF")
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        cursor.execute(statement)
        assert cursor.rowcount > 0
        cursor.execute("PRAGMA ignore_check_constraints = OFF")
        cursor.execute("PRAGMA foreign_keys = ON")
    finally:
        connection.close()
    db.session.rollback()
    return {finding.pass_name for finding in checker.check()}


_LAST_ENTRY = "WHERE id = (SELECT max(id) FROM ledger_entry)"
_LAST_TRANSFER = "WHERE id = (SELECT max(id) FROM ledger_transfer)"
_REVERSAL = "SELECT id FROM ledger_entry WHERE kind = 'reversal'"


@pytest.mark.parametrize(
    ("pass_name", "fault"),
    [
        ("zero_sums", f"UPDATE ledger_transfer SET credit_account_id = 4242 {_LAST_TRANSFER}"),
        ("zero_sums", f"UPDATE ledger_transfer SET period_id = 1 {_LAST_TRANSFER}"),
        ("balances_equal_fold", "UPDATE ledger_balance SET balance = 10 WHERE balance = 9"),
        ("balances_equal_fold", "DELETE FROM ledger_balance WHERE balance = 9"),
        (
            "floors_at_every_step",
            "UPDATE ledger_transfer SET amount = 99999 WHERE amount = 5",
        ),
        (
            "reversals_exact",
            f"UPDATE ledger_transfer SET amount = 19 WHERE entry_id = ({_REVERSAL})",
        ),
        ("reversals_exact", "UPDATE ledger_entry SET reverses_id = NULL WHERE kind = 'reversal'"),
        ("reversals_exact", "UPDATE ledger_entry SET reverses_id = id WHERE kind = 'reversal'"),
        ("entries_say_what_was_asked", f"UPDATE ledger_entry SET memo = 'x' {_LAST_ENTRY}"),
        (
            "entries_say_what_was_asked",
            f"UPDATE ledger_entry SET occurred_on = '2020-01-01' {_LAST_ENTRY}",
        ),
        ("entries_say_what_was_asked", f"DELETE FROM ledger_transfer {_LAST_TRANSFER}"),
        ("periods_in_order", "UPDATE ledger_period SET closed_at = opened_at WHERE number = 2"),
        ("periods_in_order", "UPDATE ledger_period SET number = 5 WHERE number = 2"),
        ("periods_in_order", "DELETE FROM ledger_seal"),
        ("seals_recompute", "UPDATE ledger_entry SET actor_id = 9 WHERE kind = 'grant'"),
        ("seals_recompute", "UPDATE ledger_entry SET posted_at = '2020-01-01' WHERE id > 0"),
        ("seals_recompute", "UPDATE ledger_entry SET idempotency_key = 'x' WHERE kind = 'grant'"),
        ("seals_recompute", "UPDATE ledger_seal SET previous_digest = zeroblob(31) || x'01'"),
        ("seals_recompute", "UPDATE ledger_closing SET balance = balance + 1 WHERE balance = 5"),
        ("seals_recompute", "DELETE FROM ledger_closing WHERE balance = 5"),
        ("seals_recompute", "INSERT INTO ledger_closing SELECT period_id, 42, 7 FROM ledger_seal"),
    ],
)  # fmt: skip
def test_a_planted_fault_is_found(book: None, pass_name: str, fault: str) -> None:
    assert pass_name in _plant(fault)


@pytest.fixture
def testimony() -> Iterator[list[Witness]]:
    """What a feature says about deductions; empty at first."""
    said: list[Witness] = []
    source = WitnessSource("probe", frozenset({EntryKind.DEDUCTION}), lambda _village: said)
    witnesses.register_witness(source)
    yield said
    witnesses._sources.pop("probe")


def test_witnesses_are_compared_with_the_entries(app: Flask, testimony: list[Witness]) -> None:
    open_book()
    wish = draft("member1 → scores 20", kind=EntryKind.DEDUCTION, on=date(2026, 10, 2))
    posted = run_in_transaction(lambda: service.post([wish]))[0]
    assert [finding.detail for finding in checker.check()] == [
        f"entry {posted.entry_id} is known to nobody in probe"
    ]
    testimony.append(Witness(posted.entry_id, wish.transfers, "deduction 1"))
    assert checker.check() == []
    testimony[0] = Witness(posted.entry_id, draft("member1 → scores 30").transfers, "deduction 1")
    assert [finding.detail for finding in checker.check()] == [
        f"deduction 1 and entry {posted.entry_id} do not say the same"
    ]
    testimony[0] = Witness(posted.entry_id, wish.transfers, "deduction 1")
    testimony.append(Witness(77, wish.transfers, "deduction 2"))
    assert [finding.detail for finding in checker.check()] == [
        "deduction 2 points to entry 77, which is not there"
    ]


def test_reversals_have_witnesses_of_their_own(app: Flask, testimony: list[Witness]) -> None:
    open_book()
    wish = draft("member1 → scores 20", kind=EntryKind.DEDUCTION, on=date(2026, 10, 2))
    posted = run_in_transaction(lambda: service.post([wish]))[0]
    back = run_in_transaction(
        lambda: service.reverse(
            posted.entry_id,
            village_id=wish.village_id,
            actor_id=1,
            idempotency_key="back",
            occurred_on=date(2026, 10, 3),
        )
    )
    testimony.append(Witness(posted.entry_id, wish.transfers, "deduction 1"))
    assert checker.check() == []
    mirror = draft("scores → member1 20").transfers
    testimony.append(Witness(back.entry_id, mirror, "deduction 1 taken back"))
    assert checker.check() == []
    testimony[1] = Witness(back.entry_id, wish.transfers, "deduction 1 taken back")
    assert [finding.detail for finding in checker.check()] == [
        f"deduction 1 taken back and entry {back.entry_id} do not say the same"
    ]
