"""Activities, their sessions and pools"""

import sqlalchemy as sa
from alembic import op

revision = "0007_activities"
down_revision = "0006_themes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "activity",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "village_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("theme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column(
            "rule_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("rule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rule_code", sa.String(length=20), nullable=False),
        sa.Column("spends", sa.Boolean(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("hourly", sa.Boolean(), nullable=False),
        sa.Column("checks_out", sa.Boolean(), nullable=False),
        sa.Column("drop_in", sa.Boolean(), nullable=False),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "approved_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "cancelled_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("cancel_reason", sa.String(length=100), nullable=False),
        sa.CheckConstraint("NOT (spends AND hourly)", name=op.f("ck_activity_price")),
        sa.CheckConstraint("points > 0", name=op.f("ck_activity_points")),
        sa.ForeignKeyConstraint(["rule_id"], ["rule.id"], name=op.f("fk_activity_rule_id_rule")),
        sa.ForeignKeyConstraint(
            ["rule_version_id"],
            ["rule_version.id"],
            name=op.f("fk_activity_rule_version_id_rule_version"),
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_activity_team_id_team")),
        sa.ForeignKeyConstraint(
            ["theme_id"], ["theme.id"], name=op.f("fk_activity_theme_id_theme")
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_activity_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
    )
    op.create_index(op.f("ix_activity_village_id"), "activity", ["village_id"], unique=False)
    op.create_table(
        "activity_organiser",
        sa.Column(
            "activity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_activity_organiser_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activity.id"],
            name=op.f("fk_activity_organiser_activity_id_activity"),
        ),
        sa.PrimaryKeyConstraint("activity_id", "account_id", name=op.f("pk_activity_organiser")),
    )
    op.create_index(
        op.f("ix_activity_organiser_account_id"), "activity_organiser", ["account_id"], unique=False
    )
    op.create_table(
        "activity_session",
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
            "activity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("poster_code", sa.String(length=20), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("seats > 0", name=op.f("ck_activity_session_seats")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_activity_session_lasts")),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_activity_session_activity_id_activity")
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_activity_session_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_session")),
        sa.UniqueConstraint("poster_code", name=op.f("uq_activity_session_poster_code")),
    )
    op.create_index(
        op.f("ix_activity_session_activity_id"), "activity_session", ["activity_id"], unique=False
    )
    op.create_index(
        "ix_activity_session_village_id_starts_at",
        "activity_session",
        ["village_id", "starts_at"],
        unique=False,
    )
    op.create_table(
        "pool_movement",
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
            "activity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("returns", sa.Boolean(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_pool_movement_amount")),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_pool_movement_activity_id_activity")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entry.id"], name=op.f("fk_pool_movement_entry_id_ledger_entry")
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_pool_movement_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool_movement")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_pool_movement_entry_id")),
    )
    op.create_index(
        op.f("ix_pool_movement_activity_id"), "pool_movement", ["activity_id"], unique=False
    )
    op.create_index(
        op.f("ix_pool_movement_village_id"), "pool_movement", ["village_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_pool_movement_village_id"), table_name="pool_movement")
    op.drop_index(op.f("ix_pool_movement_activity_id"), table_name="pool_movement")
    op.drop_table("pool_movement")
    op.drop_index("ix_activity_session_village_id_starts_at", table_name="activity_session")
    op.drop_index(op.f("ix_activity_session_activity_id"), table_name="activity_session")
    op.drop_table("activity_session")
    op.drop_index(op.f("ix_activity_organiser_account_id"), table_name="activity_organiser")
    op.drop_table("activity_organiser")
    op.drop_index(op.f("ix_activity_village_id"), table_name="activity")
    op.drop_table("activity")
