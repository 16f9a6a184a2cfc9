"""Notices to mend, and the deductions that follow when nothing was mended; with appeal."""

from dataclasses import dataclass
from datetime import date, timedelta

from app.claims import queries
from app.claims.domain.states import (
    STATEMENT_LENGTH_MAX,
    ClaimKind,
    ClaimSource,
    ClaimState,
    EventKind,
)
from app.claims.models import Claim, MendNotice
from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict, Invalid
from app.kit.ids import new_id
from app.kit.points import Tenths
from app.kit.text import clean_line
from app.ledger import service as ledger
from app.ledger.domain.drafts import EntryDraft, EntryKind
from app.people import queries as people
from app.rulebook.domain.caps import CapCounters
from app.rulebook.service import hold_awards

from .history import add_event, lock_claim
from .panels import open_step
from .submissions import check_beneficiary


@dataclass(frozen=True, slots=True)
class Shortcoming:
    """What is to be mended, and within how many days."""

    occurred_on: date
    statement: str
    days: int


def issue_mend_notice(
    *,
    village_id: int,
    rule_code: str,
    household_id: int,
    member_id: int | None,
    shortcoming: Shortcoming,
    actor_id: int,
) -> MendNotice:
    """Tell a household what to mend and by when; nothing is deducted before that day is over.

    Raises what `queries.deductible_rule` raises, Invalid `claim_in_future`,
    `claim_member_missing`, `claim_member_elsewhere` or `claim_member_gone`, NotFound
    `household_not_found` or `member_not_found`.
    """
    day = shortcoming.occurred_on
    if day > clock.today():
        raise Invalid("claim_in_future")
    rule = queries.deductible_rule(village_id, rule_code, day)
    people.household(village_id, household_id)
    check_beneficiary(village_id, rule, household_id, member_id, day)
    notice = MendNotice(
        id=new_id(),
        village_id=village_id,
        rule_code=rule.code,
        rule_id=rule.id,
        household_id=household_id,
        member_id=member_id,
        occurred_on=day,
        statement=_line(shortcoming.statement, "要整改什么"),
        issued_on=clock.today(),
        due_on=clock.today() + timedelta(days=shortcoming.days),
        issued_at=clock.now(),
        issued_by=actor_id,
    )
    db.session.add(notice)
    db.session.flush()
    return notice


def mark_mended(*, village_id: int, notice_id: int, actor_id: int) -> MendNotice:
    """It was mended: nothing is deducted. Saying so again changes nothing.

    Raises Conflict `deduction_opened` when it comes too late for that.
    """
    notice = _lock_notice(village_id, notice_id)
    if notice.mended_at is None:
        if queries.deduction_of(notice.id) is not None:
            raise Conflict("deduction_opened")
        notice.mended_at, notice.mended_by = clock.now(), actor_id
        db.session.flush()
    return notice


def open_deduction(*, village_id: int, notice_id: int, source: ClaimSource, actor_id: int) -> Claim:
    """Nothing was mended in time: have the deduction reviewed as the rule says.

    Raises Conflict `mend_notice_mended`, `mend_notice_running` (last_day) or `deduction_opened`.
    """
    notice = _lock_notice(village_id, notice_id)
    if notice.mended_at is not None:
        raise Conflict("mend_notice_mended")
    if clock.today() <= notice.due_on:
        raise Conflict("mend_notice_running", last_day=notice.due_on.isoformat())
    if queries.deduction_of(notice.id) is not None:
        raise Conflict("deduction_opened")
    rule = queries.deductible_rule(village_id, notice.rule_code, notice.occurred_on)
    claim = Claim(
        id=new_id(),
        village_id=village_id,
        kind=ClaimKind.DEDUCTION,
        source=source,
        rule_code=rule.code,
        rule_id=rule.id,
        member_id=notice.member_id,
        household_id=notice.household_id,
        occurred_on=notice.occurred_on,
        statement=notice.statement,
        state=ClaimState.IN_REVIEW,
        round=1,
        step=0,
        asked=rule.points,
        created_at=clock.now(),
        created_by=actor_id,
        mend_notice_id=notice.id,
    )
    db.session.add(claim)
    db.session.flush()
    add_event(claim, EventKind.SUBMITTED, text=claim.statement, actor_id=actor_id)
    open_step(claim, actor_id=actor_id)
    return claim


def appeal(*, village_id: int, claim_id: int, statement: str, actor_id: int) -> Claim:
    """The household does not accept a deduction: another panel decides.

    Raises Conflict `claim_not_appealable`, or `appeal_too_late` (last_day).
    """
    claim = lock_claim(village_id, claim_id)
    if claim.state != ClaimState.APPROVED or claim.appeal_until is None:
        raise Conflict("claim_not_appealable")
    if clock.today() > claim.appeal_until:
        raise Conflict("appeal_too_late", last_day=claim.appeal_until.isoformat())
    claim.state, claim.round, claim.step = ClaimState.APPEALED, claim.round + 1, 0
    add_event(claim, EventKind.APPEALED, text=_line(statement, "为什么不服"), actor_id=actor_id)
    open_step(claim, actor_id=actor_id)
    return claim


def deduct(view: queries.ClaimView, actor_id: int) -> None:
    """Take the rule's score off the standing, as far as its cap leaves room for it."""
    claim, rule = view.claim, view.rule
    # Deductions take turns as awards do, so that each sees what the others left of a cap.
    hold_awards(claim.village_id)
    counters = CapCounters(queries.deducted_before(claim))
    grant = counters.grant(rule.points, rule.cap, queries.deed_of_deduction(claim, rule))
    claim.granted, claim.cap_used_before = grant.granted, grant.used_before
    claim.state, claim.decided_at = ClaimState.APPROVED, clock.now()
    if not grant.granted:
        return
    posted = ledger.post(
        [
            EntryDraft(
                village_id=claim.village_id,
                kind=EntryKind.DEDUCTION,
                occurred_on=claim.occurred_on,
                actor_id=actor_id,
                idempotency_key=f"deduction:{claim.id}",
                transfers=queries.deduction_transfers(claim, Tenths(grant.granted)),
                rule_version_id=rule.rule_version_id,
            )
        ]
    )
    claim.entry_id = posted[0].entry_id
    days = queries.policy(claim.village_id).appeal_days
    claim.appeal_until = clock.today() + timedelta(days=days)


def decide_appeal(claim: Claim, *, upheld: bool, actor_id: int) -> None:
    """Give the score back by a reversal in the open month, or leave it taken."""
    claim.state, claim.decided_at = ClaimState.CONFIRMED, clock.now()
    if upheld:
        claim.state = ClaimState.OVERTURNED
        claim.reversal_entry_id = ledger.reverse(
            claim.entry_id or 0,
            village_id=claim.village_id,
            actor_id=actor_id,
            idempotency_key=f"appeal:{claim.id}",
            occurred_on=clock.today(),
        ).entry_id


def _lock_notice(village_id: int, notice_id: int) -> MendNotice:
    notice = queries.mend_notice(village_id, notice_id)
    db.session.refresh(notice, with_for_update=True)
    return notice


def _line(text: str, field: str) -> str:
    return clean_line(text, length_max=STATEMENT_LENGTH_MAX, field=field)
