"""Tables of theme lists, quota grants, activities, sign-ups and attendance."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Id


class ThemeList(Base):
    """The themes of a month; fixed once published. `number` 0 is the list, 1… supplements."""

    __tablename__ = "theme_list"
    __table_args__ = (UniqueConstraint("town_id", "month", "number"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    town_id: Mapped[int] = mapped_column(ForeignKey("town.id"))
    month: Mapped[str] = mapped_column(String(7))
    number: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[int] = mapped_column(Id)
    published_at: Mapped[datetime | None]
    published_by: Mapped[int | None] = mapped_column(Id)


class Theme(Base):
    """One theme; `points` in tenths, `team_name` empty when any team may."""

    __tablename__ = "theme"
    __table_args__ = (UniqueConstraint("town_id", "code"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    town_id: Mapped[int] = mapped_column(ForeignKey("town.id"))
    theme_list_id: Mapped[int] = mapped_column(ForeignKey("theme_list.id"), index=True)
    code: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(60))
    rule_code: Mapped[str] = mapped_column(String(20))
    team_name: Mapped[str] = mapped_column(String(40))
    points: Mapped[int]
    minutes: Mapped[int]
    seats: Mapped[int]


class QuotaGrant(Base):
    """Points the head bank granted a branch for a month; `amount` in tenths."""

    __tablename__ = "quota_grant"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"), index=True)
    month: Mapped[str] = mapped_column(String(7))
    amount: Mapped[int]
    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entry.id"), unique=True)
    granted_at: Mapped[datetime]
    granted_by: Mapped[int] = mapped_column(Id)


class Activity(Base):
    """What a branch does, under one rule; a spending one takes points instead of giving them.

    `points` (tenths) are for each time or, when `hourly`, for each full hour.
    """

    __tablename__ = "activity"
    __table_args__ = (
        CheckConstraint("points > 0", name="points"),
        CheckConstraint("NOT (spends AND hourly)", name="price"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"), index=True)
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("theme.id"))
    title: Mapped[str] = mapped_column(String(60))
    place: Mapped[str] = mapped_column(String(60))
    rule_version_id: Mapped[int] = mapped_column(ForeignKey("rule_version.id"))
    rule_id: Mapped[int] = mapped_column(ForeignKey("rule.id"))
    rule_code: Mapped[str] = mapped_column(String(20))
    spends: Mapped[bool]
    points: Mapped[int]
    hourly: Mapped[bool]
    checks_out: Mapped[bool]
    drop_in: Mapped[bool]
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    bring: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[datetime]
    created_by: Mapped[int] = mapped_column(Id)
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[int | None] = mapped_column(Id)
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[int | None] = mapped_column(Id)
    cancel_reason: Mapped[str] = mapped_column(String(100), default="")


class ActivityOrganiser(Base):
    """Who organises an activity: an account of the village."""

    __tablename__ = "activity_organiser"

    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, index=True)


class ActivitySession(Base):
    """One sitting (场次) of an activity; sign-ups and attendance belong to it.

    `reserved` (tenths) is what approval put into the activity's pool for it.
    """

    __tablename__ = "activity_session"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="lasts"),
        CheckConstraint("seats > 0", name="seats"),
        Index("ix_activity_session_village_id_starts_at", "village_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    seats: Mapped[int]
    poster_code: Mapped[str] = mapped_column(String(20), unique=True)
    reserved: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(Id)


class SessionChange(Base):
    """What a session said before it was changed, and who changed it."""

    __tablename__ = "session_change"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    session_id: Mapped[int] = mapped_column(ForeignKey("activity_session.id"), index=True)
    starts_at_before: Mapped[datetime]
    ends_at_before: Mapped[datetime]
    place_before: Mapped[str] = mapped_column(String(60))
    seats_before: Mapped[int]
    bring_before: Mapped[str] = mapped_column(String(60))
    changed_at: Mapped[datetime]
    changed_by: Mapped[int] = mapped_column(Id)


class PoolMovement(Base):
    """Budget moved into the pool of an activity, or (`returns`) what was left moved back."""

    __tablename__ = "pool_movement"
    __table_args__ = (CheckConstraint("amount > 0", name="amount"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"), index=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"), index=True)
    returns: Mapped[bool]
    amount: Mapped[int]
    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entry.id"), unique=True)


class Signup(Base):
    """Somebody's place in a session; a cancelled one stays, and a new one may follow it.

    `held` (tenths) was put aside by `hold_entry_id`; `settling_entry_id` gave it back or took it.
    A refund reverses the taking, and `refund_entry_id` then gives back.
    """

    __tablename__ = "signup"
    __table_args__ = (
        Index(
            "uq_signup_session_id_member_id",
            "session_id",
            "member_id",
            unique=True,
            sqlite_where=text("cancelled_at IS NULL"),
            postgresql_where=text("cancelled_at IS NULL"),
        ),
        CheckConstraint("place IN ('confirmed', 'waiting')", name="place"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"), index=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("activity_session.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    place: Mapped[str] = mapped_column(String(10))
    source: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime]
    created_by: Mapped[int] = mapped_column(Id)
    moved_up_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[int | None] = mapped_column(Id)
    held: Mapped[int] = mapped_column(default=0)
    hold_state: Mapped[str] = mapped_column(String(10))
    hold_entry_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entry.id"), unique=True)
    settling_entry_id: Mapped[int | None] = mapped_column(
        ForeignKey("ledger_entry.id"), unique=True
    )
    refund_entry_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entry.id"), unique=True)


class Attendance(Base):
    """Who was there. One per session and member: a second scan finds this row.

    `minutes` and `minutes_rule` are filled at the closing, `award_id` when points were awarded.
    `phone_digest` tells apart the phones that villagers checked in with.
    """

    __tablename__ = "attendance"
    __table_args__ = (
        UniqueConstraint("session_id", "member_id"),
        CheckConstraint(
            "state IN ('unconfirmed', 'present', 'left', 'absent', 'excused')", name="state"
        ),
        CheckConstraint("(state = 'unconfirmed') = (waits_for IS NOT NULL)", name="waits_for"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"), index=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("activity_session.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"))
    state: Mapped[str] = mapped_column(String(12))
    waits_for: Mapped[str | None] = mapped_column(String(10))
    source: Mapped[str] = mapped_column(String(15))
    staff_entry: Mapped[bool]
    phone_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    checked_in_at: Mapped[datetime | None]
    checked_in_by: Mapped[int] = mapped_column(Id)
    checked_out_at: Mapped[datetime | None]
    checked_out_by: Mapped[int | None] = mapped_column(Id)
    confirmed_by: Mapped[int | None] = mapped_column(Id)
    reason: Mapped[str] = mapped_column(String(100), default="")
    minutes: Mapped[int | None]
    minutes_rule: Mapped[str | None] = mapped_column(String(15))
    award_id: Mapped[int | None] = mapped_column(ForeignKey("award.id"), unique=True)


class AttendanceCorrection(Base):
    """A change after the closing: what the attendance said before and after, and why."""

    __tablename__ = "attendance_correction"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    attendance_id: Mapped[int] = mapped_column(ForeignKey("attendance.id"), index=True)
    state_before: Mapped[str] = mapped_column(String(12))
    state_after: Mapped[str] = mapped_column(String(12))
    minutes_before: Mapped[int | None]
    minutes_after: Mapped[int | None]
    award_id_before: Mapped[int | None] = mapped_column(ForeignKey("award.id"))
    award_id_after: Mapped[int | None] = mapped_column(ForeignKey("award.id"))
    reason: Mapped[str] = mapped_column(String(100))
    corrected_at: Mapped[datetime]
    corrected_by: Mapped[int] = mapped_column(Id)


class AttendanceDenial(Base):
    """A household says of a credit for an attendance that it is not its own, and what came of it.

    `correction_id` took the credit back; `replacement_id` gave it to whoever was there.
    """

    __tablename__ = "attendance_denial"
    __table_args__ = (
        CheckConstraint("decision IN ('upheld', 'rejected')", name="decision_known"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decided_whole"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"), index=True)
    attendance_id: Mapped[int] = mapped_column(ForeignKey("attendance.id"))
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), unique=True)
    statement: Mapped[str] = mapped_column(String(200))
    denied_at: Mapped[datetime]
    denied_by: Mapped[int] = mapped_column(Id)
    decision: Mapped[str | None] = mapped_column(String(10))
    answer: Mapped[str] = mapped_column(String(200), default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(Id)
    correction_id: Mapped[int | None] = mapped_column(ForeignKey("attendance_correction.id"))
    replacement_id: Mapped[int | None] = mapped_column(ForeignKey("attendance_correction.id"))


class ReleasePolicy(Base):
    """From which day on the points of a check-in are spendable at once, or after the notice again.

    Never changed; the newest that has begun counts. `record_number` is that of the meeting.
    """

    __tablename__ = "release_policy"
    __table_args__ = (UniqueConstraint("village_id", "number"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    number: Mapped[int]
    at_once: Mapped[bool]
    starts_on: Mapped[date] = mapped_column(Date)
    record_number: Mapped[str] = mapped_column(String(40))
    decided_by: Mapped[int] = mapped_column(Id)
    decided_at: Mapped[datetime]
