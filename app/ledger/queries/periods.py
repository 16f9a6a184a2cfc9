"""Periods, and what moved in them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from app.extensions import db
from app.kit.db import among
from app.kit.errors import NotFound
from app.kit.month import Month
from app.kit.statements import driver_rows
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
    moved = _moved_by_account(found_period)
    sums: dict[Purpose, dict[tuple[int, int], PeriodSums]] = {each: {} for each in purposes}
    # By its number, because members of an enumeration are looked up many times slower.
    of_purpose = {each.value: sums[each] for each in purposes}
    for account_id, purpose, owner_id, unit_id, opening in _openings(found_period, purposes):
        account = moved.get(account_id)
        if account is None:
            if opening is None:
                continue
            account = PeriodSums()
        account.opening = opening or 0
        of_purpose[purpose][owner_id, unit_id] = account
    return sums


def _moved_by_account(found_period: LedgerPeriod) -> dict[int, PeriodSums]:
    """Credits and debits of the period by account id; openings are left at zero."""
    came_in: defaultdict[str, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
    went_out: defaultdict[str, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
    for credit_id, debit_id, kind, amount in _movements(found_period):
        came_in[kind][credit_id] += amount
        went_out[kind][debit_id] += amount
    moved: defaultdict[int, PeriodSums] = defaultdict(PeriodSums)
    for word, amounts in came_in.items():
        kind = EntryKind(word)
        for account_id, amount in amounts.items():
            moved[account_id].credits[kind] = amount
    for word, amounts in went_out.items():
        kind = EntryKind(word)
        for account_id, amount in amounts.items():
            moved[account_id].debits[kind] = amount
    return moved


def _movements(found_period: LedgerPeriod) -> Sequence[tuple[int, int, str, int]]:
    """Credited account, debited account, kind of entry and amount of each transfer.

    As they are: sums by account and kind would be nearly as many, and cost the database more.
    """
    entry, transfer = LedgerEntry, LedgerTransfer
    query = (
        select(transfer.credit_account_id, transfer.debit_account_id, entry.kind, transfer.amount)
        .join(entry, entry.id == transfer.entry_id)
        .where(
            transfer.period_id == found_period.id,
            # Says nothing new, but leads by an index to the entries of this month alone.
            entry.village_id == found_period.village_id,
            entry.period_id == found_period.id,
        )
    )
    return driver_rows(db.session, query)


def _openings(
    found_period: LedgerPeriod, purposes: Collection[Purpose]
) -> Sequence[tuple[int, int, int, int, int | None]]:
    """Every account of these purposes in the village: id, purpose, owner, unit, and its closing
    balance of the period before, None where it has none.
    """
    account, closing = LedgerAccount, LedgerClosing
    before = (
        select(LedgerPeriod.id)
        .where(
            LedgerPeriod.village_id == found_period.village_id,
            LedgerPeriod.number == found_period.number - 1,
        )
        .scalar_subquery()
    )
    query = (
        select(account.id, account.purpose, account.owner_id, account.unit_id, closing.balance)
        .outerjoin(closing, and_(closing.account_id == account.id, closing.period_id == before))
        .where(account.village_id == found_period.village_id, account.purpose.in_(purposes))
    )
    return driver_rows(db.session, query)


def credited_owners(
    found_period: LedgerPeriod, purposes: Collection[Purpose], kinds: Collection[EntryKind]
) -> set[int]:
    """Owners whose accounts of these purposes were credited in a period by entries of these kinds,
    not counting those that the same period took back.
    """
    account, entry, transfer = LedgerAccount, LedgerEntry, LedgerTransfer
    reversal = aliased(LedgerEntry)
    return set(
        db.session.scalars(
            select(account.owner_id)
            .distinct()
            .join(transfer, transfer.credit_account_id == account.id)
            .join(entry, entry.id == transfer.entry_id)
            .outerjoin(
                reversal,
                and_(reversal.reverses_id == entry.id, reversal.period_id == entry.period_id),
            )
            .where(
                transfer.period_id == found_period.id,
                entry.village_id == found_period.village_id,
                entry.period_id == found_period.id,
                entry.kind.in_(kinds),
                account.purpose.in_(purposes),
                reversal.id.is_(None),
            )
        )
    )


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """What an entry moved on one owner's account; `amount` is positive when it came in.

    `taken_back` says that the same period reversed it.
    """

    entry_id: int
    kind: EntryKind
    occurred_on: date
    owner_id: int
    amount: int
    reverses_id: int | None
    taken_back: bool


def lines_of_period(
    found_period: LedgerPeriod, purposes: Collection[Purpose], owner_ids: Collection[int]
) -> list[PeriodLine]:
    """What moved in a period on these owners' accounts of these purposes, in order."""
    account, entry, transfer = LedgerAccount, LedgerEntry, LedgerTransfer
    reversal = aliased(LedgerEntry)
    lines = []
    for column, sign in ((transfer.credit_account_id, 1), (transfer.debit_account_id, -1)):
        rows = db.session.execute(
            select(
                transfer.id, entry.id, entry.kind, entry.occurred_on, account.owner_id,
                transfer.amount, entry.reverses_id, reversal.id,
            )
            .join(transfer, column == account.id)
            .join(entry, entry.id == transfer.entry_id)
            .outerjoin(
                reversal,
                and_(reversal.reverses_id == entry.id, reversal.period_id == entry.period_id),
            )
            .where(
                transfer.period_id == found_period.id,
                account.village_id == found_period.village_id,
                account.purpose.in_(purposes),
                among(account.owner_id, set(owner_ids)),
            )
        )  # fmt: skip
        for transfer_id, entry_id, kind, day, owner_id, amount, reverses_id, reversed_by in rows:
            line = PeriodLine(
                entry_id, EntryKind(kind), day, owner_id, sign * amount, reverses_id,
                reversed_by is not None,
            )  # fmt: skip
            lines.append((transfer_id, line))
    return [line for _, line in sorted(lines, key=lambda each: each[0])]
