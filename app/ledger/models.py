"""Tables of the books. Entries, transfers, seals and closing balances are only ever inserted;
triggers in the migration refuse the rest.
"""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Id

from .domain.drafts import IDEMPOTENCY_KEY_LENGTH_MAX, MEMO_LENGTH_MAX


class LedgerAccount(Base):
    """Where an amount of one unit can be, in one village's book."""

    __tablename__ = "ledger_account"
    __table_args__ = (
        UniqueConstraint("village_id", "owner_kind", "owner_id", "purpose", "unit_id"),
        # What transfers refer to: the database itself proves that both accounts of a transfer
        # are in its village's book and in its unit.
        UniqueConstraint("village_id", "unit_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(Id)
    owner_kind: Mapped[int]
    owner_id: Mapped[int] = mapped_column(Id)
    purpose: Mapped[int]
    unit_id: Mapped[int] = mapped_column(Id)


class LedgerBalance(Base):
    """The locked row of an account that has a limit; written by the posting function alone.

    `version` is the id of the last transfer that touched the account. New transfers get ids above
    it, so the ids of an account's transfers grow in the order in which its row was locked, even
    when two servers' clocks differ.
    """

    __tablename__ = "ledger_balance"
    __table_args__ = (
        CheckConstraint("balance >= floor", name="floor"),
        CheckConstraint("balance <= ceiling", name="ceiling"),
    )

    account_id: Mapped[int] = mapped_column(
        ForeignKey("ledger_account.id"), primary_key=True, autoincrement=False
    )
    balance: Mapped[int] = mapped_column(Id)
    version: Mapped[int] = mapped_column(Id)
    floor: Mapped[int | None] = mapped_column(Id)
    ceiling: Mapped[int | None] = mapped_column(Id)


class LedgerPeriod(Base):
    """A month of a village's book; exactly one is open.

    Entries posted from now on get ids above `head_entry_id`: what a head or a seal covers is
    complete, and no entry can slip in among those that it counted.
    """

    __tablename__ = "ledger_period"
    __table_args__ = (
        UniqueConstraint("village_id", "number"),
        UniqueConstraint("village_id", "month"),
        # What entries refer to: the database itself proves that their period is their village's.
        UniqueConstraint("village_id", "id"),
        Index(
            "uq_ledger_period_open",
            "village_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    number: Mapped[int]
    month: Mapped[str] = mapped_column(String(7))
    opened_at: Mapped[datetime]
    opened_by: Mapped[int] = mapped_column(Id)
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(Id)
    head_entry_id: Mapped[int] = mapped_column(Id, server_default="0")


class LedgerEntry(Base):
    """One business event (凭证)."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        UniqueConstraint("village_id", "idempotency_key"),
        UniqueConstraint("reverses_id"),
        # What transfers refer to, and the way to all entries of a period.
        UniqueConstraint("village_id", "period_id", "id"),
        ForeignKeyConstraint(
            ["village_id", "period_id"], ["ledger_period.village_id", "ledger_period.id"]
        ),
        # The way from an entry to its partial returns, see EntryDraft.memo.
        Index(
            "ix_ledger_entry_returns",
            "village_id",
            "memo",
            sqlite_where=text("kind = 'return'"),
            postgresql_where=text("kind = 'return'"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(Id)
    period_id: Mapped[int] = mapped_column(Id)
    kind: Mapped[str] = mapped_column(String(20))
    occurred_on: Mapped[date] = mapped_column(Date)
    posted_at: Mapped[datetime]
    actor_id: Mapped[int] = mapped_column(Id)
    idempotency_key: Mapped[str] = mapped_column(String(IDEMPOTENCY_KEY_LENGTH_MAX))
    request_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entry.id"))
    rule_version_id: Mapped[int | None] = mapped_column(Id)
    memo: Mapped[str] = mapped_column(String(MEMO_LENGTH_MAX))


class LedgerTransfer(Base):
    """One debit and one credit of the same amount (分录); an unbalanced one cannot be written."""

    __tablename__ = "ledger_transfer"
    __table_args__ = (
        ForeignKeyConstraint(
            ["village_id", "period_id", "entry_id"],
            ["ledger_entry.village_id", "ledger_entry.period_id", "ledger_entry.id"],
            name="fk_ledger_transfer_entry",
        ),
        ForeignKeyConstraint(
            ["village_id", "unit_id", "debit_account_id"],
            ["ledger_account.village_id", "ledger_account.unit_id", "ledger_account.id"],
            name="fk_ledger_transfer_debit_account",
        ),
        ForeignKeyConstraint(
            ["village_id", "unit_id", "credit_account_id"],
            ["ledger_account.village_id", "ledger_account.unit_id", "ledger_account.id"],
            name="fk_ledger_transfer_credit_account",
        ),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("debit_account_id <> credit_account_id", name="two_accounts"),
        Index("ix_ledger_transfer_debit", "debit_account_id", "id"),
        Index("ix_ledger_transfer_credit", "credit_account_id", "id"),
        Index("ix_ledger_transfer_entry_id", "entry_id"),
        Index("ix_ledger_transfer_period_id", "period_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(Id)
    village_id: Mapped[int] = mapped_column(Id)
    period_id: Mapped[int] = mapped_column(Id)
    debit_account_id: Mapped[int] = mapped_column(Id)
    credit_account_id: Mapped[int] = mapped_column(Id)
    unit_id: Mapped[int] = mapped_column(Id)
    amount: Mapped[int] = mapped_column(Id)


class LedgerSeal(Base):
    """The digest of a closed period and what it was taken over, see domain.canonical.

    The leaves under its roots are kept beside it (see domain.sealing.pack_leaves), so that a row
    that is not as it was sealed can be named. `secret` blinds the closing balances; months sealed
    before there was one have none.
    """

    __tablename__ = "ledger_seal"
    __table_args__ = (UniqueConstraint("village_id", "period_number"),)

    period_id: Mapped[int] = mapped_column(
        ForeignKey("ledger_period.id"), primary_key=True, autoincrement=False
    )
    village_id: Mapped[int] = mapped_column(Id)
    period_number: Mapped[int]
    month: Mapped[str] = mapped_column(String(7))
    previous_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    entry_count: Mapped[int]
    entries_root: Mapped[bytes] = mapped_column(LargeBinary(32))
    balance_count: Mapped[int]
    balances_root: Mapped[bytes] = mapped_column(LargeBinary(32))
    first_entry_id: Mapped[int] = mapped_column(Id)
    last_entry_id: Mapped[int] = mapped_column(Id)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    secret: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    sealed_at: Mapped[datetime]
    entry_leaves: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    balance_leaves: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class LedgerClosing(Base):
    """The balance of an account at the close of a period, under that period's seal."""

    __tablename__ = "ledger_closing"

    period_id: Mapped[int] = mapped_column(
        ForeignKey("ledger_period.id"), primary_key=True, autoincrement=False
    )
    account_id: Mapped[int] = mapped_column(
        ForeignKey("ledger_account.id"), primary_key=True, autoincrement=False
    )
    balance: Mapped[int] = mapped_column(Id)


class LedgerHead(Base):
    """The root over the entries of an open period up to one of them, written every night.

    Until the period is sealed, it is what tampering with these entries runs into. `leaves` are
    those of the entries since the head before; `digest` is over the row and the digest before it.
    """

    __tablename__ = "ledger_head"
    __table_args__ = (
        ForeignKeyConstraint(
            ["village_id", "period_id"], ["ledger_period.village_id", "ledger_period.id"]
        ),
        Index("ix_ledger_head_period_id", "period_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(Id)
    period_id: Mapped[int] = mapped_column(Id)
    entry_count: Mapped[int]
    last_entry_id: Mapped[int] = mapped_column(Id)
    entries_root: Mapped[bytes] = mapped_column(LargeBinary(32))
    written_at: Mapped[datetime]
    leaves: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
