"""Tables of rule book versions, rules and awards."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Id


class RuleVersion(Base):
    """A version of a village's rule book and the meeting that adopted it; never changed.

    The columns of linked scores, grid and team bonus are empty where the meeting adopted none.
    """

    __tablename__ = "rule_version"
    __table_args__ = (UniqueConstraint("village_id", "number"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    number: Mapped[int]
    starts_on: Mapped[date] = mapped_column(Date)
    meeting_on: Mapped[date] = mapped_column(Date)
    meeting_kind: Mapped[str] = mapped_column(String(40))
    present: Mapped[int]
    votes_for: Mapped[int]
    votes_against: Mapped[int]
    record_number: Mapped[str] = mapped_column(String(40))
    imported_by: Mapped[int] = mapped_column(Id)
    imported_at: Mapped[datetime]
    linked_weight_hundredths: Mapped[int | None]
    linked_clamp: Mapped[int | None]
    linked_households_min: Mapped[int | None]
    linked_printed: Mapped[bool | None]
    grid_threshold_percent: Mapped[int | None]
    grid_bonus: Mapped[int | None]
    team_bonus: Mapped[int | None]


class RuleRow(Base):
    """One rule of a version; amounts in tenths, cap columns empty when there is no cap."""

    __tablename__ = "rule"
    __table_args__ = (
        UniqueConstraint("rule_version_id", "code"),
        CheckConstraint("points > 0", name="points"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    rule_version_id: Mapped[int] = mapped_column(ForeignKey("rule_version.id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(20))
    category: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(10))
    points: Mapped[int]
    cap_points: Mapped[int | None]
    cap_period: Mapped[str | None] = mapped_column(String(10))
    cap_scope: Mapped[str | None] = mapped_column(String(10))
    cap_group: Mapped[str] = mapped_column(String(20))
    evidence: Mapped[str] = mapped_column(String(100))
    review: Mapped[str] = mapped_column(String(60))


class RuleDraft(Base):
    """An uploaded rule book that somebody is looking at; saved once it has become a version."""

    __tablename__ = "rule_draft"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    file_name: Mapped[str] = mapped_column(String(100))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    created_by: Mapped[int] = mapped_column(Id)
    created_at: Mapped[datetime]
    rule_version_id: Mapped[int | None] = mapped_column(ForeignKey("rule_version.id"))


class Award(Base):
    """Points granted to a household for a member's deed, or what became of the wish.

    `asked` and `granted` in tenths; `entry_id` is empty when the cap left nothing. Rule code and
    cap group are what later awards are counted with, under whatever version of the rule book;
    `cap_used_before` is what the cap had been used by. What was granted `at_once` was spendable
    from the start. `return_entry_id` brought points that had
    become spendable back, so that they could be reversed.
    """

    __tablename__ = "award"
    __table_args__ = (
        UniqueConstraint("village_id", "idempotency_key"),
        Index("ix_award_village_id_occurred_on", "village_id", "occurred_on"),
        Index("ix_award_household_id", "household_id"),
        Index("ix_award_member_id", "member_id"),
        Index("ix_award_source", "source_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    rule_version_id: Mapped[int] = mapped_column(ForeignKey("rule_version.id"))
    rule_id: Mapped[int] = mapped_column(ForeignKey("rule.id"))
    member_id: Mapped[int | None] = mapped_column(Id)
    household_id: Mapped[int] = mapped_column(Id)
    occurred_on: Mapped[date] = mapped_column(Date)
    asked: Mapped[int]
    granted: Mapped[int]
    rule_code: Mapped[str] = mapped_column(String(20))
    cap_group: Mapped[str] = mapped_column(String(20))
    cap_used_before: Mapped[int]
    from_owner_kind: Mapped[int]
    from_owner_id: Mapped[int] = mapped_column(Id)
    from_purpose: Mapped[int]
    source_kind: Mapped[str] = mapped_column(String(20))
    source_id: Mapped[int] = mapped_column(Id)
    idempotency_key: Mapped[str] = mapped_column(String(100))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entry.id"), unique=True)
    actor_id: Mapped[int] = mapped_column(Id)
    created_at: Mapped[datetime]
    return_entry_id: Mapped[int | None] = mapped_column(Id)
    reversal_entry_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entry.id"))
    reversal_reason: Mapped[str] = mapped_column(String(100), default="")
    at_once: Mapped[bool] = mapped_column(default=False, server_default=false())
