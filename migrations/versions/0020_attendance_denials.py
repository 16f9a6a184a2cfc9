"""Credits that a household says are not its own"""

import sqlalchemy as sa
from alembic import op

revision = "0020_attendance_denials"
down_revision = "0019_party_links"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_CORRECTION = "attendance_correction"


def upgrade() -> None:
    op.create_table(
        "attendance_denial",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("village_id", _ID, nullable=False),
        sa.Column("attendance_id", _ID, nullable=False),
        sa.Column("award_id", _ID, nullable=False),
        sa.Column("statement", sa.String(length=200), nullable=False),
        sa.Column("denied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("denied_by", _ID, nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=True),
        sa.Column("answer", sa.String(length=200), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", _ID, nullable=True),
        sa.Column("correction_id", _ID, nullable=True),
        sa.Column("replacement_id", _ID, nullable=True),
        sa.CheckConstraint(
            "decision IN ('upheld', 'rejected')",
            name=op.f("ck_attendance_denial_decision_known"),
        ),
        sa.CheckConstraint(
            "(decision IS NULL) = (decided_at IS NULL)",
            name=op.f("ck_attendance_denial_decided_whole"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column],
                [f"{table}.id"],
                name=op.f(f"fk_attendance_denial_{column}_{table}"),
            )
            for column, table in (
                ("village_id", "village"),
                ("attendance_id", "attendance"),
                ("award_id", "award"),
                ("correction_id", _CORRECTION),
                ("replacement_id", _CORRECTION),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_denial")),
        sa.UniqueConstraint("award_id", name=op.f("uq_attendance_denial_award_id")),
    )
    op.create_index(op.f("ix_attendance_denial_village_id"), "attendance_denial", ["village_id"])


def downgrade() -> None:
    op.drop_table("attendance_denial")
