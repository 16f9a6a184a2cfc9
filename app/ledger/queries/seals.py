"""Seals recomputed from the rows, and compared with what was written at the close."""

from collections.abc import Mapping, Sequence
from dataclasses import fields

from sqlalchemy import select

from app.extensions import db
from app.kit.errors import NotFound
from app.ledger.domain.accounts import Address
from app.ledger.domain.canonical import NO_DIGEST, EntryRow, SealHeader
from app.ledger.domain.sealing import ComputedSeal, compare_leaves, seal_period, unpack_leaves
from app.ledger.models import LedgerAccount, LedgerClosing, LedgerPeriod, LedgerSeal

from .accounts import address_columns, to_address
from .entries import entries

_HEADER_FIELDS = tuple(field.name for field in fields(SealHeader))


def compute_seal(village_id: int, period_id: int, *, secret: bytes | None = None) -> ComputedSeal:
    """Seal a period from its entries, the previous closing balances and the previous digest.

    A period that is sealed keeps the secret of its seal. Raises NotFound `period_not_found`.
    """
    period = db.session.get(LedgerPeriod, period_id)
    if period is None or period.village_id != village_id:
        raise NotFound("period_not_found")
    previous, stored = seal_before(period), seal(period_id)
    if stored is not None:
        secret = stored.secret
    return seal_after(
        previous,
        period,
        openings={} if previous is None else closing_rows(previous.period_id),
        posted=entries(village_id, period_id=period_id),
        secret=secret,
    )


def seal_after(
    previous: LedgerSeal | None,
    period: LedgerPeriod,
    *,
    openings: Mapping[Address, int],
    posted: Sequence[EntryRow],
    secret: bytes | None,
) -> ComputedSeal:
    """Seal a period whose rows were read already; `openings` were closed under `previous`."""
    return seal_period(
        village_id=period.village_id,
        period_number=period.number,
        month=period.month,
        previous_digest=NO_DIGEST if previous is None else previous.digest,
        openings=openings,
        entries=posted,
        secret=secret,
    )


def seal_before(period: LedgerPeriod) -> LedgerSeal | None:
    """The seal of the period before; None for the first."""
    return db.session.scalar(
        select(LedgerSeal).where(
            LedgerSeal.village_id == period.village_id,
            LedgerSeal.period_number == period.number - 1,
        )
    )


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


def header_of(stored: LedgerSeal) -> SealHeader:
    """What the stored seal says it was taken over."""
    return SealHeader(**{name: getattr(stored, name) for name in _HEADER_FIELDS})


def differences(stored: LedgerSeal, computed: SealHeader) -> list[str]:
    """Names of the fields in which a stored seal differs from the rows; empty when it holds."""
    found = [name for name in _HEADER_FIELDS if getattr(stored, name) != getattr(computed, name)]
    if stored.digest != computed.digest:
        found.append("digest")
    return found


def altered_entries(stored: LedgerSeal, computed: ComputedSeal) -> list[tuple[int, str]]:
    """Entries of the period that are not as they were sealed: id, and "was changed", "was removed"
    or "was added".
    """
    kept = unpack_leaves(stored.entry_leaves)
    return list(compare_leaves(kept, computed.entry_leaves))


def altered_closings(stored: LedgerSeal, computed: ComputedSeal) -> list[Address]:
    """Accounts whose closing balance, as it is kept, is not what the entries give."""
    kept = closing_rows(stored.period_id)
    due = {row.account: row.balance for row in computed.balances}
    return sorted(account for account in kept.keys() | due if kept.get(account) != due.get(account))


def closing_rows(period_id: int) -> dict[Address, int]:
    """The closing balances that were written with the seal of a period."""
    rows = db.session.execute(
        select(*address_columns(LedgerAccount), LedgerClosing.balance)
        .join(LedgerClosing, LedgerClosing.account_id == LedgerAccount.id)
        .where(LedgerClosing.period_id == period_id)
    )
    return {to_address(row[:5]): row[5] for row in rows}
