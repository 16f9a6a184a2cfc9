"""Seals recomputed from the rows, and compared with what was written at the close."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.extensions import db
from app.kit.errors import NotFound
from app.ledger.domain import merkle
from app.ledger.domain.canonical import (
    NO_DIGEST,
    BalanceRow,
    EntryRow,
    SealHeader,
    balance_bytes,
    entry_bytes,
    first_and_last,
)
from app.ledger.models import LedgerAccount, LedgerClosing, LedgerPeriod, LedgerSeal

from .accounts import fold
from .entries import entries


@dataclass(frozen=True, slots=True)
class ComputedSeal:
    """A period's seal as its rows give it now."""

    header: SealHeader
    entries: tuple[EntryRow, ...]
    balances: tuple[BalanceRow, ...]

    @property
    def entry_leaves(self) -> list[bytes]:
        return [merkle.leaf_hash(entry_bytes(row)) for row in self.entries]

    @property
    def balance_leaves(self) -> list[bytes]:
        return [merkle.leaf_hash(balance_bytes(row)) for row in self.balances]


def compute_seal(village_id: int, period_id: int) -> ComputedSeal:
    """Seal a period from its entries, the previous closing balances and the previous digest.

    Raises NotFound `period_not_found`.
    """
    period = db.session.get(LedgerPeriod, period_id)
    if period is None or period.village_id != village_id:
        raise NotFound("period_not_found")
    written = tuple(entries(village_id, period_id=period_id))
    previous = _seal_before(period)
    balances = _closing_balances(previous, period_id, written)
    first_id, last_id = first_and_last(written)
    header = SealHeader(
        village_id=village_id,
        period_number=period.number,
        month=period.month,
        previous_digest=previous.digest if previous else NO_DIGEST,
        entry_count=len(written),
        entries_root=merkle.root([merkle.leaf_hash(entry_bytes(row)) for row in written]),
        balance_count=len(balances),
        balances_root=merkle.root([merkle.leaf_hash(balance_bytes(row)) for row in balances]),
        first_entry_id=first_id,
        last_entry_id=last_id,
    )
    return ComputedSeal(header, written, balances)


def seal(period_id: int) -> LedgerSeal | None:
    """The seal written at the close of a period; None while it is open."""
    return db.session.get(LedgerSeal, period_id)


def seals(village_id: int) -> Sequence[LedgerSeal]:
    """All seals of a village, oldest first."""
    return db.session.scalars(
        select(LedgerSeal)
        .where(LedgerSeal.village_id == village_id)
        .order_by(LedgerSeal.period_number)
    ).all()


def differences(stored: LedgerSeal, computed: SealHeader) -> list[str]:
    """Names of the fields in which a stored seal differs from the rows; empty when it holds."""
    names = [name for name in SealHeader.__dataclass_fields__ if name in LedgerSeal.__table__.c]
    found = [name for name in names if getattr(stored, name) != getattr(computed, name)]
    if stored.digest != computed.digest:
        found.append("digest")
    return found


def _seal_before(period: LedgerPeriod) -> LedgerSeal | None:
    return db.session.scalar(
        select(LedgerSeal).where(
            LedgerSeal.village_id == period.village_id,
            LedgerSeal.period_number == period.number - 1,
        )
    )


def _closing_balances(
    previous: LedgerSeal | None, period_id: int, written: Sequence[EntryRow]
) -> tuple[BalanceRow, ...]:
    """Closing balances of every account that ever moved, in the order of account ids."""
    closing: dict[int, int] = {}
    if previous is not None:
        rows = db.session.execute(
            select(LedgerClosing.account_id, LedgerClosing.balance).where(
                LedgerClosing.period_id == previous.period_id
            )
        )
        closing = {row.account_id: row.balance for row in rows}
    moved = {
        account_id
        for entry in written
        for transfer in entry.transfers
        for account_id in (transfer.debit_account_id, transfer.credit_account_id)
    }
    for account_id, change in fold(sorted(moved), period_ids=[period_id]).items():
        closing[account_id] = closing.get(account_id, 0) + change
    account = LedgerAccount
    columns = (account.owner_kind, account.owner_id, account.purpose, account.unit_id)
    rows = db.session.execute(
        select(account.id.label("account_id"), *columns).where(account.id.in_(closing))
    )
    owners = {row.account_id: dict(row._mapping) for row in rows}
    return tuple(
        BalanceRow(**owners[account_id], balance=closing[account_id])
        for account_id in sorted(closing)
    )
