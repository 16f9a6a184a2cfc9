"""Supplementary notices"""

import sqlalchemy as sa
from alembic import op

revision = "0036_supplements"
down_revision = "0035_paper_passbooks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "notice_supplement",
        sa.Column("id", key, autoincrement=False, nullable=False),
        sa.Column("village_id", key, nullable=False),
        sa.Column("notice_id", key, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("posted_from", sa.Date(), nullable=False),
        sa.Column("posted_to", sa.Date(), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.Column("pdf_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("published_by", key, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_notice_supplement_notice_id_notice")
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_notice_supplement_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_supplement")),
        sa.UniqueConstraint(
            "notice_id", "number", name=op.f("uq_notice_supplement_notice_id_number")
        ),
    )
    op.create_table(
        "notice_supplement_line",
        sa.Column("id", key, autoincrement=False, nullable=False),
        sa.Column("supplement_id", key, nullable=False),
        sa.Column("award_id", key, nullable=True),
        sa.Column("objection_id", key, nullable=True),
        sa.CheckConstraint(
            "(award_id IS NULL) <> (objection_id IS NULL)",
            name=op.f("ck_notice_supplement_line_one_subject"),
        ),
        sa.ForeignKeyConstraint(
            ["award_id"], ["award.id"], name=op.f("fk_notice_supplement_line_award_id_award")
        ),
        sa.ForeignKeyConstraint(
            ["objection_id"],
            ["objection.id"],
            name=op.f("fk_notice_supplement_line_objection_id_objection"),
        ),
        sa.ForeignKeyConstraint(
            ["supplement_id"],
            ["notice_supplement.id"],
            name=op.f("fk_notice_supplement_line_supplement_id_notice_supplement"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_supplement_line")),
        sa.UniqueConstraint("award_id", name=op.f("uq_notice_supplement_line_award_id")),
        sa.UniqueConstraint("objection_id", name=op.f("uq_notice_supplement_line_objection_id")),
    )
    op.create_index(
        op.f("ix_notice_supplement_line_supplement_id"),
        "notice_supplement_line",
        ["supplement_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(
        op.f("ix_notice_supplement_line_supplement_id"), table_name="notice_supplement_line"
    )
    op.drop_table("notice_supplement_line")
    op.drop_table("notice_supplement")
