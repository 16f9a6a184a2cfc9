"""The leaves under seals and heads, and the digests of heads"""

import sqlalchemy as sa
from alembic import op

revision = "0014_ledger_leaves"
down_revision = "0013_ledger_functions"
branch_labels = None
depends_on = None

_ADDED = (
    ("ledger_seal", "entry_leaves", None),
    ("ledger_seal", "balance_leaves", None),
    ("ledger_head", "leaves", None),
    ("ledger_head", "digest", 32),
)


def upgrade() -> None:
    # For seals and heads that are there already; the checker tells that theirs are missing.
    nothing = sa.text("''" if op.get_bind().dialect.name == "postgresql" else "x''")
    for table, column, length in _ADDED:
        op.add_column(
            table,
            sa.Column(column, sa.LargeBinary(length), server_default=nothing, nullable=False),
        )


def downgrade() -> None:
    for table, column, _ in reversed(_ADDED):
        op.drop_column(table, column)
