"""Periods, and what moved in them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import BigInteger, Row, cast, func, select
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
    account, moved = LedgerAccount, LedgerTransfer
    for purpose, owner_id, unit_id, balance in _openings(found_period, purposes):
        by_owner = sums[Purpose(purpose)]
        by_owner.setdefault((owner_id, unit_id), PeriodSums()).opening = balance
    for column, side in ((moved.credit_account_id, "credits"), (moved.debit_account_id, "debits")):
        rows = db.session.execute(
            select(
                account.purpose,
                account.owner_id,
                account.unit_id,
                LedgerEntry.kind,
                cast(func.sum(moved.amount), BigInteger),
            )
            .join(account, account.id == column)
            .join(LedgerEntry, LedgerEntry.id == moved.entry_id)
            .where(moved.period_id == found_period.id, account.purpose.in_(purposes))
            .group_by(account.purpose, account.owner_id, account.unit_id, LedgerEntry.kind)
        )
        for purpose, owner_id, unit_id, kind, total in rows:
            by_owner = sums[Purpose(purpose)]
            by_kind = getattr(by_owner.setdefault((owner_id, unit_id), PeriodSums()), side)
            by_kind[EntryKind(kind)] = total
    return sums


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
