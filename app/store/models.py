"""Tables of stores, goods, stock movements, card scans and redemptions.

No table holds a stock: what is on the shelf is the balance of the good's shelf account in the
ledger, where the good's id is the unit.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Id


class Store(Base):
    """A love store (爱心超市) of a village; `receipt_number_last` counts its receipts."""

    __tablename__ = "store"
    __table_args__ = (
        UniqueConstraint("village_id", "name"),
        # Whole tens, so that a tenth of a point is worth a whole number of fen.
        CheckConstraint("fen_per_point > 0 AND fen_per_point % 10 = 0", name="rate"),
        CheckConstraint(
            "redemption_points_max > 0 AND household_day_points_max > 0", name="limits"
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    name: Mapped[str] = mapped_column(String(40))
    fen_per_point: Mapped[int]
    redemption_points_max: Mapped[int]
    household_day_points_max: Mapped[int]
    receipt_number_last: Mapped[int]


class Good(Base):
    """A good or, when it is not `counted`, a service without stock. Its id is its ledger unit.

    `price` in tenths; `source` are the words for where it usually comes from; `expires_on` is the
    earliest date on the shelf.
    """

    __tablename__ = "good"
    __table_args__ = (
        UniqueConstraint("store_id", "barcode"),
        CheckConstraint("price > 0", name="price_positive"),
        CheckConstraint("household_month_max > 0", name="household_month_max_positive"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"))
    barcode: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(40))
    unit_word: Mapped[str] = mapped_column(String(4))
    price: Mapped[int]
    source: Mapped[str] = mapped_column(String(40))
    expires_on: Mapped[date | None] = mapped_column(Date)
    household_month_max: Mapped[int | None]
    counted: Mapped[bool]
    active: Mapped[bool]


class PriceChange(Base):
    """Who changed a good's price from what to what (tenths)."""

    __tablename__ = "price_change"
    __table_args__ = (Index("ix_price_change_good_id", "good_id", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    good_id: Mapped[int] = mapped_column(ForeignKey("good.id"))
    price_before: Mapped[int]
    price_after: Mapped[int]
    changed_at: Mapped[datetime]
    actor_id: Mapped[int] = mapped_column(Id)


class StockMovement(Base):
    """Goods in, a count or damage; `quantity` is what it changed on the shelf, with its sign.

    `note` says by whom the goods were bought or given, or why they are missing. A count that
    agrees with the book moves nothing and has no entry; `counted` is what was found on the shelf.
    """

    __tablename__ = "stock_movement"
    __table_args__ = (
        CheckConstraint("(quantity = 0) = (entry_id IS NULL)", name="entry_of_movement"),
        CheckConstraint("(entry_id IS NULL) = (period_id IS NULL)", name="period_of_entry"),
        CheckConstraint("(kind = 'counted') = (counted IS NOT NULL)", name="counted_figure"),
        UniqueConstraint("entry_id"),
        Index("ix_stock_movement_good_id", "good_id", "id"),
        Index("ix_stock_movement_store_id_period_id", "store_id", "period_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"))
    good_id: Mapped[int] = mapped_column(ForeignKey("good.id"))
    kind: Mapped[str] = mapped_column(String(10))
    quantity: Mapped[int]
    counted: Mapped[int | None]
    note: Mapped[str] = mapped_column(String(60))
    occurred_on: Mapped[date] = mapped_column(Date)
    entry_id: Mapped[int | None] = mapped_column(Id)
    period_id: Mapped[int | None] = mapped_column(Id)
    actor_id: Mapped[int] = mapped_column(Id)
    created_at: Mapped[datetime]


class CardScan(Base):
    """A card laid on a till: at most one redemption comes of it.

    `ended_at` is when the till went on to another card; a confirmation that was still on its way
    then is refused when it arrives.
    """

    __tablename__ = "card_scan"
    __table_args__ = (
        Index(
            "uq_card_scan_open",
            "terminal_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"))
    terminal_id: Mapped[int] = mapped_column(ForeignKey("terminal.id"))
    clerk_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    card_id: Mapped[int] = mapped_column(Id)
    household_id: Mapped[int] = mapped_column(Id)
    member_id: Mapped[int | None] = mapped_column(Id)
    scanned_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Redemption(Base):
    """Goods handed out for points, with the number of its receipt.

    Points and goods are two entries of one redemption, because a void answers separately whether
    the goods came back; `goods_entry_id` is absent when only services were redeemed.
    `redemption_key` is made by the device, or from the scan on our own pages. `total` in tenths.
    `follows_quickly` lists it for review.
    """

    __tablename__ = "redemption"
    __table_args__ = (
        UniqueConstraint("village_id", "redemption_key"),
        UniqueConstraint("store_id", "receipt_number"),
        UniqueConstraint("scan_id"),
        UniqueConstraint("entry_id"),
        UniqueConstraint("goods_entry_id"),
        CheckConstraint("total > 0", name="total_positive"),
        CheckConstraint(
            "(voided_at IS NULL) = (void_entry_id IS NULL)"
            " AND (voided_at IS NULL) = (void_reason IS NULL)"
            " AND (voided_at IS NULL) = (void_actor_id IS NULL)"
            " AND (voided_at IS NULL) = (goods_back IS NULL)",
            name="void_whole",
        ),
        Index("ix_redemption_store_id_sold_on", "store_id", "sold_on"),
        Index("ix_redemption_household_id", "household_id", "id"),
        Index(
            "ix_redemption_for_review",
            "store_id",
            "id",
            sqlite_where=text("follows_quickly"),
            postgresql_where=text("follows_quickly"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"))
    scan_id: Mapped[int] = mapped_column(ForeignKey("card_scan.id"))
    redemption_key: Mapped[str] = mapped_column(String(80))
    terminal_id: Mapped[int] = mapped_column(ForeignKey("terminal.id"))
    clerk_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    household_id: Mapped[int] = mapped_column(Id)
    member_id: Mapped[int | None] = mapped_column(Id)
    total: Mapped[int]
    receipt_number: Mapped[int]
    sold_on: Mapped[date] = mapped_column(Date)
    created_at: Mapped[datetime]
    follows_quickly: Mapped[bool]
    entry_id: Mapped[int] = mapped_column(Id)
    goods_entry_id: Mapped[int | None] = mapped_column(Id)
    voided_at: Mapped[datetime | None]
    void_actor_id: Mapped[int | None] = mapped_column(Id)
    void_reason: Mapped[str | None] = mapped_column(String(60))
    goods_back: Mapped[bool | None]
    void_entry_id: Mapped[int | None] = mapped_column(Id)
    goods_void_entry_id: Mapped[int | None] = mapped_column(Id)


class RedemptionLine(Base):
    """So many of a good at the price (tenths) of that moment."""

    __tablename__ = "redemption_line"
    __table_args__ = (
        CheckConstraint("quantity > 0 AND price > 0", name="quantity_and_price"),
        Index("ix_redemption_line_good_id", "good_id"),
    )

    redemption_id: Mapped[int] = mapped_column(
        ForeignKey("redemption.id"), primary_key=True, autoincrement=False
    )
    good_id: Mapped[int] = mapped_column(
        ForeignKey("good.id"), primary_key=True, autoincrement=False
    )
    quantity: Mapped[int]
    price: Mapped[int]
