"""The books: accounts, balances, periods, entries, transfers, seals"""

import sqlalchemy as sa
from alembic import op

revision = "0003_ledger"
down_revision = "0002_people"
branch_labels = None
depends_on = None

_APPEND_ONLY = (
    "ledger_entry",
    "ledger_transfer",
    "ledger_seal",
    "ledger_closing",
    "ledger_account",
)
_NEVER_DELETED = ("ledger_balance", "ledger_period")
_CLOSES_ONCE = (
    "OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL AND NEW.id = OLD.id"
    " AND NEW.village_id = OLD.village_id AND NEW.number = OLD.number AND NEW.month = OLD.month"
    " AND NEW.opened_at = OLD.opened_at AND NEW.opened_by = OLD.opened_by"
    " AND NEW.closed_by IS NOT NULL"
)


def _guard_sqlite() -> None:
    for table in _APPEND_ONLY + _NEVER_DELETED:
        events = ("UPDATE", "DELETE") if table in _APPEND_ONLY else ("DELETE",)
        for event in events:
            op.execute(
                f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    op.execute(
        "CREATE TRIGGER ledger_period_closes_once BEFORE UPDATE ON ledger_period "
        f"WHEN NOT ({_CLOSES_ONCE}) "
        "BEGIN SELECT RAISE(ABORT, 'ledger_period closes once'); END"
    )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in _APPEND_ONLY + _NEVER_DELETED:
        events = "UPDATE OR DELETE" if table in _APPEND_ONLY else "DELETE"
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE {events} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION ledger_refuse()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "EXECUTE FUNCTION ledger_refuse()"
        )
    op.execute(
        "CREATE TRIGGER ledger_period_closes_once BEFORE UPDATE ON ledger_period FOR EACH ROW "
        f"WHEN (NOT ({_CLOSES_ONCE})) EXECUTE FUNCTION ledger_refuse()"
    )


def upgrade() -> None:
    op.create_table(
        "ledger_account",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "village_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("owner_kind", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("purpose", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_account")),
        sa.UniqueConstraint(
            "village_id",
            "owner_kind",
            "owner_id",
            "purpose",
            "unit_id",
            name=op.f("uq_ledger_account_village_id_owner_kind_owner_id_purpose_unit_id"),
        ),
        sa.UniqueConstraint(
            "village_id", "unit_id", "id", name=op.f("uq_ledger_account_village_id_unit_id_id")
        ),
    )
    op.create_table(
        "ledger_period",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "village_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "opened_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_ledger_period_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_period")),
        sa.UniqueConstraint("village_id", "id", name=op.f("uq_ledger_period_village_id_id")),
        sa.UniqueConstraint("village_id", "month", name=op.f("uq_ledger_period_village_id_month")),
        sa.UniqueConstraint(
            "village_id", "number", name=op.f("uq_ledger_period_village_id_number")
        ),
    )
    op.create_index(
        "uq_ledger_period_open",
        "ledger_period",
        ["village_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "ledger_balance",
        sa.Column(
            "account_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("balance", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("floor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ceiling", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("balance <= ceiling", name=op.f("ck_ledger_balance_ceiling")),
        sa.CheckConstraint("balance >= floor", name=op.f("ck_ledger_balance_floor")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["ledger_account.id"],
            name=op.f("fk_ledger_balance_account_id_ledger_account"),
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_ledger_balance")),
    )
    op.create_table(
        "ledger_closing",
        sa.Column(
            "period_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "account_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("balance", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["ledger_account.id"],
            name=op.f("fk_ledger_closing_account_id_ledger_account"),
        ),
        sa.ForeignKeyConstraint(
            ["period_id"],
            ["ledger_period.id"],
            name=op.f("fk_ledger_closing_period_id_ledger_period"),
        ),
        sa.PrimaryKeyConstraint("period_id", "account_id", name=op.f("pk_ledger_closing")),
    )
    op.create_table(
        "ledger_entry",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "village_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "period_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("idempotency_key", sa.String(length=100), nullable=False),
        sa.Column("request_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column(
            "reverses_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "rule_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("memo", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id", "period_id"],
            ["ledger_period.village_id", "ledger_period.id"],
            name=op.f("fk_ledger_entry_village_id_period_id_ledger_period"),
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"],
            ["ledger_entry.id"],
            name=op.f("fk_ledger_entry_reverses_id_ledger_entry"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_ledger_entry_reverses_id")),
        sa.UniqueConstraint(
            "village_id", "idempotency_key", name=op.f("uq_ledger_entry_village_id_idempotency_key")
        ),
        sa.UniqueConstraint(
            "village_id", "period_id", "id", name=op.f("uq_ledger_entry_village_id_period_id_id")
        ),
    )
    op.create_table(
        "ledger_seal",
        sa.Column(
            "period_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "village_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("period_number", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("previous_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("entry_count", sa.Integer(), nullable=False),
        sa.Column("entries_root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("balance_count", sa.Integer(), nullable=False),
        sa.Column("balances_root", sa.LargeBinary(length=32), nullable=False),
        sa.Column(
            "first_entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "last_entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["period_id"], ["ledger_period.id"], name=op.f("fk_ledger_seal_period_id_ledger_period")
        ),
        sa.PrimaryKeyConstraint("period_id", name=op.f("pk_ledger_seal")),
        sa.UniqueConstraint(
            "village_id", "period_number", name=op.f("uq_ledger_seal_village_id_period_number")
        ),
    )
    op.create_table(
        "ledger_transfer",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "village_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "period_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "debit_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "credit_account_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_ledger_transfer_amount_positive")),
        sa.CheckConstraint(
            "debit_account_id <> credit_account_id", name=op.f("ck_ledger_transfer_two_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "period_id", "entry_id"],
            ["ledger_entry.village_id", "ledger_entry.period_id", "ledger_entry.id"],
            name="fk_ledger_transfer_entry",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "unit_id", "credit_account_id"],
            ["ledger_account.village_id", "ledger_account.unit_id", "ledger_account.id"],
            name="fk_ledger_transfer_credit_account",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "unit_id", "debit_account_id"],
            ["ledger_account.village_id", "ledger_account.unit_id", "ledger_account.id"],
            name="fk_ledger_transfer_debit_account",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_transfer")),
    )
    op.create_index(
        "ix_ledger_transfer_credit", "ledger_transfer", ["credit_account_id", "id"], unique=False
    )
    op.create_index(
        "ix_ledger_transfer_debit", "ledger_transfer", ["debit_account_id", "id"], unique=False
    )
    op.create_index("ix_ledger_transfer_entry_id", "ledger_transfer", ["entry_id"], unique=False)
    op.create_index("ix_ledger_transfer_period_id", "ledger_transfer", ["period_id"], unique=False)
    # The application's role has no right to change these rows either, see `ledger grant`; the
    # triggers hold for the owner too.
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def downgrade() -> None:
    op.drop_index("ix_ledger_transfer_period_id", table_name="ledger_transfer")
    op.drop_index("ix_ledger_transfer_entry_id", table_name="ledger_transfer")
    op.drop_index("ix_ledger_transfer_debit", table_name="ledger_transfer")
    op.drop_index("ix_ledger_transfer_credit", table_name="ledger_transfer")
    op.drop_table("ledger_transfer")
    op.drop_table("ledger_seal")
    op.drop_table("ledger_entry")
    op.drop_table("ledger_closing")
    op.drop_table("ledger_balance")
    op.drop_index(
        "uq_ledger_period_open",
        table_name="ledger_period",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_table("ledger_period")
    op.drop_table("ledger_account")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION ledger_refuse")
