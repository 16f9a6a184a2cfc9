"""A small book with round numbers: two sealed months, the first from before closing balances were
blinded, a head and an open month.

`golden_book.txt` holds it as it was exported once; the bytes never change.
"""

from datetime import UTC, date, datetime

from app.ledger.domain import merkle
from app.ledger.domain.accounts import (
    Address,
    branch_budget,
    household_pending,
    household_spendable,
    issuance,
)
from app.ledger.domain.canonical import (
    NO_DIGEST,
    EntryRow,
    HeadRecord,
    TransferRow,
    balance_bytes,
    entry_bytes,
    head_bytes,
    seal_bytes,
)
from app.ledger.domain.sealing import ComputedSeal, hashes_of, seal_period

_VILLAGE = 7
_BUDGET, _PENDING = branch_budget(_VILLAGE), household_pending(_VILLAGE, 31)


def golden_records() -> tuple[list[bytes], list[str]]:
    """The records in the order of the file, and the digests and roots that they meet."""
    october = [
        _entry(100, 1, "grant", ((issuance(_VILLAGE), _BUDGET, 1000),)),
        _entry(200, 1, "award", ((_BUDGET, _PENDING, 25),)),
        _entry(300, 1, "reversal", ((_PENDING, _BUDGET, 25),), reverses_id=200),
    ]
    november = [
        _entry(400, 2, "award", ((_BUDGET, _PENDING, 15),)),
        _entry(500, 2, "settle", ((_PENDING, household_spendable(_VILLAGE, 31), 15),)),
    ]
    december = [_entry(600, 3, "award", ((_BUDGET, _PENDING, 5),))]
    first = seal_period(
        village_id=_VILLAGE,
        period_number=1,
        month="2026-10",
        previous_digest=NO_DIGEST,
        openings={},
        entries=october,
        secret=None,
    )
    second = seal_period(
        village_id=_VILLAGE,
        period_number=2,
        month="2026-11",
        previous_digest=first.header.digest,
        openings={row.account: row.balance for row in first.balances},
        entries=november,
        secret=bytes(range(32)),
    )
    head = HeadRecord(
        village_id=_VILLAGE,
        period_number=3,
        previous_digest=second.header.digest,
        id=650,
        entry_count=1,
        last_entry_id=600,
        entries_root=merkle.root(hashes_of(december, 3)),
        written_at=datetime(2026, 12, 1, 18, 30, tzinfo=UTC),
    )
    records = [*_sealed(first), *_sealed(second), entry_bytes(december[0], 3), head_bytes(head)]
    digests = [first.header.digest, second.header.digest, head.entries_root]
    return records, [digest.hex() for digest in digests]


def _sealed(seal: ComputedSeal) -> list[bytes]:
    number = seal.header.period_number
    return [
        *(entry_bytes(row, number) for row in seal.entries),
        *(balance_bytes(row, number, seal.secret) for row in seal.balances),
        seal_bytes(seal.header),
    ]


def _entry(
    entry_id: int,
    period_number: int,
    kind: str,
    moves: tuple[tuple[Address, Address, int], ...],
    *,
    reverses_id: int | None = None,
) -> EntryRow:
    return EntryRow(
        id=entry_id,
        village_id=_VILLAGE,
        period_id=period_number,
        kind=kind,
        occurred_on=date(2026, 9 + period_number, 9),
        posted_at=datetime(2026, 9 + period_number, 9, 0, 31, 2, entry_id, tzinfo=UTC),
        actor_id=12,
        idempotency_key=f"{kind}:{entry_id}",
        request_digest=b"not part of the record",
        reverses_id=reverses_id,
        rule_version_id=3,
        memo="清扫村道",
        transfers=tuple(
            TransferRow(entry_id + place, debit, credit, amount)
            for place, (debit, credit, amount) in enumerate(moves, start=1)
        ),
    )
