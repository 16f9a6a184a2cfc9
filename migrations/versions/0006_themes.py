"""Theme lists and quota grants"""

import sqlalchemy as sa
from alembic import op

revision = "0006_themes"
down_revision = "0005_store"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "theme_list",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("town_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "published_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.ForeignKeyConstraint(["town_id"], ["town.id"], name=op.f("fk_theme_list_town_id_town")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme_list")),
        sa.UniqueConstraint(
            "town_id", "month", "number", name=op.f("uq_theme_list_town_id_month_number")
        ),
    )
    op.create_table(
        "quota_grant",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "village_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "granted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entry.id"], name=op.f("fk_quota_grant_entry_id_ledger_entry")
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_quota_grant_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota_grant")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_quota_grant_entry_id")),
    )
    op.create_index(op.f("ix_quota_grant_village_id"), "quota_grant", ["village_id"], unique=False)
    op.create_table(
        "theme",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("town_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "theme_list_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("rule_code", sa.String(length=20), nullable=False),
        sa.Column("team_name", sa.String(length=40), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["theme_list_id"], ["theme_list.id"], name=op.f("fk_theme_theme_list_id_theme_list")
        ),
        sa.ForeignKeyConstraint(["town_id"], ["town.id"], name=op.f("fk_theme_town_id_town")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme")),
        sa.UniqueConstraint("town_id", "code", name=op.f("uq_theme_town_id_code")),
    )
    op.create_index(op.f("ix_theme_theme_list_id"), "theme", ["theme_list_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_theme_theme_list_id"), table_name="theme")
    op.drop_table("theme")
    op.drop_index(op.f("ix_quota_grant_village_id"), table_name="quota_grant")
    op.drop_table("quota_grant")
    op.drop_table("theme_list")
