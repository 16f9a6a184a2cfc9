"""Tables of places, accounts, grants of roles, sessions and terminals."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Id


class Town(Base):
    __tablename__ = "town"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(40))


class Village(Base):
    """A branch of the town's head bank, with the contact that every page and notice shows."""

    __tablename__ = "village"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    town_id: Mapped[int] = mapped_column(ForeignKey("town.id"))
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    contact_name: Mapped[str] = mapped_column(String(40))
    contact_phone: Mapped[str] = mapped_column(String(40))
    contact_place: Mapped[str] = mapped_column(String(100))


class Grid(Base):
    __tablename__ = "grid"
    __table_args__ = (UniqueConstraint("village_id", "name"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    name: Mapped[str] = mapped_column(String(40))


class Account(Base):
    """Somebody who can sign in: staff by user name and password, a villager by card and PIN.

    A clerk has both a password and a PIN for the terminal.
    """

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("user_name IS NOT NULL OR member_id IS NOT NULL", name="named"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    town_id: Mapped[int] = mapped_column(ForeignKey("town.id"))
    village_id: Mapped[int | None] = mapped_column(ForeignKey("village.id"), index=True)
    user_name: Mapped[str | None] = mapped_column(String(40), unique=True)
    member_id: Mapped[int | None] = mapped_column(Id, unique=True)
    display_name: Mapped[str] = mapped_column(String(40))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    pin_hash: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class RoleGrant(Base):
    """One role of one account; its place is the account's village, or the town."""

    __tablename__ = "role_grant"
    __table_args__ = (Index("ix_role_grant_account_id", "account_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    role: Mapped[str] = mapped_column(String(20))
    granted_by: Mapped[int] = mapped_column(Id)
    granted_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SignInSession(Base):
    """A signed-in device; only the digest of its token is kept, so a copy opens nothing."""

    __tablename__ = "sign_in_session"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    terminal_id: Mapped[int | None] = mapped_column(ForeignKey("terminal.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Terminal(Base):
    """A redemption terminal of one store; `store_id` is the store feature's id."""

    __tablename__ = "terminal"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"), index=True)
    store_id: Mapped[int] = mapped_column(Id)
    name: Mapped[str] = mapped_column(String(40))
    enrolment_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    enrolment_expires_at: Mapped[datetime | None]
    secret_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    enrolled_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class GuessCounter(Base):
    """Failed attempts on one account; kept in the database so that a restart forgets nothing."""

    __tablename__ = "guess_counter"

    subject: Mapped[str] = mapped_column(String(80), primary_key=True)
    failures: Mapped[int]
    blocked_until: Mapped[datetime | None]
