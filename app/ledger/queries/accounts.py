"""Which account an address names, and what it holds."""

from collections.abc import Iterable, Sequence

from sqlalchemy import BigInteger, cast, func, select, tuple_

from app.extensions import db
from app.ledger.domain.accounts import LIMITED_PURPOSES, Address, OwnerKind, Purpose
from app.ledger.models import LedgerAccount, LedgerBalance, LedgerTransfer

# Five values an address; both databases take several times as many in one statement.
_ADDRESSES_PER_STATEMENT = 2000


def find_accounts(addresses: Iterable[Address]) -> dict[Address, int]:
    """The account ids of those addresses that have an account."""
    wanted = list(addresses)
    account = LedgerAccount
    columns = (
        account.village_id, account.owner_kind, account.owner_id, account.purpose, account.unit_id,
    )  # fmt: skip
    found: dict[Address, int] = {}
    for start in range(0, len(wanted), _ADDRESSES_PER_STATEMENT):
        some = wanted[start : start + _ADDRESSES_PER_STATEMENT]
        rows = db.session.execute(
            select(account.id, *columns).where(
                tuple_(*columns).in_(
                    [(a.village_id, a.owner_kind, a.owner_id, a.purpose, a.unit_id) for a in some]
                )
            )
        )
        for account_id, village_id, owner_kind, owner_id, purpose, unit_id in rows:
            address = Address(
                village_id, OwnerKind(owner_kind), owner_id, Purpose(purpose), unit_id
            )
            found[address] = account_id
    return found


def balance(address: Address) -> int:
    """What an account holds now, in tenths or pieces; 0 for one that was never opened."""
    return balances([address])[address]


def balances(addresses: Sequence[Address]) -> dict[Address, int]:
    """What several accounts hold now."""
    found = find_accounts(addresses)
    limited = [found[a] for a in found if a.purpose in LIMITED_PURPOSES]
    others = [found[a] for a in found if a.purpose not in LIMITED_PURPOSES]
    held = _balance_rows(limited) | fold(others)
    return {a: held.get(found[a], 0) if a in found else 0 for a in addresses}


def balances_of_purpose(
    village_id: int, purpose: Purpose, unit_id: int | None = None
) -> dict[tuple[int, int], int]:
    """What all accounts of one purpose in a village hold now, by (owner id, unit id)."""
    account = LedgerAccount
    query = select(account.id, account.owner_id, account.unit_id).where(
        account.village_id == village_id, account.purpose == purpose
    )
    if unit_id is not None:
        query = query.where(account.unit_id == unit_id)
    owners = {row.id: (row.owner_id, row.unit_id) for row in db.session.execute(query)}
    held = _balance_rows(list(owners)) if purpose in LIMITED_PURPOSES else fold(list(owners))
    return {owner: held.get(account_id, 0) for account_id, owner in owners.items()}


def fold(account_ids: Sequence[int], *, period_ids: Sequence[int] | None = None) -> dict[int, int]:
    """Credits minus debits of accounts over all their transfers, or over those of periods."""
    if not account_ids:
        return {}
    transfer = LedgerTransfer
    totals: dict[int, int] = {}
    for column, sign in ((transfer.credit_account_id, 1), (transfer.debit_account_id, -1)):
        # PostgreSQL adds BIGINTs up to NUMERIC; amounts are whole numbers, so back they go.
        query = select(column, cast(func.sum(transfer.amount), BigInteger)).where(
            column.in_(account_ids)
        )
        if period_ids is not None:
            query = query.where(transfer.period_id.in_(period_ids))
        for account_id, total in db.session.execute(query.group_by(column)):
            totals[account_id] = totals.get(account_id, 0) + sign * total
    return totals


def _balance_rows(account_ids: Sequence[int]) -> dict[int, int]:
    if not account_ids:
        return {}
    rows = db.session.execute(
        select(LedgerBalance.account_id, LedgerBalance.balance).where(
            LedgerBalance.account_id.in_(account_ids)
        )
    )
    return {row.account_id: row.balance for row in rows}
