"""What moved on one account, page by page, with the balance after each movement."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ScalarSelect,
    Subquery,
    cast,
    func,
    or_,
    select,
    union_all,
)

from app.extensions import db
from app.ledger.domain.accounts import Address
from app.ledger.domain.drafts import EntryKind
from app.ledger.models import LedgerEntry, LedgerTransfer

from .accounts import balance_now, find_accounts

_SIDES = ((LedgerTransfer.credit_account_id, 1), (LedgerTransfer.debit_account_id, -1))


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One movement of an account: `amount` is positive when it came in."""

    transfer_id: int
    entry_id: int
    kind: EntryKind
    occurred_on: date
    posted_at: datetime
    amount: int
    balance_after: int
    reverses_id: int | None
    memo: str


def statement(
    address: Address, *, before_id: int | None = None, limit: int = 50
) -> list[StatementLine]:
    """The movements of an account, newest first, with the balance after each.

    `before_id` is the transfer id of the last line of the page before. Two branches follow the
    (account, id) indexes and stop at the limit; the balance is counted back from the present
    one, so an old account costs as little as a new one. Lines and balance come from one
    statement: a post between two would shift every balance of the page.
    """
    account_id = find_accounts([address]).get(address)
    if account_id is None:
        return []
    page = _page(account_id, before_id, limit)
    top: ColumnElement[int] = func.coalesce(balance_now(address, account_id), 0)
    if before_id is not None:
        top = top - _moved_since(account_id, before_id)
    rows = db.session.execute(
        select(
            page.c.id, page.c.entry_id, page.c.amount, LedgerEntry.kind, LedgerEntry.occurred_on,
            LedgerEntry.posted_at, LedgerEntry.reverses_id, LedgerEntry.memo, top.label("top"),
        )
        .join(LedgerEntry, LedgerEntry.id == page.c.entry_id)
        .order_by(page.c.id.desc())
        .limit(limit)
    ).all()  # fmt: skip
    lines: list[StatementLine] = []
    balance = rows[0].top if rows else 0
    for row in rows:
        lines.append(
            StatementLine(
                transfer_id=row.id,
                entry_id=row.entry_id,
                kind=EntryKind(row.kind),
                occurred_on=row.occurred_on,
                posted_at=row.posted_at,
                amount=row.amount,
                balance_after=balance,
                reverses_id=row.reverses_id,
                memo=row.memo,
            )
        )
        balance -= row.amount
    return lines


def _page(account_id: int, before_id: int | None, limit: int) -> Subquery:
    moved = LedgerTransfer
    branches = []
    for column, sign in _SIDES:
        branch = select(moved.id, moved.entry_id, (sign * moved.amount).label("amount"))
        branch = branch.where(column == account_id)
        if before_id is not None:
            branch = branch.where(moved.id < before_id)
        # Wrapped, because SQLite takes no LIMIT inside a UNION.
        branches.append(select(branch.order_by(moved.id.desc()).limit(limit).subquery()))
    return union_all(*branches).subquery()


def balance_after(address: Address, entry_id: int) -> int:
    """What an account held when that entry had been posted; it must have moved something there."""
    account_id = find_accounts([address])[address]
    moved = LedgerTransfer
    last_id = (
        select(func.max(moved.id))
        .where(
            moved.entry_id == entry_id,
            or_(moved.credit_account_id == account_id, moved.debit_account_id == account_id),
        )
        .scalar_subquery()
    )
    now: ColumnElement[int] = func.coalesce(balance_now(address, account_id), 0)
    return db.session.scalars(select(now - _moved_since(account_id, last_id + 1))).one()


def _moved_since(account_id: int, transfer_id: int | ColumnElement[int]) -> ScalarSelect[int]:
    moved = LedgerTransfer
    newer = union_all(
        *(
            select((sign * moved.amount).label("amount")).where(
                column == account_id, moved.id >= transfer_id
            )
            for column, sign in _SIDES
        )
    ).subquery()
    return select(func.coalesce(cast(func.sum(newer.c.amount), BigInteger), 0)).scalar_subquery()
