"""Stores, goods, stock movements, card scans and redemptions"""

import sqlalchemy as sa
from alembic import op

revision = "0005_store"
down_revision = "0004_rulebook"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "store",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "village_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("fen_per_point", sa.Integer(), nullable=False),
        sa.Column("redemption_points_max", sa.Integer(), nullable=False),
        sa.Column("household_day_points_max", sa.Integer(), nullable=False),
        sa.Column("receipt_number_last", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "fen_per_point > 0 AND fen_per_point % 10 = 0", name=op.f("ck_store_rate")
        ),
        sa.CheckConstraint(
            "redemption_points_max > 0 AND household_day_points_max > 0",
            name=op.f("ck_store_limits"),
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_store_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store")),
        sa.UniqueConstraint("village_id", "name", name=op.f("uq_store_village_id_name")),
    )
    op.create_table(
        "card_scan",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "village_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("store_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "terminal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("clerk_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("card_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["clerk_id"], ["account.id"], name=op.f("fk_card_scan_clerk_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["store.id"], name=op.f("fk_card_scan_store_id_store")
        ),
        sa.ForeignKeyConstraint(
            ["terminal_id"], ["terminal.id"], name=op.f("fk_card_scan_terminal_id_terminal")
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_card_scan_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_scan")),
    )
    op.create_index("ix_card_scan_terminal_id", "card_scan", ["terminal_id", "id"], unique=False)
    op.create_table(
        "good",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "village_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("store_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("barcode", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=40), nullable=False),
        sa.Column("unit_word", sa.String(length=4), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("household_month_max", sa.Integer(), nullable=True),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "household_month_max > 0", name=op.f("ck_good_household_month_max_positive")
        ),
        sa.CheckConstraint("price > 0", name=op.f("ck_good_price_positive")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_good_store_id_store")),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_good_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_good")),
        sa.UniqueConstraint("store_id", "barcode", name=op.f("uq_good_store_id_barcode")),
    )
    op.create_table(
        "price_change",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("good_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("price_before", sa.Integer(), nullable=False),
        sa.Column("price_after", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["good_id"], ["good.id"], name=op.f("fk_price_change_good_id_good")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_change")),
    )
    op.create_index("ix_price_change_good_id", "price_change", ["good_id", "id"], unique=False)
    op.create_table(
        "redemption",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "village_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("store_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("redemption_key", sa.String(length=80), nullable=False),
        sa.Column(
            "terminal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("clerk_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("receipt_number", sa.Integer(), nullable=False),
        sa.Column("sold_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("follows_quickly", sa.Boolean(), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "goods_entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "void_actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("void_reason", sa.String(length=60), nullable=True),
        sa.Column("goods_back", sa.Boolean(), nullable=True),
        sa.Column(
            "void_entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "goods_void_entry_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(voided_at IS NULL) = (void_entry_id IS NULL)"
            " AND (voided_at IS NULL) = (void_reason IS NULL)"
            " AND (voided_at IS NULL) = (void_actor_id IS NULL)"
            " AND (voided_at IS NULL) = (goods_back IS NULL)",
            name=op.f("ck_redemption_void_whole"),
        ),
        sa.CheckConstraint("total > 0", name=op.f("ck_redemption_total_positive")),
        sa.ForeignKeyConstraint(
            ["clerk_id"], ["account.id"], name=op.f("fk_redemption_clerk_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["scan_id"], ["card_scan.id"], name=op.f("fk_redemption_scan_id_card_scan")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["store.id"], name=op.f("fk_redemption_store_id_store")
        ),
        sa.ForeignKeyConstraint(
            ["terminal_id"], ["terminal.id"], name=op.f("fk_redemption_terminal_id_terminal")
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_redemption_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redemption")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_redemption_entry_id")),
        sa.UniqueConstraint("goods_entry_id", name=op.f("uq_redemption_goods_entry_id")),
        sa.UniqueConstraint("scan_id", name=op.f("uq_redemption_scan_id")),
        sa.UniqueConstraint(
            "store_id", "receipt_number", name=op.f("uq_redemption_store_id_receipt_number")
        ),
        sa.UniqueConstraint(
            "village_id", "redemption_key", name=op.f("uq_redemption_village_id_redemption_key")
        ),
    )
    op.create_index(
        "ix_redemption_household_id", "redemption", ["household_id", "id"], unique=False
    )
    op.create_index(
        "ix_redemption_store_id_sold_on", "redemption", ["store_id", "sold_on"], unique=False
    )
    op.create_table(
        "stock_movement",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "village_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("store_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("good_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=60), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("period_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'counted') = (counted IS NOT NULL)",
            name=op.f("ck_stock_movement_counted_figure"),
        ),
        sa.CheckConstraint(
            "(entry_id IS NULL) = (period_id IS NULL)",
            name=op.f("ck_stock_movement_period_of_entry"),
        ),
        sa.CheckConstraint(
            "(quantity = 0) = (entry_id IS NULL)", name=op.f("ck_stock_movement_entry_of_movement")
        ),
        sa.ForeignKeyConstraint(
            ["good_id"], ["good.id"], name=op.f("fk_stock_movement_good_id_good")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["store.id"], name=op.f("fk_stock_movement_store_id_store")
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_stock_movement_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movement")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_stock_movement_entry_id")),
    )
    op.create_index("ix_stock_movement_good_id", "stock_movement", ["good_id", "id"], unique=False)
    op.create_index(
        "ix_stock_movement_store_id_period_id",
        "stock_movement",
        ["store_id", "period_id"],
        unique=False,
    )
    op.create_table(
        "redemption_line",
        sa.Column(
            "redemption_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "good_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "quantity > 0 AND price > 0", name=op.f("ck_redemption_line_quantity_and_price")
        ),
        sa.ForeignKeyConstraint(
            ["good_id"], ["good.id"], name=op.f("fk_redemption_line_good_id_good")
        ),
        sa.ForeignKeyConstraint(
            ["redemption_id"],
            ["redemption.id"],
            name=op.f("fk_redemption_line_redemption_id_redemption"),
        ),
        sa.PrimaryKeyConstraint("redemption_id", "good_id", name=op.f("pk_redemption_line")),
    )
    op.create_index("ix_redemption_line_good_id", "redemption_line", ["good_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_redemption_line_good_id", table_name="redemption_line")
    op.drop_table("redemption_line")
    op.drop_index("ix_stock_movement_store_id_period_id", table_name="stock_movement")
    op.drop_index("ix_stock_movement_good_id", table_name="stock_movement")
    op.drop_table("stock_movement")
    op.drop_index("ix_redemption_store_id_sold_on", table_name="redemption")
    op.drop_index("ix_redemption_household_id", table_name="redemption")
    op.drop_table("redemption")
    op.drop_index("ix_price_change_good_id", table_name="price_change")
    op.drop_table("price_change")
    op.drop_table("good")
    op.drop_index("ix_card_scan_terminal_id", table_name="card_scan")
    op.drop_table("card_scan")
    op.drop_table("store")
