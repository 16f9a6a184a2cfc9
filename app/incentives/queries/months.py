"""The results of a month: as its close computed them, or as it would compute them now."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.extensions import db
from app.incentives.domain.computing import MonthResult, compute
from app.incentives.domain.facts import RegisterFacts
from app.incentives.domain.postings import INCENTIVE_KINDS
from app.incentives.models import IncentiveMonth
from app.kit.errors import NotFound
from app.kit.month import Month
from app.ledger import queries as books
from app.rulebook import queries as rulebook

from .gathering import gather_ledger, gather_register

if TYPE_CHECKING:
    from app.ledger.models import LedgerPeriod
    from app.rulebook.models import RuleVersion


@dataclass(frozen=True, slots=True)
class ComputedMonth:
    """A month's results. `kept` is None while the month is open, and for a month that was closed
    before results were kept; then the facts are those of now. `entry_ids` by the posting's key.
    """

    month: Month
    period: "LedgerPeriod"
    version: "RuleVersion | None"
    register: RegisterFacts
    result: MonthResult
    kept: IncentiveMonth | None
    entry_ids: dict[str, int]


def computed_month(village_id: int, month: Month) -> ComputedMonth:
    """Compute a month from its ledger rows and from what was kept at its close.

    Raises NotFound `period_not_found`.
    """
    period = books.period(village_id, month)
    kept = db.session.scalar(select(IncentiveMonth).where(IncentiveMonth.period_id == period.id))
    ledger = gather_ledger(period)
    if kept is None:
        register = gather_register(village_id, month, frozenset(ledger.standing))
        # A month that was closed without results is to be read, not to be added to.
        version = rulebook.current_version(village_id, month.last_day)
        terms = rulebook.incentives_of(None if period.closed_at else version)
    else:
        register = RegisterFacts.parse(kept.facts)
        version = None
        if kept.rule_version_id is not None:
            version = rulebook.version(village_id, kept.rule_version_id)
        terms = rulebook.incentives_of(version)
    return ComputedMonth(
        month=month,
        period=period,
        version=version,
        register=register,
        result=compute(terms, register, ledger),
        kept=kept,
        entry_ids=entry_ids_by_key(village_id, period.id) if kept else {},
    )


def kept_months(village_id: int) -> list[Month]:
    """The closed months whose results were kept, newest first."""
    codes = db.session.scalars(
        select(IncentiveMonth.month)
        .where(IncentiveMonth.village_id == village_id)
        .order_by(IncentiveMonth.month.desc())
    )
    return [Month.parse(code) for code in codes]


def entry_ids_by_key(village_id: int, period_id: int) -> dict[str, int]:
    """The incentive entries of a period."""
    found = books.entries(village_id, period_id=period_id, kinds=INCENTIVE_KINDS)
    return {entry.idempotency_key: entry.id for entry in found}


def month_of_code(month_code: str) -> Month:
    """A month as it stands in an address; NotFound `period_not_found` for what is no month."""
    try:
        return Month.parse(month_code)
    except ValueError:
        raise NotFound("period_not_found") from None
