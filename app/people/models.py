"""Tables of households, members, cards, teams and register imports. No ID-card number anywhere."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Id


class Household(Base):
    """The holder of a passbook. The head is the membership with `is_head`.

    `heir_event_id` is the life event that closed the household and says who takes in whatever
    still comes to it; None again once it has people. No foreign key: events refer to households.
    """

    __tablename__ = "household"
    __table_args__ = (
        UniqueConstraint("village_id", "passbook_no"),
        CheckConstraint("status IN ('active', 'ended')", name="status_known"),
        CheckConstraint(
            "notice_name_mode IN ('masked', 'full', 'passbook')", name="notice_name_mode_known"
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"))
    passbook_no: Mapped[str] = mapped_column(String(20))
    notice_name_mode: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(10))
    status_on: Mapped[date | None]
    heir_event_id: Mapped[int | None] = mapped_column(Id)
    created_at: Mapped[datetime]


class Member(Base):
    """A person of the register; `birth_month` is "1965-02", the phone is sealed with AES-GCM."""

    __tablename__ = "member"
    __table_args__ = (
        CheckConstraint("status IN ('active', 'moved_away', 'died')", name="status_known"),
        CheckConstraint("gender IN ('female', 'male')", name="gender_known"),
        Index("ix_member_village_id_name", "village_id", "name"),
        Index("ix_member_phone_index", "phone_index"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    name: Mapped[str] = mapped_column(String(40))
    gender: Mapped[str | None] = mapped_column(String(6))
    birth_month: Mapped[str | None] = mapped_column(String(7))
    is_party_member: Mapped[bool]
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary(100))
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    status: Mapped[str] = mapped_column(String(10))
    status_on: Mapped[date | None]
    created_at: Mapped[datetime]


class HouseholdMembership(Base):
    """Which household a member belongs to, from day to day.

    Only moving to another household ends a row. Somebody who died or moved away keeps the open
    row, so that what was earned before still finds its household.
    """

    __tablename__ = "household_membership"
    __table_args__ = (
        Index(
            "uq_household_membership_open_member",
            "member_id",
            unique=True,
            postgresql_where=text("ended_on IS NULL"),
            sqlite_where=text("ended_on IS NULL"),
        ),
        Index(
            "uq_household_membership_open_head",
            "household_id",
            unique=True,
            postgresql_where=text("ended_on IS NULL AND is_head"),
            sqlite_where=text("ended_on IS NULL AND is_head"),
        ),
        Index("ix_household_membership_household_id", "household_id"),
        Index("ix_household_membership_member_id", "member_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"))
    is_head: Mapped[bool]
    relation: Mapped[str] = mapped_column(String(20))
    began_on: Mapped[date]
    ended_on: Mapped[date | None]


class Card(Base):
    """A printed card of a member or of a whole household; only the code's SHA-256 is kept."""

    __tablename__ = "card"
    __table_args__ = (
        CheckConstraint("(member_id IS NULL) <> (household_id IS NULL)", name="one_owner"),
        Index(
            "uq_card_live_member",
            "member_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
        Index(
            "uq_card_live_household",
            "household_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"))
    code_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    version: Mapped[int]
    issued_by: Mapped[int] = mapped_column(Id)
    issued_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Team(Base):
    """A service team (服务队) of the village."""

    __tablename__ = "team"
    __table_args__ = (UniqueConstraint("village_id", "name"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    name: Mapped[str] = mapped_column(String(40))


class TeamMember(Base):
    """A member's time in a team; leaving sets `left_on`."""

    __tablename__ = "team_member"
    __table_args__ = (
        Index(
            "uq_team_member_present",
            "team_id",
            "member_id",
            unique=True,
            postgresql_where=text("left_on IS NULL"),
            sqlite_where=text("left_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    joined_on: Mapped[date]
    left_on: Mapped[date | None]


class PartyLink(Base):
    """A party member linked with a household; proposed by one side until `began_on` is set.

    A link or a proposal that is over stays, with `ended_on`; there is one open row for a pair.
    """

    __tablename__ = "party_link"
    __table_args__ = (
        CheckConstraint(
            "proposed_by IN ('party_member', 'household', 'office')", name="proposed_by_known"
        ),
        Index(
            "uq_party_link_open",
            "member_id",
            "household_id",
            unique=True,
            postgresql_where=text("ended_on IS NULL"),
            sqlite_where=text("ended_on IS NULL"),
        ),
        Index("ix_party_link_village_id", "village_id"),
        Index("ix_party_link_household_id", "household_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"))
    proposed_by: Mapped[str] = mapped_column(String(12))
    proposed_at: Mapped[datetime]
    proposed_actor_id: Mapped[int] = mapped_column(Id)
    agreed_actor_id: Mapped[int | None] = mapped_column(Id)
    began_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    ended_actor_id: Mapped[int | None] = mapped_column(Id)


class RegisterImport(Base):
    """One uploaded register: drafted, shown, and applied once somebody confirmed it.

    `content_sealed` is what the page shows and the report lists, encrypted: the rows read from
    the file while it is a draft, the report's lines once it is applied. The uploaded file itself
    is never kept, because it may hold ID-card numbers.
    """

    __tablename__ = "register_import"
    __table_args__ = (CheckConstraint("status IN ('draft', 'applied')", name="status_known"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    file_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    status: Mapped[str] = mapped_column(String(10))
    counts: Mapped[str] = mapped_column(Text)
    content_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    actor_id: Mapped[int] = mapped_column(Id)
    created_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]


class StaffTie(Base):
    """Of which household a staff account is, and whose grid it works in, as it told the office.

    No household means: of none in this village. Without a row nobody knows, and the account
    reviews nothing.
    """

    __tablename__ = "staff_tie"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id"), primary_key=True, autoincrement=False
    )
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"), index=True)
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"))
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"))
    declared_at: Mapped[datetime]
    declared_by: Mapped[int] = mapped_column(Id)


class Kinship(Base):
    """Two households of close kin, the smaller id first; one that is over stays, with its end."""

    __tablename__ = "kinship"
    __table_args__ = (
        CheckConstraint("household_id < other_household_id", name="pair_in_order"),
        Index(
            "uq_kinship_open",
            "household_id",
            "other_household_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
        Index("ix_kinship_village_id", "village_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"))
    other_household_id: Mapped[int] = mapped_column(ForeignKey("household.id"))
    declared_at: Mapped[datetime]
    declared_by: Mapped[int] = mapped_column(Id)
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(Id)


class LifeEvent(Base):
    """What happened to a household, as it was entered; never changed, see `domain.life`."""

    __tablename__ = "life_event"
    __table_args__ = (
        CheckConstraint("points >= 0", name="points_not_negative"),
        Index("ix_life_event_village_id", "village_id", "id"),
        Index("ix_life_event_to_village_id", "to_village_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    kind: Mapped[str] = mapped_column(String(16))
    happened_on: Mapped[date]
    note: Mapped[str] = mapped_column(String(100))
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    new_head_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"))
    to_household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"))
    to_village_id: Mapped[int | None] = mapped_column(ForeignKey("village.id"))
    passbook_no: Mapped[str] = mapped_column(String(20))
    points: Mapped[int] = mapped_column(Id)
    child_name: Mapped[str] = mapped_column(String(40))
    child_gender: Mapped[str | None] = mapped_column(String(6))
    child_birth_month: Mapped[str | None] = mapped_column(String(7))
    child_relation: Mapped[str] = mapped_column(String(20))
    entered_by: Mapped[int] = mapped_column(Id)
    entered_at: Mapped[datetime]


class LifeEventMember(Base):
    """Somebody who goes to the new household of a split; place 0 is its head."""

    __tablename__ = "life_event_member"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("life_event.id"), primary_key=True, autoincrement=False
    )
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))


class LifeDecision(Base):
    """That an event was carried out or taken back, once; `to_household_id` is where the people
    and points went, a household that was made included.
    """

    __tablename__ = "life_decision"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("life_event.id"), primary_key=True, autoincrement=False
    )
    confirmed: Mapped[bool]
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    to_household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"))
    decided_by: Mapped[int] = mapped_column(Id)
    decided_at: Mapped[datetime]


class LifeTransfer(Base):
    """An entry that moved points (tenths) because of an event; a side that is None is the
    clearing account towards the other village.
    """

    __tablename__ = "life_transfer"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        Index("ix_life_transfer_village_id", "village_id", "entry_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(ForeignKey("life_event.id"), index=True)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entry.id"), unique=True)
    from_household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"))
    to_household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"))
    amount: Mapped[int] = mapped_column(Id)
