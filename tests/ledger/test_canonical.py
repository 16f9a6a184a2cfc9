"""The bytes under a digest never change: golden records, and the same computed by hand."""

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from app.ledger.domain import merkle
from app.ledger.domain.accounts import (
    Address,
    branch_budget,
    household_pending,
    household_spendable,
    member_standing,
    score_source,
)
from app.ledger.domain.canonical import (
    NO_DIGEST,
    BalanceRow,
    EntryRow,
    HeadRecord,
    SealHeader,
    TransferRow,
    balance_bytes,
    entry_bytes,
    head_bytes,
    printed_digest,
    request_digest,
    seal_bytes,
)
from app.ledger.domain.drafts import EntryDraft, EntryKind, TransferDraft
from app.ledger.domain.sealing import closing_balances, seal_period

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parent / "golden.json").read_text())

VILLAGE = 7
SECRET = bytes(range(32))


def _award(entry_id: int = 101, household: int = 31, amount: int = 25) -> EntryRow:
    """2.5 points to a household, and the same as score to the member who earned them."""
    return EntryRow(
        id=entry_id,
        village_id=VILLAGE,
        period_id=1,
        kind="award",
        occurred_on=date(2026, 10, 9),
        posted_at=datetime(2026, 10, 9, 0, 31, 2, 345678, tzinfo=UTC),
        actor_id=12,
        idempotency_key=f"award:{entry_id}",
        request_digest=b"not part of the record",
        reverses_id=None,
        rule_version_id=3,
        memo="清扫村道",
        transfers=(
            TransferRow(
                entry_id + 1, branch_budget(VILLAGE), household_pending(VILLAGE, household), amount
            ),
            TransferRow(entry_id + 2, score_source(VILLAGE), member_standing(VILLAGE, 41), amount),
        ),
    )


def _header() -> SealHeader:
    return SealHeader(
        village_id=VILLAGE,
        period_number=2,
        month="2026-10",
        previous_digest=hashlib.sha256(b"September").digest(),
        entry_count=1,
        entries_root=merkle.root([merkle.leaf_hash(entry_bytes(_award(), 2))]),
        balance_count=0,
        balances_root=merkle.root([]),
        first_entry_id=101,
        last_entry_id=101,
    )


def _head() -> HeadRecord:
    return HeadRecord(
        village_id=VILLAGE,
        period_number=2,
        previous_digest=hashlib.sha256(b"September").digest(),
        id=150,
        entry_count=1,
        last_entry_id=101,
        entries_root=hashlib.sha256(b"entries").digest(),
        written_at=datetime(2026, 10, 9, 18, 30, 0, 1, tzinfo=UTC),
    )


def _balance() -> BalanceRow:
    return BalanceRow(score_source(VILLAGE), -25)


@pytest.mark.parametrize(
    ("name", "record"),
    [
        ("entry", entry_bytes(_award(), 2)),
        ("balance", balance_bytes(_balance(), 2, None)),
        ("blinded balance", balance_bytes(_balance(), 2, SECRET)),
        ("seal", seal_bytes(_header())),
        ("head", head_bytes(_head())),
    ],
)
def test_records_are_the_golden_ones(name: str, record: bytes) -> None:
    golden = GOLDEN[name]
    assert record.hex() == "".join(part["bytes"] for part in golden["parts"])
    assert golden.get("leaf_hash") in (None, merkle.leaf_hash(record).hex())


def test_digests_are_the_golden_ones() -> None:
    assert _header().digest.hex() == GOLDEN["seal"]["digest"]
    assert printed_digest(_header().digest) == GOLDEN["seal"]["printed"]
    assert request_digest(_award()).hex() == GOLDEN["request"]["digest"]
    assert _head().digest.hex() == GOLDEN["head"]["digest"]


@pytest.mark.parametrize("name", ["entry", "balance", "blinded balance", "seal", "request", "head"])
def test_golden_bytes_follow_from_the_described_layout(name: str) -> None:
    """Somebody else's encoder, written from the description alone."""
    for part in GOLDEN[name]["parts"]:
        value = part["value"]
        if part["type"] == "byte":
            encoded = bytes([value])
        elif part["type"] == "integer":
            encoded = (value % 2**64).to_bytes(8, "big")
        elif part["type"] == "text":
            encoded = len(value.encode()).to_bytes(8, "big") + value.encode()
        else:
            assert part["type"] == "digest"
            encoded = bytes.fromhex(value)
        assert encoded.hex() == part["bytes"], part


def test_golden_digests_follow_by_hashlib_alone() -> None:
    record = {
        name: bytes.fromhex("".join(part["bytes"] for part in golden["parts"]))
        for name, golden in GOLDEN.items()
    }
    for name in ("entry", "balance", "seal"):
        leaf_hash = hashlib.sha256(b"\x00" + record[name]).hexdigest()
        assert leaf_hash == GOLDEN[name]["leaf_hash"]
    seal = GOLDEN["seal"]
    roots = [part["bytes"] for part in seal["parts"] if part["name"].endswith("root")]
    # One entry is its own root; no balance at all is the hash of nothing.
    assert roots == [GOLDEN["entry"]["leaf_hash"], hashlib.sha256(b"").hexdigest()]
    assert hashlib.sha256(record["seal"]).hexdigest() == seal["digest"]
    assert seal["printed"].replace(" ", "") == seal["digest"][:16]
    for name in ("request", "head"):
        assert hashlib.sha256(record[name]).hexdigest() == GOLDEN[name]["digest"]


def test_a_request_is_the_same_whoever_sends_it_and_however_it_is_stored() -> None:
    stored = _award()
    draft = EntryDraft(
        village_id=VILLAGE,
        kind=EntryKind.AWARD,
        occurred_on=stored.occurred_on,
        actor_id=99,
        idempotency_key="another key",
        transfers=stored.drafts,
        rule_version_id=3,
        memo=stored.memo,
    )
    assert request_digest(draft) == request_digest(stored)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": EntryKind.BONUS},
        {"occurred_on": date(2026, 10, 10)},
        {"reverses_id": 5},
        {"rule_version_id": 4},
        {"memo": "清扫"},
        {"transfers": (TransferDraft(branch_budget(VILLAGE), household_pending(VILLAGE, 31), 25),)},
        {"transfers": (TransferDraft(branch_budget(VILLAGE), household_pending(VILLAGE, 32), 25),)},
        {"transfers": (TransferDraft(branch_budget(VILLAGE), household_pending(VILLAGE, 31), 24),)},
        {"transfers": (TransferDraft(household_pending(VILLAGE, 31), branch_budget(VILLAGE), 25),)},
        {
            "transfers": (
                TransferDraft(branch_budget(VILLAGE), household_spendable(VILLAGE, 31), 25),
            )
        },
    ],
)
def test_another_request_has_another_digest(change: dict[str, Any]) -> None:
    said: dict[str, Any] = {
        "kind": EntryKind.AWARD,
        "occurred_on": date(2026, 10, 9),
        "transfers": _award().drafts,
        "memo": "清扫村道",
        "rule_version_id": 3,
    }
    drafts = [
        EntryDraft(village_id=VILLAGE, actor_id=1, idempotency_key="k", **content)
        for content in (said, said | change)
    ]
    assert request_digest(drafts[0]) != request_digest(drafts[1])


def test_texts_cannot_run_into_each_other() -> None:
    """What is moved from the end of one text to the start of the next changes the bytes."""
    first = request_digest(_draft(kind=EntryKind.AWARD, memo="2026-10-09"))
    second = request_digest(_draft(kind=EntryKind.AWARD, memo="2026-10-0"))
    assert first != second


def _draft(*, kind: EntryKind, memo: str) -> EntryDraft:
    return EntryDraft(VILLAGE, kind, date(2026, 10, 9), 1, "k", _award().drafts, memo=memo)


def test_closing_balances_are_those_that_moved_or_are_not_zero() -> None:
    """
                opening   moved   closing
    budget        100      -25       75
    household 31    0      +25       25
    household 32    5        0        5
    household 33    0        0        not listed
    score source    0      -25      -25
    member 41     -25      +25        0   listed, because it moved
    """
    openings = {
        branch_budget(VILLAGE): 100,
        household_pending(VILLAGE, 32): 5,
        household_pending(VILLAGE, 33): 0,
        member_standing(VILLAGE, 41): -25,
    }
    closing = closing_balances(openings, [_award()])
    found: dict[Address, int] = {row.account: row.balance for row in closing}
    assert found == {
        branch_budget(VILLAGE): 75,
        household_pending(VILLAGE, 31): 25,
        household_pending(VILLAGE, 32): 5,
        score_source(VILLAGE): -25,
        member_standing(VILLAGE, 41): 0,
    }
    assert list(found) == sorted(found)


def test_a_seal_covers_entries_balances_and_the_seal_before() -> None:
    def digest(**changes: Any) -> bytes:
        period: dict[str, Any] = {
            "village_id": VILLAGE,
            "period_number": 2,
            "month": "2026-10",
            "previous_digest": NO_DIGEST,
            "openings": {branch_budget(VILLAGE): 100},
            "entries": [_award()],
            "secret": None,
        }
        return seal_period(**(period | changes)).header.digest

    digests = {
        digest(),
        digest(village_id=8),
        digest(period_number=3),
        digest(month="2026-11"),
        digest(previous_digest=bytes(31) + b"\x01"),
        digest(openings={branch_budget(VILLAGE): 99}),
        digest(entries=[]),
        digest(entries=[_award(amount=24)]),
        digest(entries=[_award(household=32)]),
        digest(entries=[_award(), _award(entry_id=201)]),
        digest(entries=[_award(entry_id=201), _award()]),
        digest(secret=SECRET),
        digest(secret=SECRET[::-1]),
    }
    assert len(digests) == 13
    assert digest() == digest()
