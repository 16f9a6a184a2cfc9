"""A supplementary notice, frozen at once."""

import hashlib
import json
from dataclasses import asdict

from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict
from app.kit.ids import new_id
from app.notices import queries
from app.notices.domain import NoticePeriod, NoticeState, check_posting
from app.notices.models import Supplement, SupplementLine
from app.printing.compilation import compile_pdf

from .locks import locked_notice


def publish_supplement(
    *, village_id: int, notice_id: int, period: NoticePeriod, actor_id: int
) -> Supplement:
    """Tell what was corrected or answered since the notice was frozen, and freeze that too.

    Raises NotFound `notice_not_found`, Conflict `notice_not_published` or `supplement_empty`,
    Invalid `notice_day_bad`, or `missing_glyph`.
    """
    notice = locked_notice(village_id, notice_id)
    if notice.state == NoticeState.DRAFT:
        raise Conflict("notice_not_published")
    check_posting(period, clock.today())
    told = queries.to_tell(notice)
    if not told.count:
        raise Conflict("supplement_empty")
    number = len(queries.supplements(notice.id)) + 1
    now = clock.now()
    payload = queries.supplement_print(notice, told, number, period, created_at=now)
    pdf = compile_pdf(payload)
    made = Supplement(
        id=new_id(),
        village_id=village_id,
        notice_id=notice.id,
        number=number,
        posted_from=period.posted_from,
        posted_to=period.posted_to,
        content=json.dumps(asdict(payload), ensure_ascii=False, default=str),
        digest=bytes.fromhex(payload.verification.digest),
        pdf=pdf,
        pdf_sha256=hashlib.sha256(pdf).digest(),
        published_by=actor_id,
        published_at=now,
    )
    db.session.add(made)
    db.session.flush()
    db.session.add_all(
        SupplementLine(id=new_id(), supplement_id=made.id, award_id=each.award.id)
        for each in told.corrections
    )
    db.session.add_all(
        SupplementLine(id=new_id(), supplement_id=made.id, objection_id=each.id)
        for each in told.objections
    )
    db.session.flush()
    return made
