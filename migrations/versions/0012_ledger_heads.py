"""Heads of open periods, and the entry above which new ids go"""

import sqlalchemy as sa
from alembic import op

revision = "0012_ledger_heads"
down_revision = "0011_open_scan"
branch_labels = None
depends_on = None

_SAME_PERIOD = (
    "OLD.closed_at IS NULL AND NEW.id = OLD.id AND NEW.village_id = OLD.village_id"
    " AND NEW.number = OLD.number AND NEW.month = OLD.month"
    " AND NEW.opened_at = OLD.opened_at AND NEW.opened_by = OLD.opened_by"
)
_CLOSES = "NEW.closed_at IS NOT NULL AND NEW.closed_by IS NOT NULL"
_HEAD_GROWS = (
    "NEW.closed_at IS NULL AND NEW.closed_by IS NULL AND NEW.head_entry_id >= OLD.head_entry_id"
)


def _replace_period_guard(allowed: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER ledger_period_closes_once ON ledger_period")
        op.execute(
            "CREATE TRIGGER ledger_period_closes_once BEFORE UPDATE ON ledger_period "
            f"FOR EACH ROW WHEN (NOT ({allowed})) EXECUTE FUNCTION ledger_refuse()"
        )
    else:
        op.execute("DROP TRIGGER ledger_period_closes_once")
        op.execute(
            "CREATE TRIGGER ledger_period_closes_once BEFORE UPDATE ON ledger_period "
            f"WHEN NOT ({allowed}) "
            "BEGIN SELECT RAISE(ABORT, 'ledger_period closes once'); END"
        )


def _guard_heads() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER ledger_head_append_only BEFORE UPDATE OR DELETE ON ledger_head "
            "FOR EACH ROW EXECUTE FUNCTION ledger_refuse()"
        )
        op.execute(
            "CREATE TRIGGER ledger_head_no_truncate BEFORE TRUNCATE ON ledger_head "
            "EXECUTE FUNCTION ledger_refuse()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER ledger_head_no_{event.lower()} BEFORE {event} ON ledger_head "
            "BEGIN SELECT RAISE(ABORT, 'ledger_head is append-only'); END"
        )


def upgrade() -> None:
    op.add_column(
        "ledger_period",
        sa.Column(
            "head_entry_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
    )
    _replace_period_guard(f"{_SAME_PERIOD} AND (({_CLOSES}) OR ({_HEAD_GROWS}))")
    op.create_table(
        "ledger_head",
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
        sa.Column("entry_count", sa.Integer(), nullable=False),
        sa.Column(
            "last_entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("entries_root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id", "period_id"],
            ["ledger_period.village_id", "ledger_period.id"],
            name=op.f("fk_ledger_head_village_id_period_id_ledger_period"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_head")),
    )
    op.create_index("ix_ledger_head_period_id", "ledger_head", ["period_id"], unique=False)
    _guard_heads()


def downgrade() -> None:
    op.drop_index("ix_ledger_head_period_id", table_name="ledger_head")
    op.drop_table("ledger_head")
    _replace_period_guard(f"{_SAME_PERIOD} AND {_CLOSES}")
    op.drop_column("ledger_period", "head_entry_id")
