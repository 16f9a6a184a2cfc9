"""What goes on a notice, and freezing it."""

import hashlib
import json
from dataclasses import asdict
from datetime import date

from sqlalchemy import delete

from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict, NotFound
from app.kit.ids import new_id
from app.kit.text import clean_line, normalise_name
from app.notices import queries
from app.notices.domain import (
    HONOUR_LENGTH_MAX,
    NoticePeriod,
    NoticeState,
    check_honour,
    check_posting,
    check_redemption_day,
)
from app.notices.models import Honour, Notice
from app.people import queries as people
from app.printing.compilation import compile_pdf

from .locks import locked_notice


def publish_notice(
    *,
    village_id: int,
    notice_id: int,
    period: NoticePeriod,
    actor_id: int,
) -> Notice:
    """Freeze the notice: what hangs on the board from now on is this PDF and this content.

    Raises Conflict `notice_not_draft`, Invalid `notice_day_bad`, or `missing_glyph` naming who
    has the character.
    """
    notice = _locked_draft(village_id, notice_id)
    check_posting(period, clock.today())
    # What is printed is read under the lock: nothing goes on the draft any more.
    payload = queries.notice_print(notice, period, created_at=clock.now())
    pdf = compile_pdf(payload)
    notice.state = NoticeState.PUBLISHED
    notice.posted_from = period.posted_from
    notice.posted_to = period.posted_to
    notice.content = json.dumps(asdict(payload), ensure_ascii=False, default=str)
    notice.pdf = pdf
    notice.pdf_sha256 = hashlib.sha256(pdf).digest()
    notice.published_by = actor_id
    notice.published_at = clock.now()
    db.session.flush()
    return notice


def add_honour(
    *,
    village_id: int,
    notice_id: int,
    passbook_number: str,
    name: str,
    deed: str,
    actor_id: int,
) -> Honour:
    """Put a good deed on the draft, with the full name of a member who agreed to it.

    Raises Conflict `notice_not_draft` or `honours_full`, NotFound `household_not_found` or
    `member_not_found`, Invalid `honour_of_a_child`.
    """
    notice = _locked_draft(village_id, notice_id)
    household = people.household_by_passbook(village_id, passbook_number)
    wanted = normalise_name(name)
    family = people.members_of(household.id)
    member = next((each for each in family if each.name == wanted), None)
    if member is None:
        raise NotFound("member_not_found")
    check_honour(
        birth_month=member.birth_month,
        today=clock.today(),
        honours=len(queries.honours(notice.id)),
    )
    honour = Honour(
        id=new_id(),
        village_id=village_id,
        notice_id=notice.id,
        member_id=member.id,
        name=member.name,
        deed=clean_line(deed, length_max=HONOUR_LENGTH_MAX, field="事迹"),
        added_at=clock.now(),
        added_by=actor_id,
    )
    db.session.add(honour)
    db.session.flush()
    return honour


def remove_honour(*, village_id: int, notice_id: int, honour_id: int) -> None:
    """Take a good deed off the draft; one that is gone already changes nothing.

    Raises Conflict `notice_not_draft`.
    """
    notice = _locked_draft(village_id, notice_id)
    db.session.execute(delete(Honour).where(Honour.id == honour_id, Honour.notice_id == notice.id))


def set_redemption_day(*, village_id: int, notice_id: int, day: date | None) -> Notice:
    """Announce on the draft when the village redeems together; None announces no day.

    Raises Conflict `notice_not_draft`, Invalid `redemption_day_past`.
    """
    notice = _locked_draft(village_id, notice_id)
    check_redemption_day(day, clock.today())
    notice.redemption_on = day
    db.session.flush()
    return notice


def _locked_draft(village_id: int, notice_id: int) -> Notice:
    notice = locked_notice(village_id, notice_id)
    if notice.state != NoticeState.DRAFT:
        raise Conflict("notice_not_draft")
    return notice
