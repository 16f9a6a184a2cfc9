"""Passes over accounts and what they hold."""

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import Subquery, func, or_, select, union_all
from sqlalchemy.orm import aliased

from app.extensions import db
from app.ledger.domain.accounts import LIMITED_PURPOSES, OwnerKind, Purpose
from app.ledger.models import LedgerAccount, LedgerBalance, LedgerTransfer

from .faults import Book, Fault


def accounts_readable(book: Book) -> Iterator[Fault]:
    """Every account is of a kind and for a purpose that there is."""
    account = LedgerAccount
    unknown = or_(
        account.owner_kind.not_in([kind.value for kind in OwnerKind]),
        account.purpose.not_in([purpose.value for purpose in Purpose]),
    )
    for account_id, owner_kind, purpose in db.session.execute(
        select(account.id, account.owner_kind, account.purpose).where(
            account.village_id == book.village_id, unknown
        )
    ):
        yield _account_fault(account_id, f"is of owner kind {owner_kind}, purpose {purpose}")


def zero_sums(book: Book) -> Iterator[Fault]:
    """Every unit adds up to zero, and every transfer is in the village and unit of its accounts."""
    moved, account = LedgerTransfer, LedgerAccount
    sides = union_all(
        *(
            select(account.unit_id, (sign * moved.amount).label("amount"))
            .join_from(moved, account, account.id == column)
            .where(account.village_id == book.village_id)
            for column, sign in ((moved.credit_account_id, 1), (moved.debit_account_id, -1))
        )
    ).subquery()
    for unit_id, total in db.session.execute(
        select(sides.c.unit_id, func.sum(sides.c.amount)).group_by(sides.c.unit_id)
    ):
        if total != 0:
            yield Fault(moved.__tablename__, f"unit {unit_id}", f"unit {unit_id} sums to {total}")
    debit, credit = aliased(account), aliased(account)
    strays = db.session.scalars(
        select(moved.id)
        .outerjoin(debit, debit.id == moved.debit_account_id)
        .outerjoin(credit, credit.id == moved.credit_account_id)
        .where(
            moved.village_id == book.village_id,
            or_(
                *(
                    or_(
                        side.id.is_(None),
                        side.village_id != moved.village_id,
                        side.unit_id != moved.unit_id,
                    )
                    for side in (debit, credit)
                )
            ),
        )
    )
    for transfer_id in strays:
        yield Fault(
            moved.__tablename__,
            str(transfer_id),
            f"transfer {transfer_id} is not in the village and unit of its two accounts",
        )


def balances_equal_fold(book: Book) -> Iterator[Fault]:
    """Every limited account has a balance row with the limits it was opened with, which is the
    fold of its transfers; no other account has one.
    """
    account, row = LedgerAccount, LedgerBalance
    folded: Counter[int] = Counter()
    last_ids: Counter[int] = Counter()
    sides = _sides(book)
    for account_id, total, last_id in db.session.execute(
        select(sides.c.account_id, func.sum(sides.c.amount), func.max(sides.c.id)).group_by(
            sides.c.account_id
        )
    ):
        folded[account_id], last_ids[account_id] = int(total), last_id
    for account_id, purpose, held, version, floor, ceiling in db.session.execute(
        select(account.id, account.purpose, row.balance, row.version, row.floor, row.ceiling)
        .outerjoin(row, row.account_id == account.id)
        .where(account.village_id == book.village_id)
    ):
        total, last_id = folded[account_id], last_ids[account_id]
        has_row, needs_row = version is not None, purpose in LIMITED_PURPOSES
        if has_row != needs_row:
            has = "a" if has_row else "no"
            yield _balance_fault(account_id, f"of purpose {purpose} has {has} balance row")
        if not has_row:
            continue
        if held != total:
            yield _balance_fault(account_id, f"holds {held}, its transfers give {total}")
        if version != last_id:
            yield _balance_fault(account_id, f"was last moved by {last_id}, its row says {version}")
        if (floor, ceiling) != (0, None):
            yield _balance_fault(
                account_id, f"has floor {floor} and ceiling {ceiling} instead of 0 and None"
            )


def floors_at_every_step(book: Book) -> Iterator[Fault]:
    """No limited account was ever beyond its floor or ceiling, in the order of transfer ids."""
    row, sides = LedgerBalance, _sides(book)
    running = select(
        sides.c.account_id,
        sides.c.id,
        func.sum(sides.c.amount)
        .over(partition_by=sides.c.account_id, order_by=sides.c.id)
        .label("balance"),
    ).subquery()
    broken = db.session.execute(
        select(running.c.account_id, running.c.id, running.c.balance)
        .join(row, row.account_id == running.c.account_id)
        .where((running.c.balance < row.floor) | (running.c.balance > row.ceiling))
        .order_by(running.c.id)
    )
    for account_id, transfer_id, balance in broken:
        yield Fault(
            LedgerTransfer.__tablename__,
            str(transfer_id),
            f"account {account_id} stood at {balance} after transfer {transfer_id}",
        )


def _sides(book: Book) -> Subquery:
    """Each transfer of the village twice: as what one account gains and the other loses."""
    moved = LedgerTransfer
    return union_all(
        *(
            select(column.label("account_id"), moved.id, (sign * moved.amount).label("amount"))
            .where(moved.village_id == book.village_id)
            for column, sign in ((moved.credit_account_id, 1), (moved.debit_account_id, -1))
        )
    ).subquery()  # fmt: skip


def _account_fault(account_id: int, what: str) -> Fault:
    return Fault(LedgerAccount.__tablename__, str(account_id), f"account {account_id} {what}")


def _balance_fault(account_id: int, what: str) -> Fault:
    return Fault(LedgerBalance.__tablename__, str(account_id), f"account {account_id} {what}")
