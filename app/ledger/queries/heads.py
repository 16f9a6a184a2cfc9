"""Heads of open periods."""

from collections.abc import Sequence

from sqlalchemy import select

from app.extensions import db
from app.ledger.models import LedgerHead


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
