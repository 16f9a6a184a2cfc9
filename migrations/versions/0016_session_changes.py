"""What a session said before it was changed, and what people bring"""

import sqlalchemy as sa
from alembic import op

revision = "0016_session_changes"
down_revision = "0015_honours"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "session_change",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("village_id", _ID, nullable=False),
        sa.Column("session_id", _ID, nullable=False),
        sa.Column("starts_at_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place_before", sa.String(length=60), nullable=False),
        sa.Column("seats_before", sa.Integer(), nullable=False),
        sa.Column("bring_before", sa.String(length=60), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["activity_session.id"],
            name=op.f("fk_session_change_session_id_activity_session"),
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_session_change_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_change")),
    )
    op.create_index(
        op.f("ix_session_change_session_id"), "session_change", ["session_id"], unique=False
    )
    op.add_column(
        "activity", sa.Column("bring", sa.String(length=60), server_default="", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("activity", "bring")
    op.drop_index(op.f("ix_session_change_session_id"), table_name="session_change")
    op.drop_table("session_change")
