"""Closing a month, publishing its notice, answering objections, settling."""

import hashlib
import json
from dataclasses import asdict
from datetime import date

from sqlalchemy import delete, func, select

from app.extensions import db
from app.incentives import service as incentives
from app.kit import clock
from app.kit.codes import CodeKind, new_code
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.ids import new_id
from app.kit.month import Month
from app.kit.text import clean_line, normalise_name
from app.ledger import queries as books
from app.ledger import service as ledger
from app.ledger.domain.accounts import household_pending, household_spendable
from app.ledger.domain.drafts import EntryDraft, EntryKind, TransferDraft
from app.ledger.queries import checker
from app.people import queries as people
from app.printing.compilation import compile_pdf
from app.printing.payloads import NoticePrint
from app.rulebook import service as rulebook

from . import queries
from .domain import (
    CLOSE_REASON_LENGTH_MAX,
    HONOUR_LENGTH_MAX,
    Decision,
    NoticePeriod,
    NoticeState,
    ObjectionSource,
    check_honour,
    check_open_matters,
    check_posting,
    check_redemption_day,
    check_settling,
)
from .models import Honour, Notice, Objection, ObjectionCorrection

_STATEMENT_LENGTH_MAX = 500
# Two accounts a household; the posting function takes at most 1,000 accounts in a batch.
HOUSEHOLDS_PER_ENTRY = 400


def close_month(*, village_id: int, month: Month, actor_id: int, reason: str = "") -> Notice:
    """Post linked scores and bonuses, seal the month, open the next, and draft its notice.

    Closing again gives the notice that is there. Raises Conflict `month_has_open_matters` when
    something waits and no `reason` says why the month ends anyway, `books_do_not_hold` when the
    checker finds anything, and what `ledger.close_period` raises.
    """
    # Whoever posts is waited for, and who comes later waits: the checker compares what several
    # statements read, and a post between two of them would look like a fault.
    opened = ledger.lock_open_period(village_id)
    earlier = queries.notice_of_month(village_id, month)
    if earlier is not None:
        return earlier
    why = clean_line(reason, length_max=CLOSE_REASON_LENGTH_MAX, field="原因") if reason else ""
    check_open_matters(queries.open_matters(village_id, clock.now()), why)
    findings = checker.check_open_month(village_id)
    if findings:
        raise Conflict("books_do_not_hold", findings=len(findings), first=findings[0].detail)
    if opened is not None and opened.month == str(month):
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


def publish_notice(
    *,
    village_id: int,
    notice_id: int,
    period: NoticePeriod,
    payload: NoticePrint,
    actor_id: int,
) -> Notice:
    """Freeze the notice: what hangs on the board from now on is this PDF and this content.

    Raises Conflict `notice_not_draft`, Invalid `notice_day_bad`, or `missing_glyph` naming who
    has the character.
    """
    notice = _locked_draft(village_id, notice_id)
    check_posting(period, clock.today())
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
    notice = db.session.get(Notice, notice_id, with_for_update=True)
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
    objection = db.session.get(Objection, objection_id, with_for_update=True)
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


def settle_notice(*, village_id: int, notice_id: int, actor_id: int) -> Notice:
    """Make spendable what was earned in the notice's month and not reversed since.

    Settling again changes nothing. Raises Conflict `notice_not_published`, `notice_still_posted`
    or `objections_open`.
    """
    notice = _locked_notice(village_id, notice_id)
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


def _locked_notice(village_id: int, notice_id: int) -> Notice:
    notice = db.session.get(Notice, notice_id, with_for_update=True)
    if notice is None or notice.village_id != village_id:
        raise NotFound("notice_not_found")
    return notice


def _locked_draft(village_id: int, notice_id: int) -> Notice:
    notice = _locked_notice(village_id, notice_id)
    if notice.state != NoticeState.DRAFT:
        raise Conflict("notice_not_draft")
    return notice
