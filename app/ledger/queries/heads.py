"""Heads of open periods."""

from collections.abc import Sequence

from sqlalchemy import select

from app.extensions import db
from app.ledger.domain.canonical import NO_DIGEST, HeadRecord
from app.ledger.models import LedgerHead, LedgerPeriod, LedgerSeal


def last_head(period_id: int) -> LedgerHead | None:
    """The newest head of a period; None when there is none yet."""
    return db.session.scalar(
        select(LedgerHead)
        .where(LedgerHead.period_id == period_id)
        .order_by(LedgerHead.id.desc())
        .limit(1)
    )


def heads(period_id: int) -> Sequence[LedgerHead]:
    """All heads of a period, oldest first."""
    return db.session.scalars(
        select(LedgerHead).where(LedgerHead.period_id == period_id).order_by(LedgerHead.id)
    ).all()


def head_record(
    period: LedgerPeriod, head: LedgerHead, before: LedgerHead | LedgerSeal | None
) -> HeadRecord:
    """What the digest of a head is taken over; `before` is the head before it in the period, or
    the seal of the period before.
    """
    return HeadRecord(
        village_id=period.village_id,
        period_number=period.number,
        previous_digest=NO_DIGEST if before is None else before.digest,
        id=head.id,
        entry_count=head.entry_count,
        last_entry_id=head.last_entry_id,
        entries_root=head.entries_root,
        written_at=head.written_at,
    )
