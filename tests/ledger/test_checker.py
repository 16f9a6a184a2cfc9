"""Each pass of the checker finds the fault that is planted for it, on both databases.

The triggers that would refuse the fault are switched off for the planting, and so are foreign
keys and checks: the checker is for the day on which somebody had the means to do that.
"""

from datetime import date

import pytest
from flask import Flask

from app.extensions import db
from app.ledger import service
from app.ledger.domain.drafts import EntryKind
from app.ledger.queries import checker
from app.ledger.queries.witnesses import Witness, WitnessSource
from app.web.transaction import run_in_transaction
from tests.ledger.books import DAY, OCTOBER, VILLAGE, draft, open_book, post


@pytest.fixture
def book(each_app: Flask) -> None:
    """A sealed October, a sealed November and an open December, with which all is well.

    October   1000 to the budget; 20 to household 1, taken back; 5 to household 2
    November  9 to household 1
    December  4 of them back to the budget
    """
    open_book()
    award = post("budget → pending1 20; scores → member1 20")[0]
    post("budget → pending2 5")
    run_in_transaction(
        lambda: service.reverse(
            award.entry_id, village_id=VILLAGE, actor_id=8, idempotency_key="r", occurred_on=DAY
        )
    )
    run_in_transaction(lambda: service.close_period(VILLAGE, month=OCTOBER))
    post("budget → spendable1 9", key="nine")
    run_in_transaction(lambda: service.close_period(VILLAGE, month=OCTOBER.next))
    post("spendable1 → budget 4", key="four")
    run_in_transaction(lambda: service.record_head(VILLAGE))
    assert checker.check() == []


def _plant(*faults: str) -> set[str]:
    """Write the faults past every guard and give the names of the passes that find something."""
    db.session.rollback()
    connection = db.engine.raw_connection()
    cursor = connection.cursor()
    for preparation in _GUARDS_OFF[db.engine.dialect.name]:
        cursor.execute(preparation)
    if db.engine.dialect.name == "sqlite":
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")
    for fault in faults:
        cursor.execute(fault)
        assert cursor.rowcount > 0, fault
    connection.commit()
    # The switches are those of the connection, which must not go back to the pool with them.
    connection.invalidate()
    return {finding.pass_name for finding in checker.check()}


_GUARDS_OFF = {
    "sqlite": ("PRAGMA foreign_keys = OFF", "PRAGMA ignore_check_constraints = ON"),
    "postgresql": (
        "SET lock_timeout = '5s'",
        "SET session_replication_role = replica",
        *(
            f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}"
            for table, name in (
                ("ledger_balance", "ck_ledger_balance_floor"),
                ("ledger_entry", "uq_ledger_entry_reverses_id"),
                ("ledger_entry", "uq_ledger_entry_village_id_idempotency_key"),
            )
        ),
    ),
}

_FOUR = "(SELECT id FROM ledger_entry WHERE idempotency_key = 'four')"
_NINE = "(SELECT id FROM ledger_entry WHERE idempotency_key = 'nine')"
_REVERSAL = "(SELECT id FROM ledger_entry WHERE kind = 'reversal')"
_FIRST_PERIOD = "(SELECT id FROM ledger_period WHERE number = 1)"
_LAST_PERIOD = "(SELECT id FROM ledger_period WHERE number = 3)"
_SCORES = "(SELECT id FROM ledger_account WHERE purpose = 21)"
_BUDGET = "(SELECT id FROM ledger_account WHERE purpose = 2)"
_CLOSING_OF_SCORES = (
    "INSERT INTO ledger_closing"
    f" SELECT period_id, {_SCORES}, 7 FROM ledger_seal WHERE period_number = 2"
)
_COPY_OF_REVERSAL = (
    "INSERT INTO ledger_entry SELECT id + 1, village_id, period_id, kind, occurred_on, posted_at,"
    " actor_id, 'another', request_digest, reverses_id, rule_version_id, memo"
    f" FROM ledger_entry WHERE id = {_REVERSAL}"
)
_COPY_OF_FOUR = (
    "INSERT INTO ledger_entry SELECT id + 1, village_id, {period}, kind, occurred_on, posted_at,"
    " actor_id, {key}, request_digest, reverses_id, rule_version_id, memo"
    f" FROM ledger_entry WHERE id = {_FOUR}"
)


@pytest.mark.parametrize(
    ("pass_name", "fault"),
    [
        # The credit lands in another unit, another village, or nowhere.
        (
            "zero_sums",
            f"UPDATE ledger_transfer SET credit_account_id = {_SCORES} WHERE entry_id = {_FOUR}",
        ),
        ("zero_sums", "UPDATE ledger_account SET village_id = 5 WHERE purpose = 2"),
        ("zero_sums", f"DELETE FROM ledger_account WHERE id = {_BUDGET}"),
        ("zero_sums", f"UPDATE ledger_transfer SET unit_id = 2 WHERE entry_id = {_FOUR}"),
        ("accounts_readable", "UPDATE ledger_account SET purpose = 99 WHERE purpose = 11"),
        ("rows_in_books", "UPDATE ledger_balance SET account_id = -account_id"),
        ("rows_in_books", "UPDATE ledger_closing SET period_id = -period_id"),
        ("rows_in_books", f"UPDATE ledger_transfer SET period_id = 1 WHERE entry_id = {_FOUR}"),
        # A balance without transfers, transfers without a balance.
        ("balances_equal_fold", "UPDATE ledger_balance SET balance = 6 WHERE balance = 5"),
        ("balances_equal_fold", "UPDATE ledger_balance SET version = 1 WHERE balance = 5"),
        ("balances_equal_fold", "DELETE FROM ledger_balance WHERE balance = 5"),
        ("balances_equal_fold", "UPDATE ledger_balance SET floor = -5 WHERE balance = 5"),
        (
            "balances_equal_fold",
            f"INSERT INTO ledger_balance VALUES ({_SCORES}, 0, 0, NULL, NULL)",
        ),
        ("balances_equal_fold", f"DELETE FROM ledger_transfer WHERE entry_id = {_FOUR}"),
        # Household 1 had 9 and gave 4: giving 14, or giving before it had any, goes below zero.
        (
            "floors_at_every_step",
            f"UPDATE ledger_transfer SET amount = 14 WHERE entry_id = {_FOUR}",
        ),
        ("floors_at_every_step", f"UPDATE ledger_transfer SET id = 7 WHERE entry_id = {_FOUR}"),
        ("floors_at_every_step", "UPDATE ledger_balance SET ceiling = 8 WHERE balance = 5"),
        (
            "reversals_exact",
            f"UPDATE ledger_transfer SET amount = 19 WHERE entry_id = {_REVERSAL}",
        ),
        ("reversals_exact", "UPDATE ledger_entry SET reverses_id = NULL WHERE kind = 'reversal'"),
        ("reversals_exact", "UPDATE ledger_entry SET reverses_id = id WHERE kind = 'reversal'"),
        ("reversals_exact", "UPDATE ledger_entry SET kind = 'award' WHERE kind = 'reversal'"),
        ("entries_say_what_was_asked", f"UPDATE ledger_entry SET memo = 'x' WHERE id = {_FOUR}"),
        (
            "entries_say_what_was_asked",
            f"UPDATE ledger_entry SET occurred_on = '2020-01-01' WHERE id = {_FOUR}",
        ),
        ("entries_say_what_was_asked", f"DELETE FROM ledger_transfer WHERE entry_id = {_FOUR}"),
        (
            "entries_say_what_was_asked",
            f"UPDATE ledger_transfer SET amount = 3 WHERE entry_id = {_FOUR}",
        ),
        ("periods_in_order", "UPDATE ledger_period SET closed_at = opened_at WHERE number = 3"),
        ("periods_in_order", "UPDATE ledger_period SET number = 5 WHERE number = 3"),
        ("periods_in_order", "UPDATE ledger_period SET month = '2027-01' WHERE number = 3"),
        ("periods_in_order", "DELETE FROM ledger_seal WHERE period_number = 2"),
        ("periods_in_order", "UPDATE ledger_period SET opened_by = 9 WHERE number = 2"),
        ("periods_in_order", "UPDATE ledger_seal SET sealed_at = '2020-01-01'"),
        (
            "entries_in_periods",
            f"UPDATE ledger_transfer SET period_id = 1 WHERE entry_id = {_FOUR}",
        ),
        ("entries_in_periods", f"UPDATE ledger_entry SET period_id = 1 WHERE id = {_FOUR}"),
        ("entries_in_periods", f"DELETE FROM ledger_entry WHERE id = {_FOUR}"),
        ("entries_in_periods", _COPY_OF_FOUR.format(period=_FIRST_PERIOD, key="'late'")),
        ("seals_recompute", "UPDATE ledger_entry SET actor_id = 9 WHERE kind = 'grant'"),
        ("seals_recompute", f"UPDATE ledger_entry SET posted_at = '2020-01-01' WHERE id = {_NINE}"),
        ("seals_recompute", "UPDATE ledger_entry SET idempotency_key = 'x' WHERE kind = 'grant'"),
        ("seals_recompute", f"UPDATE ledger_transfer SET id = id + 1 WHERE entry_id = {_NINE}"),
        ("seals_recompute", "UPDATE ledger_account SET owner_id = 77 WHERE owner_id = 2"),
        ("seals_recompute", "UPDATE ledger_seal SET entry_count = 9 WHERE period_number = 1"),
        (
            "seals_recompute",
            "UPDATE ledger_seal SET digest = previous_digest WHERE period_number = 2",
        ),
        ("heads_recompute", f"UPDATE ledger_entry SET actor_id = 9 WHERE id = {_FOUR}"),
        ("heads_recompute", f"DELETE FROM ledger_entry WHERE id = {_FOUR}"),
        ("heads_recompute", "UPDATE ledger_head SET entry_count = 2"),
        ("heads_recompute", "UPDATE ledger_head SET written_at = '2020-01-01'"),
        ("heads_recompute", "UPDATE ledger_period SET head_entry_id = 5 WHERE number = 3"),
        ("closings_equal_fold", "UPDATE ledger_closing SET balance = 6 WHERE balance = 5"),
        ("closings_equal_fold", "DELETE FROM ledger_closing WHERE balance = 5"),
        ("closings_equal_fold", _CLOSING_OF_SCORES),
    ],
)  # fmt: skip
def test_a_planted_fault_is_found(book: None, pass_name: str, fault: str) -> None:
    assert pass_name in _plant(fault)


@pytest.mark.parametrize(
    ("pass_name", "fault"),
    [
        ("accounts_readable", "UPDATE ledger_account SET purpose = 99 WHERE purpose = 11"),
        ("zero_sums", f"UPDATE ledger_transfer SET unit_id = 2 WHERE entry_id = {_FOUR}"),
        ("balances_equal_fold", "UPDATE ledger_balance SET balance = 6 WHERE balance = 5"),
        ("balances_equal_fold", f"DELETE FROM ledger_transfer WHERE entry_id = {_FOUR}"),
        (
            "floors_at_every_step",
            f"UPDATE ledger_transfer SET amount = 14 WHERE entry_id = {_FOUR}",
        ),
        (
            "reversals_exact",
            f"UPDATE ledger_entry SET kind = 'reversal', reverses_id = {_NINE} WHERE id = {_FOUR}",
        ),
        (
            "returns_within_originals",
            f"UPDATE ledger_entry SET kind = 'return', memo = '1' WHERE id = {_FOUR}",
        ),
        ("entries_say_what_was_asked", f"UPDATE ledger_entry SET memo = 'x' WHERE id = {_FOUR}"),
        ("periods_in_order", "DELETE FROM ledger_seal WHERE period_number = 2"),
        (
            "entries_in_periods",
            f"UPDATE ledger_transfer SET period_id = 1 WHERE entry_id = {_FOUR}",
        ),
        ("entries_in_periods", f"DELETE FROM ledger_entry WHERE id = {_FOUR}"),
        ("heads_recompute", f"UPDATE ledger_entry SET actor_id = 9 WHERE id = {_FOUR}"),
        ("openings_under_seal", "UPDATE ledger_closing SET balance = 6 WHERE balance = 9"),
        ("openings_under_seal", "UPDATE ledger_seal SET entry_count = 9 WHERE period_number = 1"),
        (
            "openings_under_seal",
            "UPDATE ledger_seal SET previous_digest = digest WHERE period_number = 2",
        ),
        ("openings_under_seal", "DELETE FROM ledger_closing WHERE balance = 9"),
    ],
)  # fmt: skip
def test_a_fault_in_the_open_month_is_found_before_its_close(
    book: None, pass_name: str, fault: str
) -> None:
    assert checker.check_open_month(VILLAGE) == []
    _plant(fault)
    assert pass_name in _open_passes()


def test_the_check_before_a_close_takes_a_sealed_month_from_its_seal(book: None) -> None:
    """Its rows are read by the whole check, every night; nothing in the next seal is from them."""
    assert "seals_recompute" in _plant("UPDATE ledger_entry SET actor_id = 9 WHERE kind = 'grant'")
    assert checker.check_open_month(VILLAGE) == []


def test_a_correction_across_months_is_compared_with_what_was_sealed(book: None) -> None:
    """Nine were redeemed in November; in December four come back, and then the rest is reversed."""
    redeemed = f"UPDATE ledger_entry SET kind = 'redemption' WHERE id = {_NINE}"
    returned = (
        f"UPDATE ledger_entry SET kind = 'return', memo = CAST({_NINE} AS TEXT) WHERE id = {_FOUR}"
    )
    _plant(redeemed, returned)
    assert "returns_within_originals" not in _open_passes()
    _plant(f"UPDATE ledger_transfer SET amount = 10 WHERE entry_id = {_FOUR}")
    assert "returns_within_originals" in _open_passes()
    _plant(f"UPDATE ledger_transfer SET amount = 4 WHERE entry_id = {_FOUR}")
    _plant(f"UPDATE ledger_entry SET reverses_id = {_NINE} WHERE id = {_REVERSAL}")
    assert "returns_within_originals" in _open_passes()


def _open_passes() -> set[str]:
    return {found.pass_name for found in checker.check_open_month(VILLAGE)}


@pytest.mark.parametrize("each_app", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("pass_name", "fault"),
    [
        ("reversals_exact", _COPY_OF_REVERSAL),
        (
            "entries_say_what_was_asked",
            _COPY_OF_FOUR.format(period=_LAST_PERIOD, key="idempotency_key"),
        ),
    ],
)
def test_a_second_of_what_must_be_one_is_found(book: None, pass_name: str, fault: str) -> None:
    """Only PostgreSQL lets anybody drop a unique constraint to plant it."""
    assert pass_name in _plant(fault)


def test_a_cover_up_of_a_sealed_month_is_found_by_the_seal(book: None) -> None:
    """Whoever rewrites an amount consistently everywhere still cannot rewrite the digest."""
    assert "seals_recompute" in _plant(
        f"UPDATE ledger_transfer SET amount = 8 WHERE entry_id = {_NINE}",
        "UPDATE ledger_balance SET balance = balance - 1 WHERE balance = 5 AND floor = 0"
        " AND account_id IN (SELECT id FROM ledger_account WHERE purpose = 11)",
        f"UPDATE ledger_balance SET balance = balance + 1 WHERE account_id = {_BUDGET}",
        "UPDATE ledger_closing SET balance = 8 WHERE balance = 9",
    )


@pytest.mark.parametrize(
    "fault",
    [
        "UPDATE ledger_account SET purpose = 99 WHERE purpose = 11",
        "UPDATE ledger_account SET owner_kind = 99 WHERE purpose = 11",
        "UPDATE ledger_period SET month = '2026-13' WHERE number = 3",
    ],
)
def test_what_cannot_be_read_is_a_finding_and_not_a_crash(book: None, fault: str) -> None:
    _plant(fault)
    assert any("cannot be read" in finding.detail for finding in checker.check())


def test_only_the_villages_asked_for_are_checked(book: None) -> None:
    assert _plant("UPDATE ledger_seal SET entry_count = 9 WHERE period_number = 1")
    assert checker.check([VILLAGE + 1]) == []
    assert {finding.village_id for finding in checker.check([VILLAGE])} == {VILLAGE}


def test_progress_is_told_after_each_pass(book: None) -> None:
    steps: list[None] = []
    checker.check(progress=lambda: steps.append(None))
    assert len(steps) == checker.passes_count()
    checker.check([VILLAGE], progress=lambda: steps.append(None))
    assert len(steps) == checker.passes_count() + checker.passes_count([VILLAGE])


@pytest.fixture
def testimony(app: Flask, sources: list[WitnessSource]) -> list[Witness]:
    """What a feature says about deductions; nothing at first."""
    said: list[Witness] = []
    sources.append(WitnessSource("probe", frozenset({EntryKind.DEDUCTION}), lambda *_: said))
    return said


def test_witnesses_are_compared_with_the_entries(testimony: list[Witness]) -> None:
    open_book()
    wish = draft("member1 → scores 20", kind=EntryKind.DEDUCTION, on=date(2026, 10, 2))
    posted = run_in_transaction(lambda: service.post([wish]))[0]
    assert _details() == [f"entry {posted.entry_id} (deduction) is known to nobody in probe"]
    testimony.append(Witness(posted.entry_id, wish.transfers, "deduction 1"))
    assert _details() == []
    testimony[0] = Witness(posted.entry_id, draft("member1 → scores 30").transfers, "deduction 1")
    assert _details() == [f"deduction 1 and entry {posted.entry_id} do not say the same"]
    testimony[0] = Witness(posted.entry_id, wish.transfers, "deduction 1")
    testimony.append(Witness(77, wish.transfers, "deduction 2"))
    assert _details() == ["deduction 2 points to entry 77, which is not there"]


def test_a_reversal_must_be_known_to_the_feature_of_its_original(
    testimony: list[Witness],
) -> None:
    open_book()
    wish = draft("member1 → scores 20", kind=EntryKind.DEDUCTION)
    posted = run_in_transaction(lambda: service.post([wish]))[0]
    testimony.append(Witness(posted.entry_id, wish.transfers, "deduction"))
    back = run_in_transaction(
        lambda: service.reverse(
            posted.entry_id, village_id=VILLAGE, actor_id=8, idempotency_key="b", occurred_on=DAY
        )
    )
    (detail,) = _details()
    assert detail.startswith(f"entry {back.entry_id} reverses entry {posted.entry_id} (deduction)")
    testimony.append(Witness(back.entry_id, draft("scores → member1 20").transfers, "taken back"))
    assert _details() == []
    testimony[1] = Witness(back.entry_id, wish.transfers, "taken back")
    assert _details() == [f"taken back and entry {back.entry_id} do not say the same"]


def _details() -> list[str]:
    return [finding.detail for finding in checker.check()]


def test_a_return_beyond_its_original_is_found(book: None) -> None:
    """Nine are redeemed and four of them come back: that is sound, and nothing beyond it."""
    redeemed = f"UPDATE ledger_entry SET kind = 'redemption' WHERE id = {_NINE}"
    returned = (
        f"UPDATE ledger_entry SET kind = 'return', memo = CAST({_NINE} AS TEXT) WHERE id = {_FOUR}"
    )
    assert "returns_within_originals" not in _plant(redeemed, returned)
    for there, back in (
        (
            f"UPDATE ledger_transfer SET amount = 10 WHERE entry_id = {_FOUR}",
            f"UPDATE ledger_transfer SET amount = 4 WHERE entry_id = {_FOUR}",
        ),
        (f"UPDATE ledger_entry SET kind = 'grant' WHERE id = {_NINE}", redeemed),
        (f"UPDATE ledger_entry SET memo = 'nine' WHERE id = {_FOUR}", returned),
        (f"UPDATE ledger_entry SET reverses_id = {_NINE} WHERE id = {_REVERSAL}", redeemed),
    ):
        assert "returns_within_originals" in _plant(there)
        _plant(back)
