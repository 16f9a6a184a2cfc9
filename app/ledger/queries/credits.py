"""What households were given, entry by entry, and whether they may spend it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import aliased

from app.extensions import db
from app.kit.db import among
from app.ledger.domain.accounts import POINT, OwnerKind, Purpose
from app.ledger.domain.drafts import EntryKind
from app.ledger.models import LedgerAccount, LedgerEntry, LedgerPeriod, LedgerTransfer


@dataclass(frozen=True, slots=True)
class Credit:
    """What an entry gave a household, in tenths, in however many transfers."""

    household_id: int
    entry_id: int
    occurred_on: date
    amount: int
    spendable_at: datetime


def credits_of_households(
    village_id: int, kinds: Collection[EntryKind], household_ids: Collection[int]
) -> list[Credit]:
    """What entries of these kinds gave the households and was made spendable, in no order.

    Without what was reversed, and without months that are not settled: a settling entry carries
    its month as memo.
    """
    account, entry, moved = LedgerAccount, LedgerEntry, LedgerTransfer
    reversal, settling = aliased(LedgerEntry), aliased(LedgerEntry)
    settled = (
        select(LedgerPeriod.id, func.max(settling.posted_at).label("posted_at"))
        .join(settling, settling.memo == LedgerPeriod.month)
        .where(
            LedgerPeriod.village_id == village_id,
            settling.village_id == village_id,
            settling.kind == EntryKind.SETTLE,
        )
        .group_by(LedgerPeriod.id)
        .subquery()
    )
    at_once = account.purpose == Purpose.SPENDABLE
    spendable_at = func.max(case((at_once, entry.posted_at), else_=settled.c.posted_at))
    rows = db.session.execute(
        select(account.owner_id, entry.id, entry.occurred_on, func.sum(moved.amount), spendable_at)
        .join(moved, moved.credit_account_id == account.id)
        .join(entry, entry.id == moved.entry_id)
        .outerjoin(reversal, reversal.reverses_id == entry.id)
        .outerjoin(settled, settled.c.id == entry.period_id)
        .where(
            account.village_id == village_id,
            account.owner_kind == OwnerKind.HOUSEHOLD,
            account.unit_id == POINT,
            among(account.owner_id, set(household_ids)),
            account.purpose.in_((Purpose.SPENDABLE, Purpose.PENDING)),
            or_(at_once, settled.c.id.is_not(None)),
            entry.kind.in_(kinds),
            reversal.id.is_(None),
        )
        .group_by(account.owner_id, entry.id, entry.occurred_on)
    )
    return [
        Credit(household_id, entry_id, occurred_on, int(amount), spendable_at)
        for household_id, entry_id, occurred_on, amount, spendable_at in rows
    ]
