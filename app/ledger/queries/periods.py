"""Periods, and what moved in them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import BigInteger, Row, cast, func, literal, select, union_all
from sqlalchemy.orm import aliased

from app.extensions import db
from app.kit.errors import NotFound
from app.kit.month import Month
from app.ledger.domain.accounts import Purpose
from app.ledger.domain.drafts import EntryKind
from app.ledger.models import (
    LedgerAccount,
    LedgerClosing,
    LedgerEntry,
    LedgerPeriod,
    LedgerTransfer,
)


@dataclass(slots=True)
class PeriodSums:
    """One account's period: what it opened with, and credits and debits by kind of entry."""

    opening: int = 0
    credits: dict[EntryKind, int] = field(default_factory=dict)
    debits: dict[EntryKind, int] = field(default_factory=dict)

    @property
    def closing(self) -> int:
        return self.opening + sum(self.credits.values()) - sum(self.debits.values())


def open_period(village_id: int) -> LedgerPeriod | None:
    """The period that takes postings now; None when the village has no book yet."""
    return db.session.scalar(
        select(LedgerPeriod).where(
            LedgerPeriod.village_id == village_id, LedgerPeriod.closed_at.is_(None)
        )
    )


def period(village_id: int, month: Month) -> LedgerPeriod:
    """A village's period of a month; NotFound `period_not_found`."""
    found = db.session.scalar(
        select(LedgerPeriod).where(
            LedgerPeriod.village_id == village_id, LedgerPeriod.month == str(month)
        )
    )
    if found is None:
        raise NotFound("period_not_found")
    return found


def periods(village_id: int) -> Sequence[LedgerPeriod]:
    """All periods of a village, oldest first."""
    return db.session.scalars(
        select(LedgerPeriod)
        .where(LedgerPeriod.village_id == village_id)
        .order_by(LedgerPeriod.number)
    ).all()


def is_settled(village_id: int, entry_id: int) -> bool:
    """Whether the month in which an entry was posted has been settled.

    A settling entry carries its month as memo.
    """
    settled = aliased(LedgerEntry)
    found = db.session.scalar(
        select(settled.id)
        .join(LedgerPeriod, LedgerPeriod.month == settled.memo)
        .join(LedgerEntry, LedgerEntry.period_id == LedgerPeriod.id)
        .where(
            LedgerEntry.id == entry_id,
            LedgerEntry.village_id == village_id,
            settled.village_id == village_id,
            settled.kind == EntryKind.SETTLE,
        )
        .limit(1)
    )
    return found is not None


def sums_of_period(
    found_period: LedgerPeriod, purpose: Purpose
) -> dict[tuple[int, int], PeriodSums]:
    """What moved on all accounts of a purpose in a period, by (owner id, unit id).

    Owners with an opening balance and no movement are there too.
    """
    return sums_by_purpose(found_period, [purpose])[purpose]


def sums_by_purpose(
    found_period: LedgerPeriod, purposes: Collection[Purpose]
) -> dict[Purpose, dict[tuple[int, int], PeriodSums]]:
    """The same of several purposes, in as few statements."""
    sums: dict[Purpose, dict[tuple[int, int], PeriodSums]] = {each: {} for each in purposes}
    for purpose, owner_id, unit_id, balance in _openings(found_period, purposes):
        by_owner = sums[Purpose(purpose)]
        by_owner.setdefault((owner_id, unit_id), PeriodSums()).opening = balance
    for purpose, owner_id, unit_id, kind, credited, debited in _movements(found_period, purposes):
        moved = sums[Purpose(purpose)].setdefault((owner_id, unit_id), PeriodSums())
        if credited:
            moved.credits[EntryKind(kind)] = credited
        if debited:
            moved.debits[EntryKind(kind)] = debited
    return sums


def _movements(
    found_period: LedgerPeriod, purposes: Collection[Purpose]
) -> Sequence[Row[int, int, int, str, int, int]]:
    """Purpose, owner, unit, kind of entry, and what that kind credited and debited.

    Each transfer is read once for both of its sides, and each account once for all its transfers.
    """
    account, transfer = LedgerAccount, LedgerTransfer
    moved = (
        select(
            transfer.credit_account_id, transfer.debit_account_id, transfer.amount, LedgerEntry.kind
        )
        .join(LedgerEntry, LedgerEntry.id == transfer.entry_id)
        .where(transfer.period_id == found_period.id)
        .cte("moved")
    )
    nothing = literal(0)
    sides = union_all(
        select(
            moved.c.credit_account_id.label("account_id"), moved.c.kind,
            moved.c.amount.label("credited"), nothing.label("debited"),
        ),
        select(moved.c.debit_account_id, moved.c.kind, nothing, moved.c.amount),
    ).subquery()  # fmt: skip
    folded = (
        select(
            sides.c.account_id,
            sides.c.kind,
            cast(func.sum(sides.c.credited), BigInteger).label("credited"),
            cast(func.sum(sides.c.debited), BigInteger).label("debited"),
        )
        .group_by(sides.c.account_id, sides.c.kind)
        .subquery()
    )
    return db.session.execute(
        select(
            account.purpose, account.owner_id, account.unit_id, folded.c.kind,
            folded.c.credited, folded.c.debited,
        )
        .join(folded, folded.c.account_id == account.id)
        .where(account.purpose.in_(purposes))
    ).all()  # fmt: skip


def _openings(
    found_period: LedgerPeriod, purposes: Collection[Purpose]
) -> Sequence[Row[int, int, int, int]]:
    """Purpose, owner, unit and closing balance of the period before."""
    account = LedgerAccount
    return db.session.execute(
        select(account.purpose, account.owner_id, account.unit_id, LedgerClosing.balance)
        .join(LedgerClosing, LedgerClosing.account_id == account.id)
        .join(LedgerPeriod, LedgerPeriod.id == LedgerClosing.period_id)
        .where(
            LedgerPeriod.village_id == found_period.village_id,
            LedgerPeriod.number == found_period.number - 1,
            account.purpose.in_(purposes),
        )
    ).all()
