"""Notices and objections as they stand."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from app.activities import queries as activities
from app.claims import queries as claims
from app.extensions import db
from app.kit.codes import CodeKind, read_code
from app.kit.errors import Conflict, NotFound
from app.kit.month import Month
from app.kit.points import Tenths
from app.ledger import queries as books
from app.ledger.domain.accounts import Purpose
from app.notices.domain import EARNED, NoticePeriod, NoticeState, OpenMatters
from app.notices.models import Honour, Notice, Objection, Signature
from app.people import queries as people
from app.rulebook import queries as rulebook


@dataclass(frozen=True, slots=True)
class AwardChoice:
    """An award as somebody who decides an objection sees it."""

    award_id: int
    occurred_on: date
    title: str
    member_name: str
    granted: Tenths


def notice(village_id: int, notice_id: int) -> Notice:
    """A notice of the village; NotFound `notice_not_found`."""
    found = db.session.get(Notice, notice_id)
    if found is None or found.village_id != village_id:
        raise NotFound("notice_not_found")
    return found


def notice_by_code(typed_code: str) -> Notice:
    """The published notice behind the code on the paper; NotFound `notice_not_found`."""
    code = read_code(CodeKind.NOTICE, typed_code)
    found = code and db.session.scalar(select(Notice).where(Notice.public_code == code))
    if not found or found.state == NoticeState.DRAFT:
        raise NotFound("notice_not_found")
    return found


def notice_of_month(village_id: int, month: Month) -> Notice | None:
    """The notice of a month, once the month is closed."""
    return db.session.scalar(
        select(Notice).where(Notice.village_id == village_id, Notice.month == str(month))
    )


def notices(village_id: int, *, published_only: bool = False) -> Sequence[Notice]:
    """The notices of a village, newest first."""
    query = select(Notice).where(Notice.village_id == village_id).order_by(Notice.number.desc())
    if published_only:
        query = query.where(Notice.state != NoticeState.DRAFT)
    return db.session.scalars(query).all()


def notice_period(found: Notice) -> NoticePeriod:
    """The days on which a published notice hangs; Conflict `notice_not_published`."""
    if found.posted_from is None or found.posted_to is None:
        raise Conflict("notice_not_published")
    return NoticePeriod(found.posted_from, found.posted_to)


def objection(village_id: int, objection_id: int) -> Objection:
    """An objection of the village; NotFound `objection_not_found`."""
    found = db.session.get(Objection, objection_id)
    if found is None or found.village_id != village_id:
        raise NotFound("objection_not_found")
    return found


def objections(notice_id: int) -> Sequence[Objection]:
    """The objections to a notice, in the order of their numbers."""
    return db.session.scalars(
        select(Objection).where(Objection.notice_id == notice_id).order_by(Objection.number)
    ).all()


def honours(notice_id: int) -> Sequence[Honour]:
    """The good deeds on a notice, in the order in which they were put there."""
    return db.session.scalars(
        select(Honour).where(Honour.notice_id == notice_id).order_by(Honour.id)
    ).all()


def signatures(notice_id: int) -> Sequence[Signature]:
    """Who has signed a notice, in the order in which that was noted down."""
    return db.session.scalars(
        select(Signature).where(Signature.notice_id == notice_id).order_by(Signature.id)
    ).all()


def open_objections_count(notice_id: int) -> int:
    """How many objections to a notice are not decided."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Objection)
            .where(Objection.notice_id == notice_id, Objection.decided_at.is_(None))
        )
        or 0
    )


def earned_and_not_reversed(village_id: int, period_id: int) -> dict[int, int]:
    """What each household earned in a period, less what was reversed since (tenths)."""
    earned = books.entries(village_id, period_id=period_id, kinds=EARNED)
    taken_back = books.reversals_of(village_id, [entry.id for entry in earned])
    amounts: Counter[int] = Counter()
    for entry in earned:
        if entry.id in taken_back:
            continue
        for transfer in entry.transfers:
            if transfer.credit.purpose is Purpose.PENDING:
                amounts[transfer.credit.owner_id] += transfer.amount
    return dict(amounts)


def award_choices(found: Notice, passbook_number: str) -> list[AwardChoice]:
    """A household's awards under a notice that were not reversed: what a correction may name.

    Empty for a passbook number that nobody has.
    """
    try:
        household = people.household_by_passbook(found.village_id, passbook_number)
    except NotFound:
        return []
    entries = books.entries(found.village_id, period_id=found.period_id, kinds=EARNED)
    in_period = {entry.id for entry in entries}
    awards = [
        award
        for award in rulebook.awards(found.village_id, household_id=household.id)
        if award.entry_id in in_period and award.reversal_entry_id is None
    ]
    rules = rulebook.rules_by_id(found.village_id, {award.rule_id for award in awards})
    names = {member.id: member.name for member in people.members_of(household.id)}
    return [
        AwardChoice(
            award_id=award.id,
            occurred_on=award.occurred_on,
            title=rules[award.rule_id].title,
            member_name=names.get(award.member_id or 0, ""),
            granted=Tenths(award.granted),
        )
        for award in awards
    ]


def open_matters(village_id: int, now: datetime) -> OpenMatters:
    """What would be decided in a later month if the open one were closed now."""
    return OpenMatters(
        sessions=len(activities.unclosed_sessions(village_id, now)),
        denials=len(activities.open_denials(village_id)) + len(claims.open_denials(village_id)),
        claims=claims.undecided_count(village_id),
        inspections=claims.unfinished_inspections(village_id),
    )
