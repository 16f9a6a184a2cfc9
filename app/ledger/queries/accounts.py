"""Which account an address names, and what it holds."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    cast,
    func,
    or_,
    select,
    union_all,
)

from app.extensions import db
from app.kit.db import among
from app.ledger.domain.accounts import LIMITED_PURPOSES, Address, OwnerKind, Purpose
from app.ledger.models import (
    LedgerAccount,
    LedgerBalance,
    LedgerClosing,
    LedgerEntry,
    LedgerPeriod,
    LedgerSeal,
    LedgerTransfer,
)

_IDS_PER_STATEMENT = 2000
"""Both databases take several times as many in one statement."""
_CONDITIONS_PER_STATEMENT = 10


def find_accounts(addresses: Iterable[Address]) -> dict[Address, int]:
    """The account ids of those addresses that have an account."""
    wanted = set(addresses)
    by_purpose: dict[tuple[int, int, int], list[Address]] = {}
    for address in wanted:
        key = (address.village_id, address.owner_kind, address.purpose)
        by_purpose.setdefault(key, []).append(address)
    # A few lists, not a thousand tuples, which take PostgreSQL ten times as long to plan. Owners
    # and units cross, so more than was wanted may come back.
    conditions = [
        _of_purpose(key, some[start : start + _IDS_PER_STATEMENT])
        for key, some in by_purpose.items()
        for start in range(0, len(some), _IDS_PER_STATEMENT)
    ]
    found: dict[Address, int] = {}
    for start in range(0, len(conditions), _CONDITIONS_PER_STATEMENT):
        rows = db.session.execute(
            select(*address_columns(LedgerAccount), LedgerAccount.id).where(
                or_(*conditions[start : start + _CONDITIONS_PER_STATEMENT])
            )
        )
        found.update((to_address(row[:5]), row[5]) for row in rows)
    return {address: found[address] for address in found.keys() & wanted}


def _of_purpose(key: tuple[int, int, int], addresses: Sequence[Address]) -> ColumnElement[bool]:
    village_id, owner_kind, purpose = key
    account = LedgerAccount
    return and_(
        account.village_id == village_id,
        account.owner_kind == owner_kind,
        account.purpose == purpose,
        account.owner_id.in_({address.owner_id for address in addresses}),
        account.unit_id.in_({address.unit_id for address in addresses}),
    )


def address_columns(account: type[LedgerAccount]) -> tuple[Any, ...]:
    """The five columns that `to_address` takes, of the table or of an alias of it."""
    return (
        account.village_id, account.owner_kind, account.owner_id, account.purpose, account.unit_id,
    )  # fmt: skip


def to_address(values: Sequence[int]) -> Address:
    """The address that a row of `address_columns` spells."""
    village_id, owner_kind, owner_id, purpose, unit_id = values
    return Address(village_id, OwnerKind(owner_kind), owner_id, Purpose(purpose), unit_id)


def find_addresses(account_ids: Iterable[int]) -> dict[int, Address]:
    """The addresses of those accounts that there are, by id."""
    rows = db.session.execute(
        select(LedgerAccount.id, *address_columns(LedgerAccount)).where(
            among(LedgerAccount.id, set(account_ids))
        )
    )
    return {row[0]: to_address(row[1:]) for row in rows}


def balance(address: Address) -> int:
    """What an account holds now, in tenths or pieces; 0 for one that was never opened."""
    return balances([address])[address]


def balances(addresses: Sequence[Address]) -> dict[Address, int]:
    """What several accounts hold now."""
    found = find_accounts(addresses)
    held: dict[int, int] = {}
    for (village_id, limited), group in _grouped(found).items():
        for start in range(0, len(group), _IDS_PER_STATEMENT):
            some = group[start : start + _IDS_PER_STATEMENT]
            query = _limited(some) if limited else _counted(village_id, some)
            held.update((row[0], row[1]) for row in db.session.execute(query))
    return {address: held.get(found.get(address, 0), 0) for address in addresses}


def _grouped(found: dict[Address, int]) -> dict[tuple[int, bool], list[int]]:
    groups: dict[tuple[int, bool], list[int]] = {}
    for address, account_id in found.items():
        key = (address.village_id, address.purpose in LIMITED_PURPOSES)
        groups.setdefault(key, []).append(account_id)
    return groups


def balances_at(addresses: Sequence[Address], moment: datetime) -> dict[Address, int]:
    """What several accounts held at an instant, what was posted at that very instant included.

    Counted from the closing balances before the month that was open then. A posting that came
    late into a month whose clock had run ahead is counted where its seal counts it.
    """
    by_village: dict[int, dict[int, Address]] = {}
    for address, account_id in find_accounts(addresses).items():
        by_village.setdefault(address.village_id, {})[account_id] = address
    held = dict.fromkeys(addresses, 0)
    for village_id, named in by_village.items():
        for start in range(0, len(named), _IDS_PER_STATEMENT):
            some = list(named)[start : start + _IDS_PER_STATEMENT]
            for account_id, total in db.session.execute(_counted_at(village_id, some, moment)):
                held[named[account_id]] = total
    return held


def balances_of_purpose(
    village_id: int, purpose: Purpose, unit_id: int | None = None
) -> dict[tuple[int, int], int]:
    """What all accounts of one purpose in a village hold now, by (owner id, unit id)."""
    account = LedgerAccount
    chosen = select(account.id).where(account.village_id == village_id, account.purpose == purpose)
    if unit_id is not None:
        chosen = chosen.where(account.unit_id == unit_id)
    held = _limited(chosen) if purpose in LIMITED_PURPOSES else _counted(village_id, chosen)
    now = held.subquery()
    rows = db.session.execute(
        select(account.owner_id, account.unit_id, func.coalesce(now.c.balance, 0))
        .outerjoin(now, now.c.account_id == account.id)
        .where(account.id.in_(chosen))
    )
    return {(owner_id, unit): balance for owner_id, unit, balance in rows}


def balance_now(address: Address, account_id: int) -> ScalarSelect[int]:
    """The same as part of another statement, so that both see one instant."""
    held = (
        _limited([account_id])
        if address.purpose in LIMITED_PURPOSES
        else _counted(address.village_id, [account_id])
    ).subquery()
    return select(held.c.balance).scalar_subquery()


def _limited(account_ids: Sequence[int] | Select[int]) -> Select[int, int]:
    return select(LedgerBalance.account_id, LedgerBalance.balance).where(
        LedgerBalance.account_id.in_(account_ids)
    )


def _counted(village_id: int, account_ids: Sequence[int] | Select[int]) -> Select[int, int]:
    """The balance of accounts without a balance row: the last sealed closing balance and what
    moved in the open period. One statement, so that a close in between cannot split it.
    """
    last_sealed = (
        select(LedgerSeal.period_id)
        .where(LedgerSeal.village_id == village_id)
        .order_by(LedgerSeal.period_number.desc())
        .limit(1)
        .scalar_subquery()
    )
    open_now = (
        select(LedgerPeriod.id)
        .where(LedgerPeriod.village_id == village_id, LedgerPeriod.closed_at.is_(None))
        .scalar_subquery()
    )
    return _since(last_sealed, open_now, account_ids)


def _counted_at(village_id: int, account_ids: Sequence[int], moment: datetime) -> Select[int, int]:
    """The same as it was at an instant."""
    period = LedgerPeriod
    open_then = (
        select(func.max(period.number))
        .where(period.village_id == village_id, period.opened_at <= moment)
        .scalar_subquery()
    )
    before, then = (
        select(period.id)
        .where(period.village_id == village_id, period.number == number)
        .scalar_subquery()
        for number in (open_then - 1, open_then)
    )
    return _since(before, then, account_ids, until=moment)


def _since(
    sealed_period: ScalarSelect[int],
    next_period: ScalarSelect[int],
    account_ids: Sequence[int] | Select[int],
    until: datetime | None = None,
) -> Select[int, int]:
    """Closing balances of one period and what moved in the next, up to an instant if given."""
    closing, moved = LedgerClosing, LedgerTransfer
    sides = []
    for column, sign in ((moved.credit_account_id, 1), (moved.debit_account_id, -1)):
        side = select(column, sign * moved.amount).where(
            moved.period_id == next_period, column.in_(account_ids)
        )
        if until is not None:
            side = side.join(LedgerEntry, LedgerEntry.id == moved.entry_id).where(
                LedgerEntry.posted_at <= until
            )
        sides.append(side)
    parts = union_all(
        select(closing.account_id.label("account_id"), closing.balance.label("amount")).where(
            closing.period_id == sealed_period, closing.account_id.in_(account_ids)
        ),
        *sides,
    ).subquery()
    # PostgreSQL adds BIGINTs up to NUMERIC; amounts are whole numbers, so back they go.
    total = cast(func.sum(parts.c.amount), BigInteger).label("balance")
    return select(parts.c.account_id, total).group_by(parts.c.account_id)
