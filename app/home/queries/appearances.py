"""On which public notice entries appear, and what that notice will free."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from app.home.domain import Release, usable_from
from app.incentives.domain.postings import BONUS_KINDS
from app.kit.month import Month
from app.kit.points import Tenths
from app.ledger import queries as books
from app.ledger.domain.accounts import Purpose
from app.notices import queries as notices
from app.rulebook import queries as rulebook

if TYPE_CHECKING:
    from app.notices.models import Notice


@dataclass(frozen=True, slots=True)
class Appearance:
    """A notice as somebody on it sees it; `posted_to` is None while it is a draft."""

    month: Month
    number: int
    public_code: str
    posted_to: date | None
    settled: bool

    @property
    def usable_from(self) -> date | None:
        """The first day on which its points may be settled."""
        return None if self.posted_to is None else usable_from(self.posted_to)


def appearances(village_id: int, entry_ids: Sequence[int]) -> dict[int, Appearance]:
    """The notices of those entries whose month is closed."""
    by_period = _by_period(village_id)
    return {
        entry.id: by_period[entry.period_id]
        for entry in books.entries(village_id, entry_ids=entry_ids)
        if entry.period_id in by_period
    }


def latest_notice(village_id: int) -> Appearance | None:
    """The newest notice that hangs or hung on the board."""
    found = notices.notices(village_id, published_only=True)
    return _appearance(found[0]) if found else None


def releases(village_id: int, household_id: int) -> list[Release]:
    """Pending points on notices that hang, each with the first day it may be settled."""
    hanging = {
        period_id: found
        for period_id, found in _by_period(village_id).items()
        if found.usable_from is not None and not found.settled
    }
    if not hanging:
        return []
    granted = {
        award.entry_id: Tenths(award.granted)
        for award in rulebook.awards(village_id, household_id=household_id)
        if award.entry_id is not None and award.reversal_entry_id is None and not award.at_once
    }
    found = []
    for period_id, appearance in hanging.items():
        entries = books.entries(village_id, period_id=period_id, entry_ids=list(granted))
        points = Tenths(
            sum(granted[entry.id] for entry in entries)
            + _bonuses(village_id, household_id, appearance.month)
        )
        if points and appearance.usable_from is not None:
            found.append(Release(points, appearance.usable_from))
    return found


def _bonuses(village_id: int, household_id: int, month: Month) -> int:
    period = books.period(village_id, month)
    lines = books.lines_of_period(period, [Purpose.PENDING], [household_id])
    return sum(line.amount for line in lines if line.kind in BONUS_KINDS)


def _by_period(village_id: int) -> dict[int, Appearance]:
    return {found.period_id: _appearance(found) for found in notices.notices(village_id)}


def _appearance(found: "Notice") -> Appearance:
    return Appearance(
        month=Month.parse(found.month),
        number=found.number,
        public_code=found.public_code,
        posted_to=found.posted_to,
        settled=found.settled_at is not None,
    )
