"""Passes over accounts and what they hold."""

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import or_, select

from app.extensions import db
from app.ledger.domain.accounts import LIMITED_PURPOSES, OwnerKind, Purpose
from app.ledger.models import LedgerAccount, LedgerBalance, LedgerTransfer

from .book import Book
from .faults import Fault


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
    table = LedgerTransfer.__tablename__
    addresses = book.addresses
    places = {(key, of.village_id, of.unit_id) for key, of in addresses.items()}
    off: Counter[int] = Counter()
    for row_id, _, village_id, _, debit_id, credit_id, unit_id, amount in book.moved:
        if (debit_id, village_id, unit_id) in places and (credit_id, village_id, unit_id) in places:
            # What one account of the unit loses another gains.
            continue
        yield Fault(
            table,
            str(row_id),
            f"transfer {row_id} is not in the village and unit of its two accounts",
        )
        for account_id, change in ((debit_id, -amount), (credit_id, amount)):
            if account_id in addresses:
                off[addresses[account_id].unit_id] += change
    for unit_id, total in off.items():
        if total != 0:
            yield Fault(table, f"unit {unit_id}", f"unit {unit_id} sums to {total}")


def balances_equal_fold(book: Book) -> Iterator[Fault]:
    """Every limited account has a balance row with the limits it was opened with, which is the
    fold of its transfers; no other account has one.
    """
    folded: Counter[int] = Counter(book.openings)
    last_ids: dict[int, int] = {}
    for row_id, _, _, _, debit_id, credit_id, _, amount in book.moved:
        folded[debit_id] -= amount
        folded[credit_id] += amount
        last_ids[debit_id] = last_ids[credit_id] = row_id
    for account_id, purpose, held, version, floor, ceiling in book.held:
        has_row, needs_row = version is not None, purpose in LIMITED_PURPOSES
        if has_row != needs_row:
            has = "a" if has_row else "no"
            yield _balance_fault(account_id, f"of purpose {purpose} has {has} balance row")
        if not has_row:
            continue
        total = folded[account_id]
        if held != total:
            yield _balance_fault(account_id, f"holds {held}, its transfers give {total}")
        # What did not move in the open month was last moved before the first row that is read.
        last_id = last_ids.get(account_id, 0 if book.basis is None else version)
        if version != last_id:
            yield _balance_fault(account_id, f"was last moved by {last_id}, its row says {version}")
        if (floor, ceiling) != (0, None):
            yield _balance_fault(
                account_id, f"has floor {floor} and ceiling {ceiling} instead of 0 and None"
            )


def floors_at_every_step(book: Book) -> Iterator[Fault]:
    """No limited account was ever beyond its floor or ceiling, in the order of transfer ids."""
    limits = {row.account_id: (row.floor, row.ceiling) for row in book.held}
    running: Counter[int] = Counter(book.openings)
    for row_id, _, _, _, debit_id, credit_id, _, amount in book.moved:
        running[debit_id] -= amount
        running[credit_id] += amount
        for account_id in (debit_id, credit_id):
            balance = running[account_id]
            floor, ceiling = limits.get(account_id, (None, None))
            if (floor is not None and balance < floor) or (
                ceiling is not None and balance > ceiling
            ):
                yield Fault(
                    LedgerTransfer.__tablename__,
                    str(row_id),
                    f"account {account_id} stood at {balance} after transfer {row_id}",
                )


def _account_fault(account_id: int, what: str) -> Fault:
    return Fault(LedgerAccount.__tablename__, str(account_id), f"account {account_id} {what}")


def _balance_fault(account_id: int, what: str) -> Fault:
    return Fault(LedgerBalance.__tablename__, str(account_id), f"account {account_id} {what}")
