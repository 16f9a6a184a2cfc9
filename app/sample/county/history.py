"""The months of a village: the quota comes on the 1st, goods on the 2nd, on the 3rd the month
before is settled; activities and redemptions follow, and on the 25th the month is closed.
"""

from collections import Counter
from functools import partial

from app.activities.models import QuotaGrant
from app.identity.domain import SYSTEM_ACTOR_ID
from app.kit import clock
from app.kit.month import Month
from app.ledger.domain.accounts import (
    branch_budget,
    household_pending,
    household_spendable,
    issuance,
)
from app.ledger.domain.drafts import EntryKind, TransferDraft
from app.notices.service import HOUSEHOLDS_PER_ENTRY

from .activities import plan_sessions, points_of_a_time
from .chronicle import Chronicle, Step
from .shape import FIRST_MONTH
from .shopping import plan_redemptions, stock_up
from .village import Rows

_CLOSING_DAY, _CLOSING_HOUR = 25, 17


def live(chronicle: Chronicle) -> Rows:
    """Live through the closed months and the open one; everything that the village's tables get."""
    month = FIRST_MONTH
    for _ in range(chronicle.shape.months):
        _live_through(chronicle, month)
        with clock.stopped_at(chronicle.moment(month, _CLOSING_DAY, _CLOSING_HOUR)):
            chronicle.book.close()
        month = month.next
    _live_through(chronicle, month)
    return chronicle.village.rows | chronicle.book.rows


def _live_through(chronicle: Chronicle, month: Month) -> None:
    earned, chronicle.earned = chronicle.earned, Counter()
    steps: list[Step] = [
        (chronicle.moment(month, 1, 8), partial(_grant, chronicle, month)),
        (chronicle.moment(month, 2, 9), partial(stock_up, chronicle)),
        (chronicle.moment(month, 3, 9), partial(_settle, chronicle, month.previous, earned)),
        *plan_sessions(chronicle, month),
        *plan_redemptions(chronicle, month, sorted(earned)),
    ]
    for moment, work in sorted(steps, key=lambda step: step[0]):
        with clock.stopped_at(moment):
            work()


def _grant(chronicle: Chronicle, month: Month) -> None:
    """As many points as the month's activities can hand out."""
    village, shape = chronicle.village, chronicle.shape
    amount = shape.sessions * shape.seats * points_of_a_time(village)
    moved = TransferDraft(issuance(village.id), branch_budget(village.id), amount)
    entry_id = chronicle.post(
        EntryKind.GRANT,
        f"grant:county-{month}",
        [moved],
        occurred_on=month.first_day,
        memo=str(month),
    )
    village.add(
        QuotaGrant,
        village_id=village.id,
        month=str(month),
        amount=amount,
        entry_id=entry_id,
        granted_at=clock.now(),
        granted_by=SYSTEM_ACTOR_ID,
    )


def _settle(chronicle: Chronicle, month: Month, earned: Counter[int]) -> None:
    releases = sorted(earned.items())
    for start in range(0, len(releases), HOUSEHOLDS_PER_ENTRY):
        transfers = [
            TransferDraft(
                household_pending(chronicle.village.id, household_id),
                household_spendable(chronicle.village.id, household_id),
                amount,
            )
            for household_id, amount in releases[start : start + HOUSEHOLDS_PER_ENTRY]
        ]
        key = f"county:{month}:settle:{start}"
        chronicle.post(EntryKind.SETTLE, key, transfers, memo=str(month))
