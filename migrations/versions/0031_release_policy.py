"""From when on the points of a check-in are spendable at once"""

import sqlalchemy as sa
from alembic import op

revision = "0031_release_policy"
down_revision = "0030_life_events"
branch_labels = None
depends_on = None


def upgrade() -> None:
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "release_policy",
        sa.Column("id", key, autoincrement=False, nullable=False),
        sa.Column("village_id", key, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at_once", sa.Boolean(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("record_number", sa.String(length=40), nullable=False),
        sa.Column("decided_by", key, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_release_policy_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_policy")),
        sa.UniqueConstraint(
            "village_id", "number", name=op.f("uq_release_policy_village_id_number")
        ),
    )
    op.add_column(
        "award", sa.Column("at_once", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("award", "at_once")
    op.drop_table("release_policy")
