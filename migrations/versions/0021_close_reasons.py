"""Why a month was closed although something still stood open"""

import sqlalchemy as sa
from alembic import op

revision = "0021_close_reasons"
down_revision = "0020_attendance_denials"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "notice",
        sa.Column("closed_because", sa.String(length=200), nullable=False, server_default=""),
    )


def downgrade() -> None:
    op.drop_column("notice", "closed_because")
