"""One open scan a terminal, and a short list for review"""

import sqlalchemy as sa
from alembic import op

revision = "0011_open_scan"
down_revision = "0010_rulebook_drafts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index(op.f("ix_card_scan_terminal_id"), table_name="card_scan")
    op.create_index(
        "uq_card_scan_open",
        "card_scan",
        ["terminal_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_redemption_for_review",
        "redemption",
        ["store_id", "id"],
        unique=False,
        sqlite_where=sa.text("follows_quickly"),
        postgresql_where=sa.text("follows_quickly"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_redemption_for_review",
        table_name="redemption",
        sqlite_where=sa.text("follows_quickly"),
        postgresql_where=sa.text("follows_quickly"),
    )
    op.drop_index(
        "uq_card_scan_open",
        table_name="card_scan",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        op.f("ix_card_scan_terminal_id"), "card_scan", ["terminal_id", "id"], unique=False
    )
