"""Tables of what was printed into paper passbooks; rows are only ever added."""

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Id


class PassbookPrint(Base):
    """One print of what was new in a household's passbook."""

    __tablename__ = "passbook_print"

    household_id: Mapped[int] = mapped_column(
        ForeignKey("household.id"), primary_key=True, autoincrement=False
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    printed_by: Mapped[int] = mapped_column(Id)
    printed_at: Mapped[datetime]


class PassbookRow(Base):
    """A movement that stands in the paper passbook, at the row where it stands.

    The row is counted from 0 through all pages; `transfer_id` is the movement.
    """

    __tablename__ = "passbook_row"
    __table_args__ = (
        ForeignKeyConstraint(
            ["household_id", "print_number"],
            ["passbook_print.household_id", "passbook_print.number"],
            name="fk_passbook_row_print",
        ),
        UniqueConstraint("household_id", "transfer_id"),
    )

    household_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    row: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    print_number: Mapped[int]
    transfer_id: Mapped[int] = mapped_column(ForeignKey("ledger_transfer.id"))
