"""Second looks at drawn credits"""

import sqlalchemy as sa
from alembic import op

revision = "0034_rechecks"
down_revision = "0033_inspections"
branch_labels = None
depends_on = None


def _guard() -> None:
    """What a second look found stays as it was; see 0003 for the function."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER recheck_append_only BEFORE UPDATE OR DELETE ON recheck "
            "FOR EACH ROW EXECUTE FUNCTION ledger_refuse()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER recheck_no_{event.lower()} BEFORE {event} ON recheck "
            "BEGIN SELECT RAISE(ABORT, 'recheck is append-only'); END"
        )


def upgrade() -> None:
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "recheck",
        sa.Column("id", key, autoincrement=False, nullable=False),
        sa.Column("village_id", key, nullable=False),
        sa.Column("period_id", key, nullable=False),
        sa.Column("entry_id", key, nullable=False),
        sa.Column("is_right", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_by", key, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entry.id"], name=op.f("fk_recheck_entry_id_ledger_entry")
        ),
        sa.ForeignKeyConstraint(
            ["period_id"], ["ledger_period.id"], name=op.f("fk_recheck_period_id_ledger_period")
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_recheck_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recheck")),
    )
    op.create_index("ix_recheck_period_id", "recheck", ["period_id"])
    _guard()


def downgrade() -> None:
    op.drop_table("recheck")
