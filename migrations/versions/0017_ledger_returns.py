"""The way from an entry to its partial returns"""

import sqlalchemy as sa
from alembic import op

revision = "0017_ledger_returns"
down_revision = "0016_session_changes"
branch_labels = None
depends_on = None

_RETURNS = sa.text("kind = 'return'")


def upgrade() -> None:
    op.create_index(
        "ix_ledger_entry_returns",
        "ledger_entry",
        ["village_id", "memo"],
        unique=False,
        sqlite_where=_RETURNS,
        postgresql_where=_RETURNS,
    )


def downgrade() -> None:
    op.drop_index(
        "ix_ledger_entry_returns",
        table_name="ledger_entry",
        sqlite_where=_RETURNS,
        postgresql_where=_RETURNS,
    )
