"""Objections, and what is corrected because of them."""

from sqlalchemy import func, select

from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.ids import new_id
from app.kit.text import clean_line
from app.notices import queries
from app.notices.domain import (
    Decision,
    NoticeState,
    ObjectionSource,
)
from app.notices.models import Notice, Objection, ObjectionCorrection
from app.rulebook import service as rulebook

_STATEMENT_LENGTH_MAX = 500


def file_objection(
    *,
    notice_id: int,
    source: ObjectionSource,
    passbook_number: str,
    objector_name: str,
    statement: str,
    actor_id: int | None,
) -> Objection:
    """Take an objection down; `actor_id` is the member of staff who wrote it for somebody.

    Raises Conflict `notice_not_published` or `objection_closed`, Invalid `text_missing` and its
    kin for the statement.
    """
    notice = db.session.get(Notice, notice_id, with_for_update=True, populate_existing=True)
    if notice is None:
        raise NotFound("notice_not_found")
    period = queries.notice_period(notice)
    if notice.state == NoticeState.SETTLED or not period.takes_objections(clock.today()):
        raise Conflict("objection_closed")
    count = db.session.scalar(
        select(func.count()).select_from(Objection).where(Objection.notice_id == notice_id)
    )
    objection = Objection(
        id=new_id(),
        village_id=notice.village_id,
        notice_id=notice_id,
        number=(count or 0) + 1,
        source=source,
        passbook_number=passbook_number,
        objector_name=objector_name,
        statement=clean_line(statement, length_max=_STATEMENT_LENGTH_MAX, field="异议内容"),
        received_at=clock.now(),
        received_by=actor_id,
    )
    db.session.add(objection)
    db.session.flush()
    return objection


def decide_objection(
    *,
    village_id: int,
    objection_id: int,
    decision: Decision,
    answer: str,
    award_ids: tuple[int, ...],
    actor_id: int,
) -> Objection:
    """Answer an objection; when it is upheld, the awards named are reversed in the open month.

    Raises NotFound `objection_not_found`, Conflict `objection_decided`, Invalid
    `correction_not_upheld` when awards are named for a rejected objection, and what
    `rulebook.reverse_award` raises.
    """
    objection = db.session.get(
        Objection, objection_id, with_for_update=True, populate_existing=True
    )
    if objection is None or objection.village_id != village_id:
        raise NotFound("objection_not_found")
    if objection.decided_at is not None:
        raise Conflict("objection_decided")
    if award_ids and decision is not Decision.UPHELD:
        raise Invalid("correction_not_upheld")
    objection.decision = decision
    objection.answer = clean_line(answer, length_max=_STATEMENT_LENGTH_MAX, field="答复")
    objection.decided_by = actor_id
    objection.decided_at = clock.now()
    for award_id in award_ids:
        entry_id = rulebook.reverse_award(
            award_id=award_id,
            village_id=village_id,
            actor_id=actor_id,
            reason=f"异议{objection.number}号",
            idempotency_key=f"objection:{objection.id}:{award_id}",
        )
        db.session.add(
            ObjectionCorrection(
                id=new_id(), objection_id=objection.id, award_id=award_id, entry_id=entry_id
            )
        )
    db.session.flush()
    return objection
