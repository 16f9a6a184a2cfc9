"""Tables of notices, objections and what was corrected because of them."""

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
from sqlalchemy.orm import Mapped, deferred, mapped_column

from app.kit.db import Base, Id


class Notice(Base):
    """The public notice of one closed month.

    `closed_because` is why the month was closed although something still stood open. From
    publishing on the notice is frozen: `pdf` is what hangs on the board, `content` the same as JSON
    for the page behind the QR code.
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("village_id", "month"),
        UniqueConstraint("village_id", "number"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    period_id: Mapped[int] = mapped_column(ForeignKey("ledger_period.id"), unique=True)
    month: Mapped[str] = mapped_column(String(7))
    number: Mapped[int]
    public_code: Mapped[str] = mapped_column(String(12), unique=True)
    state: Mapped[str] = mapped_column(String(10))
    closed_by: Mapped[int] = mapped_column(Id)
    closed_at: Mapped[datetime]
    closed_because: Mapped[str] = mapped_column(String(200), default="")
    published_by: Mapped[int | None] = mapped_column(Id)
    published_at: Mapped[datetime | None]
    posted_from: Mapped[date | None] = mapped_column(Date)
    posted_to: Mapped[date | None] = mapped_column(Date)
    content: Mapped[str | None] = deferred(mapped_column(Text))
    pdf: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    pdf_sha256: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    settled_by: Mapped[int | None] = mapped_column(Id)
    settled_at: Mapped[datetime | None]
    redemption_on: Mapped[date | None] = mapped_column(Date)


class Honour(Base):
    """A good deed for the notice; its row is made only with the consent of the one who is named.

    `name` is what gets printed, so that it stays when the person is renamed or leaves.
    """

    __tablename__ = "honour"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    name: Mapped[str] = mapped_column(String(40))
    deed: Mapped[str] = mapped_column(String(60))
    added_at: Mapped[datetime]
    added_by: Mapped[int] = mapped_column(Id)


class Signature(Base):
    """Somebody's signature on the notice that hangs on the board, noted down from the paper."""

    __tablename__ = "notice_signature"
    __table_args__ = (UniqueConstraint("notice_id", "part", "name"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"))
    part: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(40))
    signed_on: Mapped[date] = mapped_column(Date)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int] = mapped_column(Id)


class Objection(Base):
    """Somebody says that a line of a notice is wrong; nobody has to give a name."""

    __tablename__ = "objection"
    __table_args__ = (
        UniqueConstraint("notice_id", "number"),
        Index("ix_objection_village_id_state", "village_id", "decided_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"))
    number: Mapped[int]
    source: Mapped[str] = mapped_column(String(10))
    passbook_number: Mapped[str] = mapped_column(String(20))
    objector_name: Mapped[str] = mapped_column(String(40))
    statement: Mapped[str] = mapped_column(String(500))
    received_at: Mapped[datetime]
    received_by: Mapped[int | None] = mapped_column(Id)
    decision: Mapped[str | None] = mapped_column(String(10))
    answer: Mapped[str | None] = mapped_column(String(500))
    decided_by: Mapped[int | None] = mapped_column(Id)
    decided_at: Mapped[datetime | None]


class ObjectionCorrection(Base):
    """An award that was taken back because an objection was upheld."""

    __tablename__ = "objection_correction"
    __table_args__ = (UniqueConstraint("award_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    objection_id: Mapped[int] = mapped_column(ForeignKey("objection.id"), index=True)
    award_id: Mapped[int] = mapped_column(Id)
    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entry.id"))


class Supplement(Base):
    """A supplementary notice: what was corrected or answered after its notice was frozen.

    Frozen itself from the start, as `Notice` is. `digest` is over the facts of its lines, see
    `queries.supplements`.
    """

    __tablename__ = "notice_supplement"
    __table_args__ = (UniqueConstraint("notice_id", "number"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"))
    number: Mapped[int]
    posted_from: Mapped[date] = mapped_column(Date)
    posted_to: Mapped[date] = mapped_column(Date)
    content: Mapped[str] = deferred(mapped_column(Text))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    pdf: Mapped[bytes] = deferred(mapped_column(LargeBinary))
    pdf_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    published_by: Mapped[int] = mapped_column(Id)
    published_at: Mapped[datetime]


class SupplementLine(Base):
    """An award that was taken back, or an objection that was answered: each is told once."""

    __tablename__ = "notice_supplement_line"
    __table_args__ = (
        CheckConstraint("(award_id IS NULL) <> (objection_id IS NULL)", name="one_subject"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    supplement_id: Mapped[int] = mapped_column(ForeignKey("notice_supplement.id"), index=True)
    award_id: Mapped[int | None] = mapped_column(ForeignKey("award.id"), unique=True)
    objection_id: Mapped[int | None] = mapped_column(ForeignKey("objection.id"), unique=True)
