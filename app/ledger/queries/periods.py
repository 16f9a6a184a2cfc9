"""Periods, and what moved in them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import BigInteger, cast, func, select
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
    sums: dict[tuple[int, int], PeriodSums] = {}
    for owner, balance in _openings(found_period, purpose):
        sums.setdefault(owner, PeriodSums()).opening = balance
    account, moved = LedgerAccount, LedgerTransfer
    for column, side in ((moved.credit_account_id, "credits"), (moved.debit_account_id, "debits")):
        rows = db.session.execute(
            select(
                account.owner_id,
                account.unit_id,
                LedgerEntry.kind,
                cast(func.sum(moved.amount), BigInteger),
            )
            .join(account, account.id == column)
            .join(LedgerEntry, LedgerEntry.id == moved.entry_id)
            .where(moved.period_id == found_period.id, account.purpose == purpose)
            .group_by(account.owner_id, account.unit_id, LedgerEntry.kind)
        )
        for owner_id, unit_id, kind, total in rows:
            by_kind = getattr(sums.setdefault((owner_id, unit_id), PeriodSums()), side)
            by_kind[EntryKind(kind)] = total
    return sums


def _openings(found_period: LedgerPeriod, purpose: Purpose) -> list[tuple[tuple[int, int], int]]:
    account = LedgerAccount
    rows = db.session.execute(
        select(account.owner_id, account.unit_id, LedgerClosing.balance)
        .join(LedgerClosing, LedgerClosing.account_id == account.id)
        .join(LedgerPeriod, LedgerPeriod.id == LedgerClosing.period_id)
        .where(
            LedgerPeriod.village_id == found_period.village_id,
            LedgerPeriod.number == found_period.number - 1,
            account.purpose == purpose,
        )
    )
    return [((row.owner_id, row.unit_id), row.balance) for row in rows]
