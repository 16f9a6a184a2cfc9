"""Opening a village's book, and closing a month: sealed, with the next one open at once."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.extensions import db
from app.identity.domain import SYSTEM_ACTOR_ID
from app.kit import clock
from app.kit.errors import Conflict
from app.kit.ids import new_id
from app.kit.month import Month
from app.ledger.domain.accounts import Address
from app.ledger.domain.canonical import SealHeader
from app.ledger.domain.sealing import SECRET_BYTES, ComputedSeal, pack_leaves
from app.ledger.models import LedgerClosing, LedgerPeriod, LedgerSeal
from app.ledger.queries.accounts import find_accounts
from app.ledger.queries.seals import compute_seal, header_of

from .rows import insert_rows

_LOOKS_MAX = 5


def open_book(village_id: int, *, first_month: Month, actor_id: int = SYSTEM_ACTOR_ID) -> int:
    """Open the first period of a village's book; returns its id, also when it is open already."""
    first = db.session.scalar(
        select(LedgerPeriod).where(LedgerPeriod.village_id == village_id, LedgerPeriod.number == 1)
    )
    if first is not None:
        return first.id
    return _open_period(
        village_id,
        number=1,
        month=first_month,
        after_entry_id=0,
        actor_id=actor_id,
        now=clock.now(),
    )


def close_period(village_id: int, *, month: Month, actor_id: int = SYSTEM_ACTOR_ID) -> SealHeader:
    """Close the open month and seal it; the next one is open from the same instant.

    Closing a month again gives the seal that is there, so that a second press of the button can
    never close the next month. Raises Conflict `no_open_period`, or `another_month_open` when the
    open month is not the one named.
    """
    period = lock_open_period(village_id)
    if period is None or period.month != str(month):
        sealed = db.session.scalar(
            select(LedgerSeal).where(
                LedgerSeal.village_id == village_id, LedgerSeal.month == str(month)
            )
        )
        if sealed is not None:
            return header_of(sealed)
        if period is None:
            raise Conflict("no_open_period")
        raise Conflict("another_month_open", month=period.month)
    now = clock.now()
    period.closed_at = now
    period.closed_by = actor_id
    db.session.flush()
    header = _seal(period, now)
    _open_period(
        village_id,
        number=period.number + 1,
        month=month.next,
        after_entry_id=max(period.head_entry_id, header.last_entry_id),
        actor_id=actor_id,
        now=now,
    )
    return header


def lock_open_period(village_id: int) -> LedgerPeriod | None:
    """The open period for ourselves alone: waits for everybody who is posting, and makes those who
    come later wait for us. None when the village has no book.

    Who had to wait for a close finds its row closed, that is, no row, and by looking again the
    next one.
    """
    query = (
        select(LedgerPeriod)
        .where(LedgerPeriod.village_id == village_id, LedgerPeriod.closed_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    looks = (db.session.scalar(query) for _ in range(_LOOKS_MAX))
    return next((found for found in looks if found is not None), None)


def _open_period(
    village_id: int,
    *,
    number: int,
    month: Month,
    after_entry_id: int,
    actor_id: int,
    now: datetime,
) -> int:
    period = LedgerPeriod(
        id=new_id(),
        village_id=village_id,
        number=number,
        month=str(month),
        opened_at=now,
        opened_by=actor_id,
        head_entry_id=after_entry_id,
    )
    db.session.add(period)
    db.session.flush()
    return period.id


_draw: Callable[[int], bytes] = secrets.token_bytes


@contextmanager
def secrets_drawn_by(draw: Callable[[int], bytes]) -> Iterator[None]:
    """Draw secrets by another function while the block runs: those of a sample come out the same
    every time, and are none.
    """
    global _draw  # noqa: PLW0603 - the source of secrets is one thing by nature
    previous, _draw = _draw, draw
    try:
        yield
    finally:
        _draw = previous


def new_secret() -> bytes:
    """What blinds the closing balances of a period; kept with its seal, shown to nobody."""
    return _draw(SECRET_BYTES)


def seal_row(
    period_id: int,
    computed: ComputedSeal,
    account_ids: Mapping[Address, int],
    sealed_at: datetime,
) -> dict[str, Any]:
    """The row of a seal, by column; `account_ids` has every account with a closing balance."""
    return asdict(computed.header) | {
        "period_id": period_id,
        "digest": computed.header.digest,
        "secret": computed.secret,
        "sealed_at": sealed_at,
        "entry_leaves": pack_leaves(computed.entry_leaves),
        "balance_leaves": pack_leaves(computed.balance_leaves(account_ids)),
    }


def _seal(period: LedgerPeriod, now: datetime) -> SealHeader:
    computed = compute_seal(period.village_id, period.id, secret=new_secret())
    header = computed.header
    accounts = find_accounts(row.account for row in computed.balances)
    db.session.add(LedgerSeal(**seal_row(period.id, computed, accounts, now)))
    db.session.flush()
    insert_rows(
        LedgerClosing,
        [
            {
                "period_id": period.id,
                "account_id": accounts[row.account],
                "balance": row.balance,
            }
            for row in computed.balances
        ],
    )
    return header
