"""Tables of what a close computed from, and of the bonus pool."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Id


class IncentiveMonth(Base):
    """What the register and the activities said when a month was closed, kept for ever.

    With the sealed rows of the month it gives the same figures again, whatever the register says
    later. `facts` is as `domain.facts` writes it. `last_entry_id` is that of the last entry
    posted; 0 when there was none.
    """

    __tablename__ = "incentive_month"
    __table_args__ = (UniqueConstraint("village_id", "month"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    period_id: Mapped[int] = mapped_column(ForeignKey("ledger_period.id"), unique=True)
    month: Mapped[str] = mapped_column(String(7))
    rule_version_id: Mapped[int | None] = mapped_column(ForeignKey("rule_version.id"))
    facts: Mapped[str] = mapped_column(Text)
    last_entry_id: Mapped[int] = mapped_column(Id)
    computed_at: Mapped[datetime]
    computed_by: Mapped[int] = mapped_column(Id)


class BonusPoolMovement(Base):
    """Budget put into the village's bonus pool, or (`returns`) taken out again; in tenths."""

    __tablename__ = "bonus_pool_movement"
    __table_args__ = (CheckConstraint("amount > 0", name="amount"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"), index=True)
    returns: Mapped[bool]
    amount: Mapped[int]
    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entry.id"), unique=True)
    moved_at: Mapped[datetime]
    moved_by: Mapped[int] = mapped_column(Id)
