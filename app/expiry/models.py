"""Tables of expiry policies, of the days they acted, and of what they took from whom."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Id
from app.kit.points import Tenths

from .domain import REASON_LENGTH_MAX, ExpiryKind, Terms


class ExpiryPolicy(Base):
    """A village's policy as its meeting adopted it and as it was announced; never changed.

    `months` is set for points that age, `ceiling` (tenths) for a carry-over. It acts for the
    first time on `acts_from`.
    """

    __tablename__ = "expiry_policy"
    __table_args__ = (
        UniqueConstraint("village_id", "number"),
        CheckConstraint("(months IS NOT NULL) = (kind = 'age')", name="months"),
        CheckConstraint("(ceiling IS NOT NULL) = (kind = 'ceiling')", name="ceiling"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    months: Mapped[int | None]
    ceiling: Mapped[int | None] = mapped_column(Id)
    announced_on: Mapped[date] = mapped_column(Date)
    acts_from: Mapped[date] = mapped_column(Date)
    meeting_on: Mapped[date] = mapped_column(Date)
    meeting_kind: Mapped[str] = mapped_column(String(40))
    present: Mapped[int]
    votes_for: Mapped[int]
    votes_against: Mapped[int]
    record_number: Mapped[str] = mapped_column(String(40))
    announced_by: Mapped[int] = mapped_column(Id)
    announced_at: Mapped[datetime]

    @property
    def terms(self) -> Terms:
        ceiling = None if self.ceiling is None else Tenths(self.ceiling)
        return Terms(ExpiryKind(self.kind), self.months, ceiling)


class ExpiryRun(Base):
    """One acting day of a policy: asked for by the president, posted by whoever confirmed it."""

    __tablename__ = "expiry_run"
    __table_args__ = (
        UniqueConstraint("village_id", "acts_on"),
        CheckConstraint("asked_by <> confirmed_by", name="two_people"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    policy_id: Mapped[int] = mapped_column(ForeignKey("expiry_policy.id"))
    acts_on: Mapped[date] = mapped_column(Date)
    asked_by: Mapped[int] = mapped_column(Id)
    asked_at: Mapped[datetime]
    confirmed_by: Mapped[int | None] = mapped_column(Id)
    posted_at: Mapped[datetime | None]


class ExpiryLine(Base):
    """What expired for one household, in tenths; given back as a whole or not at all."""

    __tablename__ = "expiry_line"
    __table_args__ = (
        UniqueConstraint("run_id", "household_id"),
        CheckConstraint("amount > 0", name="amount"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"), index=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("expiry_run.id"))
    household_id: Mapped[int] = mapped_column(Id)
    amount: Mapped[int] = mapped_column(Id)
    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entry.id"), unique=True)
    reversal_entry_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entry.id"))
    reversal_reason: Mapped[str] = mapped_column(String(REASON_LENGTH_MAX), default="")
    reversed_by: Mapped[int | None] = mapped_column(Id)


class ExpiryLot(Base):
    """Which earned points a line took: so many tenths of the entry that gave them."""

    __tablename__ = "expiry_lot"

    line_id: Mapped[int] = mapped_column(
        ForeignKey("expiry_line.id"), primary_key=True, autoincrement=False
    )
    earned_entry_id: Mapped[int] = mapped_column(
        ForeignKey("ledger_entry.id"), primary_key=True, autoincrement=False
    )
    earned_on: Mapped[date] = mapped_column(Date)
    amount: Mapped[int] = mapped_column(Id)
