"""What is due in a village, for its president and its supervision."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.activities import queries as activities
from app.claims import queries as claims
from app.expiry import queries as expiry
from app.kit import clock
from app.kit.month import Month
from app.ledger import queries as books
from app.notices import queries as notices
from app.notices.domain import (
    answer_overdue,
    closing_is_due,
    closing_overdue,
    posting_overdue,
    settling_overdue,
)
from app.people import queries as people
from app.store import queries as store


class DueKind(StrEnum):
    """What may wait for somebody."""

    OBJECTION = "objection"
    DENIAL = "denial"
    AWARD_DENIAL = "award_denial"
    CLAIM = "claim"
    INSPECTION = "inspection"
    LIFE_EVENT = "life_event"
    SESSION_TO_CLOSE = "session_to_close"
    ACTIVITY_TO_APPROVE = "activity_to_approve"
    MONTH_TO_CLOSE = "month_to_close"
    NOTICE_TO_PUBLISH = "notice_to_publish"
    NOTICE_TO_SETTLE = "notice_to_settle"
    EXPIRY_TO_POST = "expiry_to_post"
    EXPIRY_TO_CONFIRM = "expiry_to_confirm"
    GOODS_EXPIRING = "goods_expiring"
    REDEMPTION_TO_REVIEW = "redemption_to_review"


SUPERVISED = frozenset(
    {
        DueKind.OBJECTION,
        DueKind.DENIAL,
        DueKind.AWARD_DENIAL,
        DueKind.CLAIM,
        DueKind.INSPECTION,
        DueKind.LIFE_EVENT,
        DueKind.NOTICE_TO_PUBLISH,
        DueKind.NOTICE_TO_SETTLE,
        DueKind.MONTH_TO_CLOSE,
        DueKind.EXPIRY_TO_CONFIRM,
    }
)
"""What the supervision committee deals with or waits for too."""


@dataclass(frozen=True, slots=True)
class Due:
    """One row of the desk: how many wait, and the first of them.

    `target_id` is what the row's link opens; None where the link needs no id. `month` and `day`
    say about which month it is and until when; `overdue_days` how long ago that should have been
    done, which the supervision is warned of.
    """

    kind: DueKind
    count: int
    target_id: int | None = None
    title: str = ""
    month: Month | None = None
    day: date | None = None
    overdue_days: int = 0


def due(village_id: int, now: datetime) -> list[Due]:
    """What waits in the village, the most pressing first; empty when nothing does."""
    return [
        *_of_notices(village_id, now),
        *_of_activities(village_id, now),
        *_of_claims(village_id),
        *_of_households(village_id),
        *_of_the_month(village_id, now),
        *_of_expiry(village_id, now),
        *_of_stores(village_id, now),
    ]


def _of_notices(village_id: int, now: datetime) -> Iterator[Due]:
    today = clock.local(now).date()
    for notice in notices.notices(village_id):
        if notice.settled_at is not None:
            continue
        month = Month.parse(notice.month)
        if notice.posted_to is None:
            closed_on = clock.local(notice.closed_at).date()
            yield Due(
                DueKind.NOTICE_TO_PUBLISH, 1, notice.id, month=month,
                overdue_days=posting_overdue(closed_on, today),
            )  # fmt: skip
            continue
        waiting = [each for each in notices.objections(notice.id) if each.decided_at is None]
        if waiting:
            received_on = clock.local(waiting[0].received_at).date()
            yield Due(
                DueKind.OBJECTION, len(waiting), waiting[0].id, month=month, day=notice.posted_to,
                overdue_days=answer_overdue(received_on, today),
            )  # fmt: skip
        elif today > notice.posted_to:
            yield Due(
                DueKind.NOTICE_TO_SETTLE, 1, notice.id, month=month,
                overdue_days=settling_overdue(notice.posted_to, today),
            )  # fmt: skip


def _of_activities(village_id: int, now: datetime) -> Iterator[Due]:
    denials = activities.open_denials(village_id)
    if denials:
        first_denied = denials[0]
        yield Due(
            DueKind.DENIAL,
            len(denials),
            first_denied.denial.id,
            title=first_denied.activity.title,
        )
    sessions = activities.sessions_to_close(village_id, now)
    if sessions:
        first = sessions[0]
        yield Due(
            DueKind.SESSION_TO_CLOSE, len(sessions), first.session.id, title=first.activity.title
        )
    planned = activities.activities_to_approve(village_id)
    if planned:
        yield Due(DueKind.ACTIVITY_TO_APPROVE, len(planned), planned[0].id, title=planned[0].title)


def _of_claims(village_id: int) -> Iterator[Due]:
    undecided = claims.undecided_count(village_id)
    if undecided:
        yield Due(DueKind.CLAIM, undecided)
    denials = claims.open_denials(village_id)
    if denials:
        oldest, home = denials[0]
        yield Due(DueKind.AWARD_DENIAL, len(denials), oldest.id, title=home.passbook_no)
    unfinished = claims.unfinished_inspections(village_id)
    if unfinished:
        yield Due(DueKind.INSPECTION, unfinished)


def _of_households(village_id: int) -> Iterator[Due]:
    waiting = people.waiting_life_events(village_id)
    if waiting:
        yield Due(DueKind.LIFE_EVENT, waiting)


def _of_the_month(village_id: int, now: datetime) -> Iterator[Due]:
    period = books.open_period(village_id)
    if period is not None:
        month = Month.parse(period.month)
        today = clock.local(now).date()
        if closing_is_due(month, today):
            overdue_days = closing_overdue(month, today)
            yield Due(DueKind.MONTH_TO_CLOSE, 1, month=month, overdue_days=overdue_days)


def _of_expiry(village_id: int, now: datetime) -> Iterator[Due]:
    found = expiry.due(village_id, clock.local(now).date())
    if found is not None:
        _, day = found
        asked = any(run.acts_on == day for run in expiry.runs(village_id))
        yield Due(DueKind.EXPIRY_TO_CONFIRM if asked else DueKind.EXPIRY_TO_POST, 1, day=day)


def _of_stores(village_id: int, now: datetime) -> Iterator[Due]:
    today = clock.local(now).date()
    for found in store.stores(village_id):
        expiring = store.expiring_soon(found.id, today=today)
        if expiring:
            yield Due(
                DueKind.GOODS_EXPIRING,
                len(expiring),
                found.id,
                title=found.name,
                day=expiring[0][0].expires_on,
            )
        listed = [
            each
            for each in store.receipts_listed_for_review(found.id)
            if each.redemption.sold_on >= Month.of(today).first_day
        ]
        if listed:
            yield Due(
                DueKind.REDEMPTION_TO_REVIEW, len(listed), listed[0].redemption.id, title=found.name
            )
