"""Making spendable what a notice told of."""

from datetime import date

from app.extensions import db
from app.kit import clock
from app.ledger import service as ledger
from app.ledger.domain.accounts import household_pending, household_spendable
from app.ledger.domain.drafts import EntryDraft, EntryKind, TransferDraft
from app.notices import queries
from app.notices.domain import (
    NoticeState,
    check_settling,
)
from app.notices.models import Notice
from app.people import service as people
from app.rulebook import service as rulebook

from .locks import locked_notice

# Two accounts a household; the posting function takes at most 1,000 accounts in a batch.
HOUSEHOLDS_PER_ENTRY = 400


def settle_notice(*, village_id: int, notice_id: int, actor_id: int) -> Notice:
    """Make spendable what was earned in the notice's month and not reversed since.

    Settling again changes nothing. Raises Conflict `notice_not_published`, `notice_still_posted`
    or `objections_open`.
    """
    notice = locked_notice(village_id, notice_id)
    if notice.state == NoticeState.SETTLED:
        return notice
    today = clock.today()
    check_settling(queries.notice_period(notice), today, queries.open_objections_count(notice.id))
    # No correction may come between reading what was earned and moving it.
    rulebook.hold_awards(village_id)
    releases = sorted(queries.earned_and_not_reversed(village_id, notice.period_id).items())
    for start in range(0, len(releases), HOUSEHOLDS_PER_ENTRY):
        some = releases[start : start + HOUSEHOLDS_PER_ENTRY]
        ledger.post([_settle_draft(notice, some, start, today=today, actor_id=actor_id)])
    people.pass_on(
        village_id=village_id,
        household_ids=[household_id for household_id, _ in releases],
        cause=f"settle:{notice.id}",
        actor_id=actor_id,
    )
    notice.state = NoticeState.SETTLED
    notice.settled_by = actor_id
    notice.settled_at = clock.now()
    db.session.flush()
    return notice


def _settle_draft(
    notice: Notice, releases: list[tuple[int, int]], start: int, *, today: date, actor_id: int
) -> EntryDraft:
    return EntryDraft(
        village_id=notice.village_id,
        kind=EntryKind.SETTLE,
        occurred_on=today,
        actor_id=actor_id,
        idempotency_key=f"notice:{notice.id}:settle:{start}",
        transfers=tuple(
            TransferDraft(
                debit=household_pending(notice.village_id, household_id),
                credit=household_spendable(notice.village_id, household_id),
                amount=amount,
            )
            for household_id, amount in releases
        ),
        memo=notice.month,
    )
