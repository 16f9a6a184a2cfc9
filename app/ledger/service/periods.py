"""Opening a village's book, and closing a month: sealed, with the next one open at once."""

from typing import cast

from sqlalchemy import Table, select

from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict
from app.kit.ids import new_id
from app.kit.month import Month
from app.ledger.domain.canonical import SealHeader
from app.ledger.models import LedgerClosing, LedgerPeriod, LedgerSeal
from app.ledger.queries.seals import compute_seal

from .rows import insert_rows


def open_book(village_id: int, *, first_month: Month) -> int:
    """Open the first period of a village's book; returns its id, also when it is open already."""
    first = db.session.scalar(
        select(LedgerPeriod).where(LedgerPeriod.village_id == village_id, LedgerPeriod.number == 1)
    )
    return first.id if first else _open_period(village_id, 1, first_month).id


def close_period(village_id: int, *, month: Month) -> SealHeader:
    """Close the open month and seal it; the next one is open from the same instant.

    Closing a month again gives the seal that is there. Raises Conflict `no_open_period`, or
    `another_month_open` when the open month is not the one named.
    """
    # Waits for everybody who is posting, and makes those who come later wait for us.
    period = db.session.scalar(
        select(LedgerPeriod)
        .where(LedgerPeriod.village_id == village_id, LedgerPeriod.closed_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if period is None or period.month != str(month):
        sealed = db.session.scalar(
            select(LedgerSeal).where(
                LedgerSeal.village_id == village_id, LedgerSeal.month == str(month)
            )
        )
        if sealed is not None:
            return compute_seal(village_id, sealed.period_id).header
        if period is None:
            raise Conflict("no_open_period")
        raise Conflict("another_month_open", month=period.month)
    now = clock.now()
    period.closed_at = now
    db.session.flush()
    _open_period(village_id, period.number + 1, month.next)
    return _seal(period)


def _open_period(village_id: int, number: int, month: Month) -> LedgerPeriod:
    period = LedgerPeriod(
        id=new_id(),
        village_id=village_id,
        number=number,
        month=str(month),
        opened_at=clock.now(),
    )
    db.session.add(period)
    db.session.flush()
    return period


def _seal(period: LedgerPeriod) -> SealHeader:
    computed = compute_seal(period.village_id, period.id)
    header = computed.header
    db.session.add(
        LedgerSeal(
            period_id=period.id,
            village_id=header.village_id,
            period_number=header.period_number,
            month=header.month,
            previous_digest=header.previous_digest,
            entry_count=header.entry_count,
            entries_root=header.entries_root,
            balance_count=header.balance_count,
            balances_root=header.balances_root,
            first_entry_id=header.first_entry_id,
            last_entry_id=header.last_entry_id,
            digest=header.digest,
            sealed_at=clock.now(),
        )
    )
    db.session.flush()
    insert_rows(
        cast("Table", LedgerClosing.__table__),
        [
            {"period_id": period.id, "account_id": row.account_id, "balance": row.balance}
            for row in computed.balances
        ],
    )
    return header
