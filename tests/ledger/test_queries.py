"""What the books tell, on both databases."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from app.kit import clock
from app.kit.errors import NotFound
from app.kit.month import Month
from app.ledger import queries, service
from app.ledger.domain.accounts import POINT, SCORE, Address, OwnerKind, Purpose
from app.ledger.domain.drafts import EntryKind
from app.web.transaction import run_in_transaction
from tests.ledger.books import ACCOUNTS, OCTOBER, VILLAGE, held, open_book, post

pytestmark = pytest.mark.usefixtures("each_app")


def _close(month: Month) -> None:
    run_in_transaction(lambda: service.close_period(VILLAGE, month=month))


def test_balances_with_and_without_a_row_over_two_months() -> None:
    open_book()
    post("budget → pending1 20; scores → member1 20")
    assert held("issuance budget pending1 scores member1 member2") == {
        "issuance": -1000,
        "budget": 980,
        "pending1": 20,
        "scores": -20,
        "member1": 20,
        "member2": 0,
    }
    _close(OCTOBER)
    post("member1 → scores 5", kind=EntryKind.DEDUCTION)
    _close(OCTOBER.next)
    assert held("scores member1") == {"scores": -15, "member1": 15}
    post("budget → pending1 3; scores → member1 3")
    assert held("issuance budget pending1 scores member1") == {
        "issuance": -1000,
        "budget": 977,
        "pending1": 23,
        "scores": -18,
        "member1": 18,
    }


def test_balances_of_a_purpose_by_owner_and_unit() -> None:
    open_book()
    post("budget → pending1 20; scores → member1 20", "budget → pending2 5; scores → member2 5")
    post("pending2 → spendable2 5", kind=EntryKind.SETTLE)
    assert queries.balances_of_purpose(VILLAGE, Purpose.PENDING) == {(1, POINT): 20, (2, POINT): 0}
    assert queries.balances_of_purpose(VILLAGE, Purpose.STANDING, SCORE) == {
        (1, SCORE): 20,
        (2, SCORE): 5,
    }
    _close(OCTOBER)
    assert queries.balances_of_purpose(VILLAGE, Purpose.STANDING) == {
        (1, SCORE): 20,
        (2, SCORE): 5,
    }
    assert queries.balances_of_purpose(VILLAGE, Purpose.STANDING, POINT) == {}
    assert queries.balances_of_purpose(VILLAGE + 1, Purpose.PENDING) == {}


def test_balances_of_accounts_in_several_villages_and_of_none() -> None:
    open_book()
    elsewhere = Address(VILLAGE + 1, OwnerKind.HOUSEHOLD, 1, Purpose.SPENDABLE, POINT)
    budget = ACCOUNTS["budget"]
    assert queries.balances([elsewhere, budget]) == {elsewhere: 0, budget: 1000}
    assert queries.balances([]) == {}


@pytest.mark.parametrize("account", ["spendable1", "takings", "issuance"])
def test_a_statement_in_pages_is_the_whole_counted_forward(account: str) -> None:
    open_book()
    for month in range(3):
        for amount in range(1, 6):
            post(f"issuance → spendable1 {amount}", kind=EntryKind.GRANT)
        post("spendable1 → takings 10", kind=EntryKind.REDEMPTION)
        _close(Month(2026, 10 + month))
    address = ACCOUNTS[account]
    whole = queries.statement(address, limit=100)
    balance = 0
    for line in reversed(whole):
        balance += line.amount
        assert line.balance_after == balance
    assert balance == queries.balance(address)
    pages, before_id = [], None
    while page := queries.statement(address, before_id=before_id, limit=4):
        assert len(page) <= 4
        pages += page
        before_id = page[-1].transfer_id
    assert pages == whole
    assert len(whole) == {"spendable1": 18, "takings": 3, "issuance": 16}[account]


def test_a_statement_line_names_its_entry() -> None:
    open_book()
    entry = queries.entry(VILLAGE, post("budget → spendable1 5")[0].entry_id)
    (line,) = queries.statement(ACCOUNTS["spendable1"])
    assert (line.entry_id, line.kind, line.amount) == (entry.id, EntryKind.AWARD, 5)
    assert (line.occurred_on, line.posted_at) == (entry.occurred_on, entry.posted_at)
    assert (line.reverses_id, line.memo) == (None, "")
    assert queries.statement(ACCOUNTS["spendable2"]) == []


def test_sums_of_a_period_are_told_by_kind() -> None:
    open_book()
    post("budget → pending1 20", "budget → pending2 5")
    _close(OCTOBER)
    post("budget → pending1 7")
    post("pending1 → spendable1 20", kind=EntryKind.SETTLE)
    sums = queries.sums_of_period(queries.period(VILLAGE, OCTOBER.next), Purpose.PENDING)
    assert sums[1, POINT].opening == 20
    assert sums[1, POINT].credits == {EntryKind.AWARD: 7}
    assert sums[1, POINT].debits == {EntryKind.SETTLE: 20}
    assert sums[1, POINT].closing == 7
    assert (sums[2, POINT].opening, sums[2, POINT].closing) == (5, 5)
    october = queries.sums_of_period(queries.period(VILLAGE, OCTOBER), Purpose.PENDING)
    assert {owner: row.closing for owner, row in october.items()} == {
        (1, POINT): 20,
        (2, POINT): 5,
    }


def test_entries_are_found_by_id_key_kind_and_period() -> None:
    open_book()
    first = post("budget → pending1 20", key="k1")[0]
    _close(OCTOBER)
    second = post("pending1 → spendable1 20", key="k2", kind=EntryKind.SETTLE)[0]
    assert queries.entry_by_key(VILLAGE, "k1") == first.entry_id
    assert queries.entry_by_key(VILLAGE, "k3") is None
    assert queries.entry_by_key(VILLAGE + 1, "k1") is None
    found = queries.entries(VILLAGE, kinds={EntryKind.AWARD, EntryKind.SETTLE})
    assert [row.id for row in found] == [first.entry_id, second.entry_id]
    in_october = queries.entries(VILLAGE, period_id=first.period_id)
    assert [row.kind for row in in_october] == ["grant", "award"]
    assert queries.entry(VILLAGE, second.entry_id).drafts[0].debit == ACCOUNTS["pending1"]
    with pytest.raises(NotFound, match="entry_not_found"):
        queries.entry(VILLAGE + 1, first.entry_id)


def test_periods_are_found_by_month() -> None:
    assert queries.open_period(VILLAGE) is None
    open_book()
    _close(OCTOBER)
    assert [period.month for period in queries.periods(VILLAGE)] == ["2026-10", "2026-11"]
    assert queries.period(VILLAGE, OCTOBER).closed_at is not None
    with pytest.raises(NotFound, match="period_not_found"):
        queries.period(VILLAGE, Month(2027, 1))
    with pytest.raises(NotFound, match="period_not_found"):
        queries.compute_seal(VILLAGE + 1, queries.period(VILLAGE, OCTOBER).id)


def test_balances_at_an_instant_count_from_the_seal_before_it() -> None:
    start = datetime(2026, 10, 1, tzinfo=UTC)
    named = ["issuance", "budget", "pending1", "member1", "spendable5"]

    def held_at(hour: int) -> tuple[int, ...]:
        addresses = [ACCOUNTS[name] for name in named]
        then = queries.balances_at(addresses, start + timedelta(hours=hour))
        return tuple(then[address] for address in addresses)

    steps: list[Callable[[], object]] = [
        open_book,
        lambda: post("budget → pending1 20; scores → member1 20"),
        lambda: _close(OCTOBER),
        lambda: post("budget → pending1 5"),
        lambda: _close(OCTOBER.next),
        lambda: _close(OCTOBER.next.next),
        lambda: post("member1 → scores 3", kind=EntryKind.DEDUCTION),
    ]
    for hour, step in enumerate(steps, 1):
        with clock.stopped_at(start + timedelta(hours=hour)):
            step()
    assert held_at(0) == (0, 0, 0, 0, 0)
    assert held_at(1) == (-1000, 1000, 0, 0, 0)
    assert held_at(2) == held_at(3) == (-1000, 980, 20, 20, 0)
    assert held_at(4) == held_at(5) == held_at(6) == (-1000, 975, 25, 20, 0)
    assert held_at(7) == held_at(99) == (-1000, 975, 25, 17, 0)
    assert queries.balances_at([], start) == {}
