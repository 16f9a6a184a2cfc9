"""Rule book versions, rules and awards"""

import sqlalchemy as sa
from alembic import op

revision = "0004_rulebook"
down_revision = "0003_ledger"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rule_version",
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
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("meeting_on", sa.Date(), nullable=False),
        sa.Column("meeting_kind", sa.String(length=40), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("votes_for", sa.Integer(), nullable=False),
        sa.Column("votes_against", sa.Integer(), nullable=False),
        sa.Column("record_number", sa.String(length=40), nullable=False),
        sa.Column(
            "imported_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_rule_version_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_version")),
        sa.UniqueConstraint("village_id", "number", name=op.f("uq_rule_version_village_id_number")),
    )
    op.create_table(
        "rule",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "rule_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("cap_points", sa.Integer(), nullable=True),
        sa.Column("cap_period", sa.String(length=10), nullable=True),
        sa.Column("cap_scope", sa.String(length=10), nullable=True),
        sa.Column("cap_group", sa.String(length=20), nullable=False),
        sa.Column("evidence", sa.String(length=100), nullable=False),
        sa.Column("review", sa.String(length=60), nullable=False),
        sa.CheckConstraint("points > 0", name=op.f("ck_rule_points")),
        sa.ForeignKeyConstraint(
            ["rule_version_id"],
            ["rule_version.id"],
            name=op.f("fk_rule_rule_version_id_rule_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule")),
        sa.UniqueConstraint("rule_version_id", "code", name=op.f("uq_rule_rule_version_id_code")),
    )
    op.create_table(
        "award",
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
            "rule_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("rule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("granted", sa.Integer(), nullable=False),
        sa.Column("cap_counted", sa.String(length=40), nullable=False),
        sa.Column("cap_scope", sa.String(length=10), nullable=False),
        sa.Column(
            "cap_owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("cap_window", sa.String(length=60), nullable=False),
        sa.Column("cap_used_before", sa.Integer(), nullable=False),
        sa.Column("cap_points_max", sa.Integer(), nullable=True),
        sa.Column("from_owner_kind", sa.Integer(), nullable=False),
        sa.Column(
            "from_owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("from_purpose", sa.Integer(), nullable=False),
        sa.Column("source_kind", sa.String(length=20), nullable=False),
        sa.Column(
            "source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("idempotency_key", sa.String(length=100), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "reversal_entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("reversal_reason", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entry.id"], name=op.f("fk_award_entry_id_ledger_entry")
        ),
        sa.ForeignKeyConstraint(
            ["reversal_entry_id"],
            ["ledger_entry.id"],
            name=op.f("fk_award_reversal_entry_id_ledger_entry"),
        ),
        sa.ForeignKeyConstraint(["rule_id"], ["rule.id"], name=op.f("fk_award_rule_id_rule")),
        sa.ForeignKeyConstraint(
            ["rule_version_id"],
            ["rule_version.id"],
            name=op.f("fk_award_rule_version_id_rule_version"),
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_award_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_award_entry_id")),
        sa.UniqueConstraint(
            "village_id", "idempotency_key", name=op.f("uq_award_village_id_idempotency_key")
        ),
    )
    op.create_index(
        "ix_award_cap", "award", ["cap_owner_id", "cap_counted", "cap_window"], unique=False
    )
    op.create_index("ix_award_household_id", "award", ["household_id"], unique=False)
    op.create_index("ix_award_source", "award", ["source_id"], unique=False)
    op.create_index(
        "ix_award_village_id_occurred_on", "award", ["village_id", "occurred_on"], unique=False
    )


def downgrade() -> None:
    op.drop_index("ix_award_village_id_occurred_on", table_name="award")
    op.drop_index("ix_award_source", table_name="award")
    op.drop_index("ix_award_household_id", table_name="award")
    op.drop_index("ix_award_cap", table_name="award")
    op.drop_table("award")
    op.drop_table("rule")
    op.drop_table("rule_version")
