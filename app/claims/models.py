"""Tables of claims, their history, photos and draws, and of notices to mend."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Id


class ClaimPolicy(Base):
    """How a village reviews; without a row the defaults of `domain.policy` count.

    `drawn` is how many of the reviewers are drawn for each panel, 0 for all of them.
    """

    __tablename__ = "claim_policy"
    __table_args__ = (
        CheckConstraint("quorum > 0", name="quorum"),
        CheckConstraint("drawn = 0 OR drawn >= quorum", name="drawn"),
    )

    village_id: Mapped[int] = mapped_column(
        ForeignKey("village.id"), primary_key=True, autoincrement=False
    )
    quorum: Mapped[int]
    drawn: Mapped[int]
    appeal_days: Mapped[int]
    changed_at: Mapped[datetime]
    changed_by: Mapped[int] = mapped_column(Id)


class MendNotice(Base):
    """A notice to mend (整改通知), without which nothing is deducted; `due_on` is the last day."""

    __tablename__ = "mend_notice"
    __table_args__ = (CheckConstraint("due_on > issued_on", name="time_to_mend"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"), index=True)
    rule_code: Mapped[str] = mapped_column(String(20))
    rule_id: Mapped[int] = mapped_column(ForeignKey("rule.id"))
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    occurred_on: Mapped[date] = mapped_column(Date)
    statement: Mapped[str] = mapped_column(String(200))
    issued_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    issued_at: Mapped[datetime]
    issued_by: Mapped[int] = mapped_column(Id)
    mended_at: Mapped[datetime | None]
    mended_by: Mapped[int | None] = mapped_column(Id)


class Claim(Base):
    """One claim, or one deduction that follows a notice to mend.

    `round` counts the submissions, `step` is the place in the rule's review path. `asked` and
    `granted` are tenths. An approved claim has its award; an approved deduction the entry that
    took `granted` of standing, or none when a cap left nothing; `appeal_until` is the last day to
    appeal it.
    """

    __tablename__ = "claim"
    __table_args__ = (
        CheckConstraint("kind IN ('award', 'deduction')", name="kind_known"),
        CheckConstraint(
            "state IN ('in_review', 'asked_back', 'approved', 'refused', 'withdrawn',"
            " 'appealed', 'overturned', 'confirmed')",
            name="state_known",
        ),
        CheckConstraint("(kind = 'deduction') = (mend_notice_id IS NOT NULL)", name="noticed"),
        Index("ix_claim_village_id_state", "village_id", "state"),
        Index("ix_claim_household_id", "household_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    kind: Mapped[str] = mapped_column(String(10))
    source: Mapped[str] = mapped_column(String(10))
    rule_code: Mapped[str] = mapped_column(String(20))
    rule_id: Mapped[int] = mapped_column(ForeignKey("rule.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"))
    occurred_on: Mapped[date] = mapped_column(Date)
    statement: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10))
    round: Mapped[int]
    step: Mapped[int]
    asked: Mapped[int]
    granted: Mapped[int | None]
    created_at: Mapped[datetime]
    created_by: Mapped[int] = mapped_column(Id)
    decided_at: Mapped[datetime | None]
    appeal_until: Mapped[date | None] = mapped_column(Date)
    award_id: Mapped[int | None] = mapped_column(ForeignKey("award.id"), unique=True)
    mend_notice_id: Mapped[int | None] = mapped_column(ForeignKey("mend_notice.id"), unique=True)
    cap_used_before: Mapped[int | None]
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entry.id"), unique=True)
    reversal_entry_id: Mapped[int | None] = mapped_column(
        ForeignKey("ledger_entry.id"), unique=True
    )


class ClaimEvent(Base):
    """What somebody did about a claim; only ever added.

    `text` is the statement as submitted, or the reason of a decision.
    """

    __tablename__ = "claim_event"
    __table_args__ = (Index("ix_claim_event_claim_id", "claim_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"))
    kind: Mapped[str] = mapped_column(String(12))
    round: Mapped[int]
    step: Mapped[int]
    review_step: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(String(200))
    actor_id: Mapped[int] = mapped_column(Id)
    happened_at: Mapped[datetime]


class ClaimPhoto(Base):
    """Evidence of a claim: a JPEG made anew from the pixels, without what the camera wrote."""

    __tablename__ = "claim_photo"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"), index=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    width: Mapped[int]
    height: Mapped[int]
    added_at: Mapped[datetime]
    added_by: Mapped[int] = mapped_column(Id)


class ClaimDraw(Base):
    """Who was drawn for a panel, from whom and with which seed; only ever added.

    `candidates` and `drawn` are account ids, comma-separated. The last of a step counts.
    """

    __tablename__ = "claim_draw"
    __table_args__ = (UniqueConstraint("claim_id", "round", "step", "number"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"))
    round: Mapped[int]
    step: Mapped[int]
    number: Mapped[int]
    seed: Mapped[str] = mapped_column(String(32))
    candidates: Mapped[str] = mapped_column(Text)
    drawn: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(200))
    drawn_at: Mapped[datetime]
    drawn_by: Mapped[int] = mapped_column(Id)


class InspectionRound(Base):
    """A list of households to be looked at under a rule (月度评比); `seed` drew its order.

    It is open until its awards are posted or somebody drops it with a reason.
    """

    __tablename__ = "inspection_round"
    __table_args__ = (
        CheckConstraint("posted_at IS NULL OR dropped_at IS NULL", name="one_end"),
        Index("ix_inspection_round_village_id", "village_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"))
    occurred_on: Mapped[date] = mapped_column(Date)
    seed: Mapped[str] = mapped_column(String(32))
    opened_by: Mapped[int] = mapped_column(Id)
    opened_at: Mapped[datetime]
    posted_by: Mapped[int | None] = mapped_column(Id)
    posted_at: Mapped[datetime | None]
    dropped_by: Mapped[int | None] = mapped_column(Id)
    dropped_at: Mapped[datetime | None]
    drop_reason: Mapped[str] = mapped_column(String(200))


class InspectionLevel(Base):
    """What a mark of this level earns; level 0 earns nothing and has no row."""

    __tablename__ = "inspection_level"

    round_id: Mapped[int] = mapped_column(
        ForeignKey("inspection_round.id"), primary_key=True, autoincrement=False
    )
    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rule_id: Mapped[int] = mapped_column(ForeignKey("rule.id"))


class InspectionMark(Base):
    """A household's line of a round: marked by one, checked by another.

    `returned_by` disagreed with an earlier mark, which is to be made anew.
    """

    __tablename__ = "inspection_mark"
    __table_args__ = (
        UniqueConstraint("round_id", "household_id"),
        CheckConstraint("(level IS NULL) = (marked_by IS NULL)", name="marked_whole"),
        CheckConstraint("checked_by IS NULL OR checked_by <> marked_by", name="two_people"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    round_id: Mapped[int] = mapped_column(ForeignKey("inspection_round.id"))
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    place: Mapped[int]
    level: Mapped[int | None]
    marked_by: Mapped[int | None] = mapped_column(Id)
    marked_at: Mapped[datetime | None]
    checked_by: Mapped[int | None] = mapped_column(Id)
    checked_at: Mapped[datetime | None]
    returned_by: Mapped[int | None] = mapped_column(Id)
    award_id: Mapped[int | None] = mapped_column(ForeignKey("award.id"), unique=True)


class AwardDenial(Base):
    """A household says of a credit from a claim or a round that it is not its own, and what came of
    it.
    """

    __tablename__ = "award_denial"
    __table_args__ = (
        CheckConstraint("decision IN ('upheld', 'rejected')", name="decision_known"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decided_whole"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"), index=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), unique=True)
    statement: Mapped[str] = mapped_column(String(200))
    denied_at: Mapped[datetime]
    denied_by: Mapped[int] = mapped_column(Id)
    decision: Mapped[str | None] = mapped_column(String(10))
    answer: Mapped[str] = mapped_column(String(200))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(Id)
    reversal_entry_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entry.id"))
