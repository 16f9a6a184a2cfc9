"""One entry of the ledger as the household it concerns may see it, with the whole chain."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app.activities import queries as activities
from app.claims import queries as claims
from app.expiry import queries as expiry
from app.identity.queries import display_names
from app.kit.errors import NotFound
from app.kit.points import Tenths
from app.ledger import queries as books
from app.ledger.domain.accounts import POINT, Address, OwnerKind
from app.rulebook import queries as rulebook
from app.rulebook.domain.awards import RuleRef
from app.store import queries as store

from .causes import NO_CAUSE, Cause, causes
from .passbook import PassbookLine, passbook

if TYPE_CHECKING:
    from app.activities.models import AttendanceDenial
    from app.claims.models import AwardDenial, InspectionMark
    from app.expiry.models import ExpiryLot, ExpiryPolicy
    from app.rulebook.models import Award, RuleVersion


@dataclass(frozen=True, slots=True)
class AwardStory:
    """What was asked and granted under which rule; `by` is who had it posted."""

    id: int
    rule: RuleRef
    version: "RuleVersion"
    asked: Tenths
    granted: Tenths
    by: str


@dataclass(frozen=True, slots=True)
class AttendanceStory:
    """The session behind an award, and who vouches that the member was there."""

    title: str
    place: str
    starts_at: datetime
    source: str
    checked_in_at: datetime | None
    checked_in_by: str
    closed_at: datetime | None
    closed_by: str


@dataclass(frozen=True, slots=True)
class PurchaseStory:
    """Where goods were handed out, and by whom."""

    store_name: str
    clerk_name: str
    redeemed_at: datetime


@dataclass(frozen=True, slots=True)
class ExpiryStory:
    """Under which policy points expired, and which these were: oldest first, what each was for."""

    policy: "ExpiryPolicy"
    lots: "tuple[tuple[ExpiryLot, Cause], ...]"


@dataclass(frozen=True, slots=True)
class InspectionStory:
    """Who judged the household on a round, and who checked it."""

    marked_by: str
    checked_by: str


@dataclass(frozen=True, slots=True)
class EntryStory:
    """An entry from the deed to the notice; a reversal tells the story of what it takes back.

    `reversal_id` is the entry that took this one back, `denial` what the household said of it.
    """

    line: PassbookLine
    award: AwardStory | None
    attendance: AttendanceStory | None
    purchase: PurchaseStory | None
    expiry: ExpiryStory | None
    claim_id: int | None
    inspection: InspectionStory | None
    reversal_id: int | None
    denial: "AttendanceDenial | AwardDenial | None"

    @property
    def may_be_denied(self) -> bool:
        """Whether the household may still say that this is not its own."""
        taken_back = self.reversal_id is not None or self.line.reverses_id is not None
        known = (self.attendance, self.inspection, self.claim_id) != (None, None, None)
        return known and self.denial is None and not taken_back


def entry_story(village_id: int, household_id: int, entry_id: int) -> EntryStory:
    """Raises NotFound `entry_not_found` unless the entry moved points of this household."""
    line = _line(village_id, household_id, entry_id)
    told_id = line.reverses_id or entry_id
    found = rulebook.awards(village_id, entry_ids=[told_id])
    award = found[0] if found else None
    mark = None if award is None else claims.mark_of_award(award.id)
    return EntryStory(
        line=line,
        award=None if award is None else _award(award),
        attendance=None if award is None else _attendance(award),
        purchase=_purchase(village_id, told_id),
        expiry=_expiry(village_id, told_id),
        claim_id=award.source_id if award is not None and award.source_kind == "claim" else None,
        inspection=None if mark is None else _inspection(mark),
        reversal_id=books.reversals_of(village_id, [entry_id]).get(entry_id),
        denial=None if award is None else _denial(award),
    )


def _denial(award: "Award") -> "AttendanceDenial | AwardDenial | None":
    return activities.denial_of_award(award.id) or claims.denial_of_award(award.id)


def _inspection(mark: "InspectionMark") -> InspectionStory:
    names = display_names([mark.marked_by or 0, mark.checked_by or 0])
    return InspectionStory(
        marked_by=names.get(mark.marked_by or 0, ""), checked_by=names.get(mark.checked_by or 0, "")
    )


def _line(village_id: int, household_id: int, entry_id: int) -> PassbookLine:
    for transfer in books.entry(village_id, entry_id).transfers:
        if any(_is_own(address, household_id) for address in (transfer.debit, transfer.credit)):
            # The newest movement before the next id is the transfer itself.
            return passbook(village_id, household_id, before_id=transfer.id + 1, limit=1)[0]
    raise NotFound("entry_not_found")


def _is_own(address: Address, household_id: int) -> bool:
    owner = (address.owner_kind, address.owner_id, address.unit_id)
    return owner == (OwnerKind.HOUSEHOLD, household_id, POINT)


def _award(award: "Award") -> AwardStory:
    return AwardStory(
        id=award.id,
        rule=rulebook.rule(award.village_id, award.rule_id),
        version=rulebook.version(award.village_id, award.rule_version_id),
        asked=Tenths(award.asked),
        granted=Tenths(award.granted),
        by=display_names([award.actor_id]).get(award.actor_id, ""),
    )


def _attendance(award: "Award") -> AttendanceStory | None:
    attendance = activities.attendance_of(award.source_id, award.member_id or 0)
    if attendance is None:
        return None
    view = activities.session(award.village_id, award.source_id)
    names = display_names([attendance.checked_in_by, view.session.closed_by or 0])
    return AttendanceStory(
        title=view.activity.title,
        place=view.activity.place,
        starts_at=view.session.starts_at,
        source=attendance.source,
        checked_in_at=attendance.checked_in_at,
        checked_in_by=names.get(attendance.checked_in_by, ""),
        closed_at=view.session.closed_at,
        closed_by=names.get(view.session.closed_by or 0, ""),
    )


def _purchase(village_id: int, entry_id: int) -> PurchaseStory | None:
    receipt = store.receipts_by_entry(village_id, [entry_id]).get(entry_id)
    if receipt is None:
        return None
    redemption = receipt.redemption
    return PurchaseStory(
        store_name=store.store(village_id, redemption.store_id).name,
        clerk_name=display_names([redemption.clerk_id]).get(redemption.clerk_id, ""),
        redeemed_at=redemption.created_at,
    )


def _expiry(village_id: int, entry_id: int) -> ExpiryStory | None:
    line = expiry.lines_of_entries(village_id, [entry_id]).get(entry_id)
    if line is None:
        return None
    lots = expiry.lots_of([line.id])[line.id]
    known = causes(village_id, {lot.earned_entry_id for lot in lots})
    run = expiry.run(village_id, line.run_id)
    return ExpiryStory(
        policy=expiry.policy(run.policy_id),
        lots=tuple((lot, known.get(lot.earned_entry_id, NO_CAUSE)) for lot in lots),
    )
