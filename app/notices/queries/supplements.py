"""What a supplementary notice tells, and whether the ledger still says the same.

The digest is the SHA-256 of one line for each fact, in order, in UTF-8:

    notice <digest of the month, hexadecimal>
    award <entry> <reversal entry> <tenths> <day of the reversal>
    objection <number> <decision> <day of the decision>
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.extensions import db, settings
from app.identity import queries as places
from app.kit import clock
from app.kit.codes import code_link
from app.kit.errors import Conflict, NotFound
from app.kit.month import Month
from app.kit.points import format_tenths
from app.ledger import queries as books
from app.ledger.domain.drafts import EntryKind
from app.notices.domain import NOTICE_DAYS_DEFAULT, NoticePeriod, NoticeState
from app.notices.models import (
    Notice,
    Objection,
    ObjectionCorrection,
    Supplement,
    SupplementLine,
)
from app.people import queries as people
from app.printing import supplement_payloads as payloads
from app.rulebook import queries as rulebook

from .content import objection_row, printed_day, printed_number
from .names import public_name

if TYPE_CHECKING:
    from app.people.domain.households import HouseholdRef
    from app.rulebook.models import Award


@dataclass(frozen=True, slots=True)
class Correction:
    """An award of the notice's month that a later month took back; `amount` in tenths."""

    award: "Award"
    household: "HouseholdRef"
    amount: int
    corrected_on: date


@dataclass(frozen=True, slots=True)
class Told:
    """What a supplement tells of."""

    corrections: Sequence[Correction]
    objections: Sequence[Objection]

    @property
    def count(self) -> int:
        return len(self.corrections) + len(self.objections)


def supplements(notice_id: int) -> Sequence[Supplement]:
    """The supplements of a notice, in the order of their numbers."""
    return db.session.scalars(
        select(Supplement).where(Supplement.notice_id == notice_id).order_by(Supplement.number)
    ).all()


def supplement(found: Notice, number: int) -> Supplement:
    """A supplement by its number; NotFound `supplement_not_found`."""
    wanted = next((each for each in supplements(found.id) if each.number == number), None)
    if wanted is None:
        raise NotFound("supplement_not_found")
    return wanted


def to_tell(found: Notice) -> Told:
    """What no supplement has told yet; nothing while the notice is a draft."""
    if found.state == NoticeState.DRAFT:
        return Told((), ())
    lines = db.session.scalars(
        select(SupplementLine)
        .join(Supplement, Supplement.id == SupplementLine.supplement_id)
        .where(Supplement.notice_id == found.id)
    ).all()
    told_awards = {line.award_id for line in lines}
    told_objections = {line.objection_id for line in lines}
    entry_ids = books.entry_ids(
        found.village_id, found.period_id, [EntryKind.AWARD, EntryKind.BONUS]
    )
    taken_back = [
        award
        for award in rulebook.awards(found.village_id, entry_ids=entry_ids)
        if award.reversal_entry_id is not None and award.id not in told_awards
    ]
    objections = [
        each
        for each in db.session.scalars(
            select(Objection)
            .where(Objection.notice_id == found.id, Objection.decided_at.is_not(None))
            .order_by(Objection.number)
        )
        if each.id not in told_objections
    ]
    return Told(_corrections(found, taken_back), objections)


def told_by(found: Notice, made: Supplement) -> Told:
    """What a supplement told, as the ledger says it now."""
    lines = db.session.scalars(
        select(SupplementLine).where(SupplementLine.supplement_id == made.id)
    ).all()
    awards = [rulebook.award(found.village_id, line.award_id) for line in lines if line.award_id]
    objections = [
        db.session.get_one(Objection, line.objection_id) for line in lines if line.objection_id
    ]
    objections.sort(key=lambda each: each.number)
    return Told(_corrections(found, awards), objections)


def _corrections(found: Notice, awards: Sequence["Award"]) -> list[Correction]:
    """In the order in which they were taken back, without what the month itself took back."""
    reversal_ids = [award.reversal_entry_id for award in awards if award.reversal_entry_id]
    reversals = {each.id: each for each in books.entries(found.village_id, entry_ids=reversal_ids)}
    homes = people.find_households(found.village_id, {award.household_id for award in awards})
    made = []
    for award in sorted(awards, key=lambda each: each.reversal_entry_id or 0):
        entry = reversals.get(award.reversal_entry_id or 0)
        if entry is not None and entry.period_id != found.period_id:
            home = homes[award.household_id]
            made.append(Correction(award, home, award.granted, entry.occurred_on))
    return made


def supplement_digest(found: Notice, told: Told) -> bytes:
    """See the module."""
    seal = books.seal(found.period_id)
    facts = [f"notice {seal.digest.hex() if seal else ''}"]
    facts += [
        f"award {each.award.entry_id} {each.award.reversal_entry_id} {each.amount} "
        f"{each.corrected_on}"
        for each in told.corrections
    ]
    facts += [
        f"objection {each.number} {each.decision} "
        f"{clock.local(each.decided_at).date() if each.decided_at else ''}"
        for each in told.objections
    ]
    return hashlib.sha256("\n".join(facts).encode()).digest()


def supplement_print(
    found: Notice, told: Told, number: int, period: NoticePeriod, *, created_at: datetime
) -> payloads.SupplementPrint:
    """The supplement as it would hang from `period.posted_from` on."""
    village = places.village(found.village_id)
    seal = books.seal(found.period_id)
    notice_number = printed_number(village.name, found)
    return payloads.SupplementPrint(
        created_at=created_at,
        town_name=places.town(village.town_id).name,
        village_name=village.name,
        branch_name=f"{village.name}分行",
        number=f"{notice_number}补{number}",
        notice_number=notice_number,
        month=Month.parse(found.month).chinese,
        posted_from=printed_day(period.posted_from),
        posted_to=printed_day(period.posted_to),
        contact_name=village.contact_name,
        contact_phone=village.contact_phone,
        contact_box=village.contact_place,
        item_count=str(told.count),
        correction_rows=_rows(found, told.corrections),
        correction_sum=format_tenths(-sum(each.amount for each in told.corrections)),
        objection_rows=tuple(objection_row(each, found.month) for each in told.objections),
        verification=payloads.SupplementVerification(
            digest=supplement_digest(found, told).hex(),
            notice_digest=seal.digest.hex() if seal else "",
            code=found.public_code,
            link=f"{code_link(settings().public_url, found.public_code)}/{number}",
        ),
    )


def supplement_draft(found: Notice) -> payloads.SupplementPrint:
    """The next supplement as it would hang from today on; Conflict `supplement_empty`."""
    told = to_tell(found)
    if not told.count:
        raise Conflict("supplement_empty")
    number = len(supplements(found.id)) + 1
    period = NoticePeriod.starting(clock.today(), NOTICE_DAYS_DEFAULT)
    return supplement_print(found, told, number, period, created_at=clock.now())


def _rows(found: Notice, corrections: Sequence[Correction]) -> tuple[payloads.CorrectionRow, ...]:
    awards = [each.award for each in corrections]
    rules = rulebook.rules_by_id(found.village_id, {award.rule_id for award in awards})
    objections = db.session.execute(
        select(ObjectionCorrection.award_id, Objection.number)
        .join(Objection, Objection.id == ObjectionCorrection.objection_id)
        .where(ObjectionCorrection.award_id.in_([award.id for award in awards]))
    )
    numbers = {row.award_id: row.number for row in objections}
    return tuple(
        payloads.CorrectionRow(
            passbook_number=each.household.passbook_no,
            head_name=public_name(each.household, each.household.head_name),
            day=f"{each.award.occurred_on.month}月{each.award.occurred_on.day}日",
            deed=rules[each.award.rule_id].title,
            points=format_tenths(-each.amount),
            corrected_on=f"{each.corrected_on.month}月{each.corrected_on.day}日",
            # What staff wrote as a reason may name somebody.
            because=f"异议{numbers[each.award.id]}号" if each.award.id in numbers else "核对更正",
        )
        for each in corrections
    )


@dataclass(frozen=True, slots=True)
class SupplementCheck:
    """A supplement as it hangs, beside what the ledger gives now."""

    content: dict[str, Any]
    digest: bytes
    recomputed: bytes

    @property
    def holds(self) -> bool:
        return self.digest == self.recomputed


def check_supplement(found: Notice, made: Supplement) -> SupplementCheck:
    """Recompute the digest from the ledger's rows; each reversal is to mirror its award."""
    told = told_by(found, made)
    whole = all(_mirrors(found.village_id, each) for each in told.corrections)
    recomputed = supplement_digest(found, told) if whole else bytes(32)
    return SupplementCheck(json.loads(made.content), made.digest, recomputed)


def _mirrors(village_id: int, correction: Correction) -> bool:
    reversal = books.entry(village_id, correction.award.reversal_entry_id or 0)
    return reversal.reverses_id == correction.award.entry_id
