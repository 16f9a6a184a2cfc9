"""Rows that are in no village's book, which no pass over a book comes across."""

from collections.abc import Iterator
from typing import cast

from sqlalchemy import Table, select

from app.extensions import db
from app.kit.db import Base
from app.ledger.models import (
    LedgerAccount,
    LedgerBalance,
    LedgerClosing,
    LedgerEntry,
    LedgerHead,
    LedgerPeriod,
    LedgerSeal,
    LedgerTransfer,
)

from .faults import Fault


def rows_in_books() -> Iterator[Fault]:
    """Every row is of a village that has a book, of a period or of an account that there is."""
    model: type[Base]
    for model in (LedgerAccount, LedgerEntry, LedgerTransfer, LedgerSeal, LedgerHead):
        yield from _strays(model, "village_id", LedgerPeriod, "village_id")
    for model in (LedgerTransfer, LedgerClosing, LedgerHead):
        yield from _strays(model, "period_id", LedgerPeriod, "id")
    yield from _strays(LedgerBalance, "account_id", LedgerAccount, "id")


def _strays(model: type[Base], column: str, home: type[Base], home_column: str) -> Iterator[Fault]:
    table, homes = cast("Table", model.__table__), cast("Table", home.__table__)
    keys = table.primary_key.columns
    found = select(*keys, table.c[column]).where(
        table.c[column].not_in(select(homes.c[home_column]))
    )
    for row in db.session.execute(found):
        name = "/".join(str(key) for key in row[:-1])
        yield Fault(table.name, name, f"{table.name} {name} is of {column} {row[-1]}: no such book")
