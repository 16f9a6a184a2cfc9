"""Linked scores and bonuses: terms of a rule book version, facts of a closed month, bonus pool"""

import sqlalchemy as sa
from alembic import op

revision = "0026_incentives"
down_revision = "0025_claims"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _guard() -> None:
    """What a close computed from is never changed, as a version of the rule book is not."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER incentive_month_unchangeable BEFORE UPDATE OR DELETE ON incentive_month"
            " FOR EACH ROW EXECUTE FUNCTION ledger_refuse()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        # Dropped with the table.
        op.execute(
            f"CREATE TRIGGER incentive_month_no_{event.lower()} BEFORE {event} ON incentive_month "
            "BEGIN SELECT RAISE(ABORT, 'incentive_month is unchangeable'); END"
        )


def upgrade() -> None:
    op.create_table(
        "incentive_month",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("village_id", _ID, nullable=False),
        sa.Column("period_id", _ID, nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("rule_version_id", _ID, nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("last_entry_id", _ID, nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("computed_by", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["period_id"],
            ["ledger_period.id"],
            name=op.f("fk_incentive_month_period_id_ledger_period"),
        ),
        sa.ForeignKeyConstraint(
            ["rule_version_id"],
            ["rule_version.id"],
            name=op.f("fk_incentive_month_rule_version_id_rule_version"),
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_incentive_month_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incentive_month")),
        sa.UniqueConstraint("period_id", name=op.f("uq_incentive_month_period_id")),
        sa.UniqueConstraint(
            "village_id", "month", name=op.f("uq_incentive_month_village_id_month")
        ),
    )
    op.create_table(
        "bonus_pool_movement",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("village_id", _ID, nullable=False),
        sa.Column("returns", sa.Boolean(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("entry_id", _ID, nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_by", _ID, nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_bonus_pool_movement_amount")),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["ledger_entry.id"],
            name=op.f("fk_bonus_pool_movement_entry_id_ledger_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_bonus_pool_movement_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bonus_pool_movement")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_bonus_pool_movement_entry_id")),
    )
    op.create_index(
        op.f("ix_bonus_pool_movement_village_id"),
        "bonus_pool_movement",
        ["village_id"],
        unique=False,
    )
    op.add_column(
        "rule_version", sa.Column("linked_weight_hundredths", sa.Integer(), nullable=True)
    )
    op.add_column("rule_version", sa.Column("linked_clamp", sa.Integer(), nullable=True))
    op.add_column("rule_version", sa.Column("linked_households_min", sa.Integer(), nullable=True))
    op.add_column("rule_version", sa.Column("linked_printed", sa.Boolean(), nullable=True))
    op.add_column("rule_version", sa.Column("grid_threshold_percent", sa.Integer(), nullable=True))
    op.add_column("rule_version", sa.Column("grid_bonus", sa.Integer(), nullable=True))
    op.add_column("rule_version", sa.Column("team_bonus", sa.Integer(), nullable=True))
    _guard()


def downgrade() -> None:
    op.drop_column("rule_version", "team_bonus")
    op.drop_column("rule_version", "grid_bonus")
    op.drop_column("rule_version", "grid_threshold_percent")
    op.drop_column("rule_version", "linked_printed")
    op.drop_column("rule_version", "linked_households_min")
    op.drop_column("rule_version", "linked_clamp")
    op.drop_column("rule_version", "linked_weight_hundredths")
    op.drop_index(op.f("ix_bonus_pool_movement_village_id"), table_name="bonus_pool_movement")
    op.drop_table("bonus_pool_movement")
    op.drop_table("incentive_month")
