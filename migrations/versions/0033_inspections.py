"""Inspection rounds: levels, marks and denials"""

import sqlalchemy as sa
from alembic import op

revision = "0033_inspections"
down_revision = "0032_seal_secret"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "inspection_round",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("village_id", _ID, nullable=False),
        sa.Column("grid_id", _ID, nullable=True),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("seed", sa.String(length=32), nullable=False),
        sa.Column("opened_by", _ID, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posted_by", _ID, nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_by", _ID, nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drop_reason", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "posted_at IS NULL OR dropped_at IS NULL", name=op.f("ck_inspection_round_one_end")
        ),
        sa.ForeignKeyConstraint(
            ["grid_id"], ["grid.id"], name=op.f("fk_inspection_round_grid_id_grid")
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_inspection_round_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_round")),
    )
    op.create_index(
        "ix_inspection_round_village_id", "inspection_round", ["village_id", "id"], unique=False
    )
    op.create_table(
        "inspection_level",
        sa.Column("round_id", _ID, autoincrement=False, nullable=False),
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["inspection_round.id"],
            name=op.f("fk_inspection_level_round_id_inspection_round"),
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["rule.id"], name=op.f("fk_inspection_level_rule_id_rule")
        ),
        sa.PrimaryKeyConstraint("round_id", "level", name=op.f("pk_inspection_level")),
    )
    op.create_table(
        "inspection_mark",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("round_id", _ID, nullable=False),
        sa.Column("household_id", _ID, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("marked_by", _ID, nullable=True),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_by", _ID, nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_by", _ID, nullable=True),
        sa.Column("award_id", _ID, nullable=True),
        sa.CheckConstraint(
            "(level IS NULL) = (marked_by IS NULL)", name=op.f("ck_inspection_mark_marked_whole")
        ),
        sa.CheckConstraint(
            "checked_by IS NULL OR checked_by <> marked_by",
            name=op.f("ck_inspection_mark_two_people"),
        ),
        sa.ForeignKeyConstraint(
            ["award_id"], ["award.id"], name=op.f("fk_inspection_mark_award_id_award")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
            name=op.f("fk_inspection_mark_household_id_household"),
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["inspection_round.id"],
            name=op.f("fk_inspection_mark_round_id_inspection_round"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_mark")),
        sa.UniqueConstraint("award_id", name=op.f("uq_inspection_mark_award_id")),
        sa.UniqueConstraint(
            "round_id", "household_id", name=op.f("uq_inspection_mark_round_id_household_id")
        ),
    )
    op.create_index(
        op.f("ix_inspection_mark_household_id"), "inspection_mark", ["household_id"], unique=False
    )
    op.create_table(
        "inspection_denial",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("village_id", _ID, nullable=False),
        sa.Column("mark_id", _ID, nullable=False),
        sa.Column("statement", sa.String(length=200), nullable=False),
        sa.Column("denied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("denied_by", _ID, nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=True),
        sa.Column("answer", sa.String(length=200), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", _ID, nullable=True),
        sa.Column("reversal_entry_id", _ID, nullable=True),
        sa.CheckConstraint(
            "decision IN ('upheld', 'rejected')", name=op.f("ck_inspection_denial_decision_known")
        ),
        sa.CheckConstraint(
            "(decision IS NULL) = (decided_at IS NULL)",
            name=op.f("ck_inspection_denial_decided_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["mark_id"],
            ["inspection_mark.id"],
            name=op.f("fk_inspection_denial_mark_id_inspection_mark"),
        ),
        sa.ForeignKeyConstraint(
            ["reversal_entry_id"],
            ["ledger_entry.id"],
            name=op.f("fk_inspection_denial_reversal_entry_id_ledger_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_inspection_denial_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_denial")),
        sa.UniqueConstraint("mark_id", name=op.f("uq_inspection_denial_mark_id")),
    )
    op.create_index(
        op.f("ix_inspection_denial_village_id"), "inspection_denial", ["village_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_inspection_denial_village_id"), table_name="inspection_denial")
    op.drop_table("inspection_denial")
    op.drop_index(op.f("ix_inspection_mark_household_id"), table_name="inspection_mark")
    op.drop_table("inspection_mark")
    op.drop_table("inspection_level")
    op.drop_index("ix_inspection_round_village_id", table_name="inspection_round")
    op.drop_table("inspection_round")
