"""Reads of notices to mend and of what was deducted."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.claims.domain.states import ClaimKind, ClaimState
from app.claims.models import Claim, MendNotice
from app.extensions import db
from app.kit.errors import NotFound
from app.kit.points import Tenths
from app.ledger.domain.accounts import household_standing, member_standing, score_source
from app.ledger.domain.drafts import TransferDraft
from app.people import queries as people
from app.people.domain.households import HouseholdRef, MemberRef
from app.rulebook import queries as rulebook
from app.rulebook.domain.awards import RuleRef
from app.rulebook.domain.caps import Deed


@dataclass(frozen=True, slots=True)
class MendNoticeView:
    """A notice to mend with whom and what it is about, and the deduction that followed."""

    notice: MendNotice
    rule: RuleRef
    household: HouseholdRef
    member: MemberRef | None
    deduction: Claim | None


def mend_notice(village_id: int, notice_id: int) -> MendNotice:
    """A notice to mend of the village; NotFound `mend_notice_not_found`."""
    found = db.session.get(MendNotice, notice_id)
    if found is None or found.village_id != village_id:
        raise NotFound("mend_notice_not_found")
    return found


def mend_notices(
    village_id: int, *, household_id: int | None = None, limit: int = 200
) -> list[MendNoticeView]:
    """The newest notices to mend, of one household or of all."""
    query = (
        select(MendNotice)
        .where(MendNotice.village_id == village_id)
        .order_by(MendNotice.id.desc())
        .limit(limit)
    )
    if household_id is not None:
        query = query.where(MendNotice.household_id == household_id)
    return notice_views(village_id, db.session.scalars(query).all())


def notice_views(village_id: int, found: Sequence[MendNotice]) -> list[MendNoticeView]:
    """The notices with whom and what they are about, in their order."""
    rules = rulebook.rules_by_id(village_id, {each.rule_id for each in found})
    households = people.find_households(village_id, {each.household_id for each in found})
    named = {each.member_id for each in found if each.member_id is not None}
    members = {each.id: each for each in people.members(village_id, member_ids=named)}
    deductions = {
        each.mend_notice_id: each
        for each in db.session.scalars(
            select(Claim).where(Claim.mend_notice_id.in_([each.id for each in found]))
        )
    }
    return [
        MendNoticeView(
            each,
            rules[each.rule_id],
            households[each.household_id],
            members.get(each.member_id or 0),
            deductions.get(each.id),
        )
        for each in found
    ]


def deduction_of(notice_id: int) -> Claim | None:
    """The deduction that followed a notice."""
    return db.session.scalar(select(Claim).where(Claim.mend_notice_id == notice_id))


def deed_of_deduction(claim: Claim, rule: RuleRef) -> Deed:
    """What the caps see of a deduction."""
    return Deed(
        rule_code=rule.code,
        cap_group=rule.cap.group if rule.cap else "",
        member_id=claim.member_id,
        household_id=claim.household_id,
        occurred_on=claim.occurred_on,
        source=("claim", claim.id),
    )


def deducted_before(claim: Claim) -> list[tuple[Deed, int]]:
    """What was deducted of the same household and not given back (tenths)."""
    rows = db.session.scalars(
        select(Claim).where(
            Claim.village_id == claim.village_id,
            Claim.household_id == claim.household_id,
            Claim.kind == ClaimKind.DEDUCTION.value,
            Claim.state != ClaimState.OVERTURNED.value,
            Claim.entry_id.is_not(None),
        )
    ).all()
    rules = rulebook.rules_by_id(claim.village_id, {row.rule_id for row in rows})
    return [(deed_of_deduction(row, rules[row.rule_id]), row.granted or 0) for row in rows]


@dataclass(frozen=True, slots=True)
class Deduction:
    """A decided deduction, with the rule it was decided under and what the caps see of it."""

    claim: Claim
    rule: RuleRef
    deed: Deed


def decided_deductions(village_id: int) -> list[Deduction]:
    """All deductions that were ever approved, those given back on appeal too, oldest first."""
    rows = db.session.scalars(
        select(Claim)
        .where(
            Claim.village_id == village_id,
            Claim.kind == ClaimKind.DEDUCTION.value,
            Claim.granted.is_not(None),
        )
        .order_by(Claim.entry_id, Claim.id)
    ).all()
    rules = rulebook.rules_by_id(village_id, {row.rule_id for row in rows})
    return [
        Deduction(row, rules[row.rule_id], deed_of_deduction(row, rules[row.rule_id]))
        for row in rows
    ]


def deduction_transfers(claim: Claim, taken: Tenths) -> tuple[TransferDraft, ...]:
    """What a deduction moves: score of the member or the household, and never any points."""
    standing = (
        household_standing(claim.village_id, claim.household_id)
        if claim.member_id is None
        else member_standing(claim.village_id, claim.member_id)
    )
    return (TransferDraft(standing, score_source(claim.village_id), taken),)
