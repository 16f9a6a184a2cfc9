"""Everything the books tell, compared with the model."""

import runpy
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from app.kit.month import Month
from app.ledger import queries
from app.ledger.domain.accounts import Purpose
from app.ledger.domain.canonical import EntryRow, SealHeader, printed_digest
from app.ledger.domain.drafts import EntryKind
from app.ledger.domain.sealing import prove_entries, prove_owner
from app.ledger.queries import checker
from app.ledger.queries.heads import heads
from tests.support.verifier import VERIFIER

from .life import Life, header_values
from .places import Account, all_accounts
from .reference import Book, Seal
from .twins import to_address

_STAND_ALONE = runpy.run_path(str(VERIFIER))
"""The stand-alone verifier; it knows nothing of the application."""


def verify(proof: dict[str, object], printed: str) -> dict[str, Any]:
    """What a record says that the verifier finds under a printed digest."""
    _STAND_ALONE["check_inclusion"](proof, _STAND_ALONE["Digests"]([printed]))
    values: dict[str, Any] = _STAND_ALONE["Record"](bytes.fromhex(str(proof["record"]))).values
    return values


def compare_reads(life: Life, village: int) -> None:
    """Every read of a village's book says what the model says."""
    book = life.books[village]
    compare_entries(life, village)
    compare_sums(life, village, sorted({place[3] for place in book.balances}))
    compare_seals(life, village)
    life.compare_balances(all_accounts(village))
    for account in book.balances:
        compare_statement(life, account, page=len(book.written) % 9 + 1)
    for moment in _instants(book):
        compare_instant(life, village, moment)


def compare_check(life: Life) -> None:
    """The checker finds nothing in either book."""
    assert life.twins.read(lambda: checker.check(life.villages)) == []


def compare_statement(life: Life, account: Account, *, page: int) -> None:
    """A statement read page by page has every line, with the balance after it."""
    address = to_address(account)

    def read() -> list[tuple[object, ...]]:
        lines, before_id = [], None
        while some := queries.statement(address, before_id=before_id, limit=page):
            assert len(some) <= page
            lines += [tuple(asdict(line).values()) for line in some]
            before_id = some[-1].transfer_id
        return lines

    assert life.twins.read(read) == [
        (
            move_id, one.id, one.wish.kind, one.wish.on, one.at, amount, balance,
            one.wish.reverses, one.wish.memo,
        )
        for move_id, one, amount, balance in life.books[account[0]].statement(account)
    ]  # fmt: skip


def compare_instant(life: Life, village: int, moment: datetime) -> None:
    """What every account held at an instant, from the last seal before it on."""
    accounts = list(life.books[village].balances)
    held = life.twins.read(
        lambda: queries.balances_at([to_address(account) for account in accounts], moment)
    )
    book = life.books[village]
    assert [held[to_address(account)] for account in accounts] == [
        book.balance_at(account, moment) for account in accounts
    ]


def compare_entries(life: Life, village: int) -> None:
    """All entries, those of a month, of some kinds, reversed ones, and those under a key."""
    book = life.books[village]
    rows: list[EntryRow] = life.twins.read(lambda: queries.entries(village))
    expected = sorted(book.written, key=lambda one: one.id)
    assert [row.id for row in rows] == [one.id for one in expected]
    for row, one in zip(rows, expected, strict=True):
        life.compare_entry(row, one)
    in_periods = life.twins.read(
        lambda: [
            queries.entries(village, period_id=period.id) for period in queries.periods(village)
        ]
    )
    assert in_periods == [
        [row for row, one in zip(rows, expected, strict=True) if one.period == number]
        for number in range(1, 1 + len(book.periods))
    ]
    kinds = {EntryKind.AWARD, EntryKind.REVERSAL}
    of_kinds = life.twins.read(lambda: queries.entries(village, kinds=kinds))
    assert of_kinds == [row for row in rows if row.kind in kinds]
    ids = [one.id for one in expected]
    assert life.twins.read(lambda: queries.reversals_of(village, ids)) == {
        one.wish.reverses: one.id for one in expected if one.wish.reverses is not None
    }
    returns = life.twins.read(lambda: queries.returns_of(village, ids))
    assert {
        original_id: sum(transfer.amount for row in parts for transfer in row.transfers)
        for original_id, parts in returns.items()
    } == {one.id: back for one in expected if (back := sum(book.returned(one).values()))}
    keys = [wish.key for wish in life.wishes[-20:]]
    assert life.twins.read(lambda: {key: queries.entry_by_key(village, key) for key in keys}) == {
        key: found.id if (found := book.under(key)) else None for key in keys
    }
    assert life.twins.read(lambda: [queries.is_settled(village, entry_id) for entry_id in ids]) == [
        any(
            other.wish.kind == "settle" and other.wish.memo == book.periods[one.period - 1].month
            for other in book.written
        )
        for one in expected
    ]


def compare_sums(life: Life, village: int, purposes: Sequence[int]) -> None:
    """Month by month: what each account of a purpose opened with and what moved on it."""
    book = life.books[village]

    def read() -> list[dict[tuple[int, int], tuple[int, object, object]]]:
        return [
            {
                key: (one.opening, one.credits, one.debits)
                for key, one in queries.sums_of_period(period, Purpose(purpose)).items()
            }
            for period in queries.periods(village)
            for purpose in purposes
        ]

    assert life.twins.read(read) == [
        book.sums(number, purpose)
        for number in range(1, 1 + len(book.periods))
        for purpose in purposes
    ]
    held = life.twins.read(
        lambda: [queries.balances_of_purpose(village, Purpose(purpose)) for purpose in purposes]
    )
    for purpose, balances in zip(purposes, held, strict=True):
        assert {key: balance for key, balance in balances.items() if balance} == {
            (account[2], account[4]): balance
            for account, balance in book.balances.items()
            if balance and account[3] == purpose
        }


def compare_seals(life: Life, village: int) -> None:
    """Headers, heads, and a proof of every entry and closing balance, checked by the verifier."""
    book = life.books[village]

    def read() -> list[tuple[object, ...]]:
        return [
            (one.number, one.month, one.opened_at, one.closed_at is None)
            for one in queries.periods(book.village)
        ]

    assert life.twins.read(read) == [
        (number, period.month, period.opened_at, period.seal is None)
        for number, period in enumerate(book.periods, 1)
    ]
    sealed = [period.seal for period in book.periods if period.seal is not None]
    stored: list[SealHeader] = life.twins.read(
        lambda: [queries.header_of(seal) for seal in queries.seals(book.village)]
    )
    assert [header_values(header) for header in stored] == [seal.values for seal in sealed]
    for number, seal in enumerate(sealed, 1):
        _compare_proofs(life, book, number, seal)
    assert life.twins.read(lambda: _heads(book.village)) == book.heads


def _heads(village: int) -> list[tuple[int, int, bytes]]:
    period = queries.open_period(village)
    found = heads(period.id) if period is not None else []
    return [(head.entry_count, head.last_entry_id, head.entries_root) for head in found]


def _compare_proofs(life: Life, book: Book, number: int, seal: Seal) -> None:
    month = Month.parse(book.periods[number - 1].month)
    owners = sorted({account[2] for account in seal.closing})

    def read() -> tuple[list[dict[str, object]], list[dict[str, object]]]:
        found = queries.period(book.village, month)
        computed = queries.compute_seal(book.village, found.id)
        stored = queries.seal(found.id)
        assert stored is not None
        assert queries.differences(stored, computed.header) == []
        of_entries = prove_entries(computed, {one.id for one in seal.entries})
        of_balances = [proof for owner in owners for proof in prove_owner(computed, owner)]
        return [one.document() for one in of_entries], [one.document() for one in of_balances]

    of_entries, of_balances = life.twins.read(read)
    printed = printed_digest(seal.digest)
    proven = [verify(proof, printed) for proof in of_entries]
    assert [(one["entry"], one["period"], one["kind"], one["key"]) for one in proven] == [
        (one.id, number, one.wish.kind, one.wish.key) for one in seal.entries
    ]
    closing = [verify(proof, printed) for proof in of_balances]
    assert {
        (one["village"], one["owner kind"], one["owner"], one["purpose"], one["unit"]): one[
            "closing balance"
        ]
        for one in closing
    } == seal.closing
    assert len(closing) == len(seal.closing)


def _instants(book: Book) -> list[datetime]:
    """Before the book, at the latest closes and just before them, and at a few entries."""
    if not book.periods:
        return []
    instants = {book.periods[0].opened_at - timedelta(days=1)}
    for period in book.periods[-3:]:
        instants |= {period.opened_at, period.opened_at - timedelta(microseconds=1)}
    return sorted(instants | {one.at for one in book.written[:: max(1, len(book.written) // 3)]})
