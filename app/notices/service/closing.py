"""Closing a month."""

from sqlalchemy import func, select

from app.extensions import db
from app.incentives import service as incentives
from app.kit import clock
from app.kit.codes import CodeKind, new_code
from app.kit.errors import Conflict
from app.kit.ids import new_id
from app.kit.month import Month
from app.kit.text import clean_line
from app.ledger import queries as books
from app.ledger import service as ledger
from app.ledger.queries import checker
from app.notices import queries
from app.notices.domain import (
    CLOSE_REASON_LENGTH_MAX,
    NoticeState,
    check_open_matters,
)
from app.notices.models import Notice


def close_month(*, village_id: int, month: Month, actor_id: int, reason: str = "") -> Notice:
    """Post linked scores and bonuses, seal the month, open the next, and draft its notice.

    Closing again gives the notice that is there. Raises Conflict `month_has_open_matters` when
    something waits and no `reason` says why the month ends anyway, `books_do_not_hold` when the
    checker finds anything, `no_open_period`, or `another_month_open` (month).
    """
    # Whoever posts is waited for, and who comes later waits: the checker compares what several
    # statements read, and a post between two of them would look like a fault.
    opened = ledger.lock_open_period(village_id)
    earlier = queries.notice_of_month(village_id, month)
    if earlier is not None:
        return earlier
    if opened is None:
        raise Conflict("no_open_period")
    if opened.month != str(month):
        raise Conflict("another_month_open", month=opened.month)
    why = clean_line(reason, length_max=CLOSE_REASON_LENGTH_MAX, field="原因") if reason else ""
    check_open_matters(queries.open_matters(village_id, clock.now()), why)
    findings = checker.check_open_month(village_id)
    if findings:
        raise Conflict("books_do_not_hold", findings=len(findings), first=findings[0].detail)
    incentives.post_month(village_id=village_id, month=month, actor_id=actor_id)
    ledger.close_period(village_id, month=month)
    number = db.session.scalar(
        select(func.count()).select_from(Notice).where(Notice.village_id == village_id)
    )
    notice = Notice(
        id=new_id(),
        village_id=village_id,
        period_id=books.period(village_id, month).id,
        month=str(month),
        number=(number or 0) + 1,
        public_code=new_code(CodeKind.NOTICE),
        state=NoticeState.DRAFT,
        closed_by=actor_id,
        closed_at=clock.now(),
        closed_because=why,
    )
    db.session.add(notice)
    db.session.flush()
    return notice
