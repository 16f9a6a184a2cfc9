"""Blind the closing balances under a seal"""

import sqlalchemy as sa
from alembic import op

revision = "0032_seal_secret"
down_revision = "0031_release_policy"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Months that are sealed already stay as their digests were taken, without a secret.
    op.add_column("ledger_seal", sa.Column("secret", sa.LargeBinary(length=32), nullable=True))


def downgrade() -> None:
    op.drop_column("ledger_seal", "secret")
