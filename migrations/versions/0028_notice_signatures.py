"""Who has signed a notice"""

import sqlalchemy as sa
from alembic import op

revision = "0028_notice_signatures"
down_revision = "0027_request_claim"
branch_labels = None
depends_on = None


def upgrade() -> None:
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "notice_signature",
        sa.Column("id", key, autoincrement=False, nullable=False),
        sa.Column("village_id", key, nullable=False),
        sa.Column("notice_id", key, nullable=False),
        sa.Column("part", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", key, nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_notice_signature_notice_id_notice")
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_notice_signature_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_signature")),
        sa.UniqueConstraint(
            "notice_id", "part", "name", name=op.f("uq_notice_signature_notice_id_part_name")
        ),
    )


def downgrade() -> None:
    op.drop_table("notice_signature")
