"""The table of what was checked again."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Id

from .domain import NOTE_LENGTH_MAX


class Recheck(Base):
    """Somebody of the supervision looked at a drawn credit again; only ever added.

    A second look is another row. What was drawn is not kept: the month's seal gives it again.
    """

    __tablename__ = "recheck"
    __table_args__ = (Index("ix_recheck_period_id", "period_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    period_id: Mapped[int] = mapped_column(ForeignKey("ledger_period.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entry.id"))
    is_right: Mapped[bool]
    note: Mapped[str] = mapped_column(String(NOTE_LENGTH_MAX))
    checked_at: Mapped[datetime]
    checked_by: Mapped[int] = mapped_column(Id)
