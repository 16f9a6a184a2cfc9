"""Points that expire"""

import sqlalchemy as sa
from alembic import op

revision = "0029_expiry"
down_revision = "0028_notice_signatures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "expiry_policy",
        sa.Column("id", key, autoincrement=False, nullable=False),
        sa.Column("village_id", key, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("ceiling", key, nullable=True),
        sa.Column("announced_on", sa.Date(), nullable=False),
        sa.Column("acts_from", sa.Date(), nullable=False),
        sa.Column("meeting_on", sa.Date(), nullable=False),
        sa.Column("meeting_kind", sa.String(length=40), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("votes_for", sa.Integer(), nullable=False),
        sa.Column("votes_against", sa.Integer(), nullable=False),
        sa.Column("record_number", sa.String(length=40), nullable=False),
        sa.Column("announced_by", key, nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(ceiling IS NOT NULL) = (kind = 'ceiling')", name=op.f("ck_expiry_policy_ceiling")
        ),
        sa.CheckConstraint(
            "(months IS NOT NULL) = (kind = 'age')", name=op.f("ck_expiry_policy_months")
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_expiry_policy_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expiry_policy")),
        sa.UniqueConstraint(
            "village_id", "number", name=op.f("uq_expiry_policy_village_id_number")
        ),
    )
    op.create_table(
        "expiry_run",
        sa.Column("id", key, autoincrement=False, nullable=False),
        sa.Column("village_id", key, nullable=False),
        sa.Column("policy_id", key, nullable=False),
        sa.Column("acts_on", sa.Date(), nullable=False),
        sa.Column("asked_by", key, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", key, nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("asked_by <> confirmed_by", name=op.f("ck_expiry_run_two_people")),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["expiry_policy.id"], name=op.f("fk_expiry_run_policy_id_expiry_policy")
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_expiry_run_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expiry_run")),
        sa.UniqueConstraint("village_id", "acts_on", name=op.f("uq_expiry_run_village_id_acts_on")),
    )
    op.create_table(
        "expiry_line",
        sa.Column("id", key, autoincrement=False, nullable=False),
        sa.Column("village_id", key, nullable=False),
        sa.Column("run_id", key, nullable=False),
        sa.Column("household_id", key, nullable=False),
        sa.Column("amount", key, nullable=False),
        sa.Column("entry_id", key, nullable=False),
        sa.Column("reversal_entry_id", key, nullable=True),
        sa.Column("reversal_reason", sa.String(length=100), nullable=False),
        sa.Column("reversed_by", key, nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_expiry_line_amount")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entry.id"], name=op.f("fk_expiry_line_entry_id_ledger_entry")
        ),
        sa.ForeignKeyConstraint(
            ["reversal_entry_id"],
            ["ledger_entry.id"],
            name=op.f("fk_expiry_line_reversal_entry_id_ledger_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["expiry_run.id"], name=op.f("fk_expiry_line_run_id_expiry_run")
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_expiry_line_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expiry_line")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_expiry_line_entry_id")),
        sa.UniqueConstraint(
            "run_id", "household_id", name=op.f("uq_expiry_line_run_id_household_id")
        ),
    )
    op.create_index(op.f("ix_expiry_line_village_id"), "expiry_line", ["village_id"], unique=False)
    op.create_table(
        "expiry_lot",
        sa.Column("line_id", key, autoincrement=False, nullable=False),
        sa.Column("earned_entry_id", key, autoincrement=False, nullable=False),
        sa.Column("earned_on", sa.Date(), nullable=False),
        sa.Column("amount", key, nullable=False),
        sa.ForeignKeyConstraint(
            ["earned_entry_id"],
            ["ledger_entry.id"],
            name=op.f("fk_expiry_lot_earned_entry_id_ledger_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["expiry_line.id"], name=op.f("fk_expiry_lot_line_id_expiry_line")
        ),
        sa.PrimaryKeyConstraint("line_id", "earned_entry_id", name=op.f("pk_expiry_lot")),
    )


def downgrade() -> None:
    op.drop_table("expiry_lot")
    op.drop_index(op.f("ix_expiry_line_village_id"), table_name="expiry_line")
    op.drop_table("expiry_line")
    op.drop_table("expiry_run")
    op.drop_table("expiry_policy")
