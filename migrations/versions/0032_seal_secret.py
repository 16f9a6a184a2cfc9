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
    # Without its secret no seal could be recomputed, and a sealed month would look forged for ever.
    secrets = sa.select(sa.func.count(sa.column("secret"))).select_from(sa.table("ledger_seal"))
    sealed = op.get_bind().scalar(secrets)
    if sealed:
        raise RuntimeError(f"refused: the seals of {sealed} months need their secrets")
    op.drop_column("ledger_seal", "secret")
