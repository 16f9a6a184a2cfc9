"""Bringing a claim in, changing it when asked, taking it back."""

from dataclasses import dataclass
from datetime import date, datetime, time

from app.claims import queries
from app.claims.domain.states import (
    CLAIMS_DAY_MAX,
    STATEMENT_LENGTH_MAX,
    ClaimKind,
    ClaimSource,
    ClaimState,
    EventKind,
)
from app.claims.models import Claim, ClaimPhoto
from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict, Invalid
from app.kit.ids import new_id
from app.kit.photos import clean_photo
from app.kit.text import clean_line
from app.people import queries as people
from app.people.domain.households import HouseholdStatus, MemberStatus
from app.rulebook.domain.awards import RuleRef
from app.rulebook.domain.rules import CapScope

from .history import add_event, lock_claim
from .panels import open_step


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done, when, and the photo of it as it was sent, if there is one."""

    occurred_on: date
    statement: str
    photo: bytes | None = None


def submit_claim(
    *,
    village_id: int,
    rule_code: str,
    household_id: int,
    member_id: int | None,
    deed: Deed,
    source: ClaimSource,
    actor_id: int,
) -> Claim:
    """Claim the points of the rule of that code in force on the day of the deed.

    `member_id` may be None where the rule counts by household. Raises what
    `queries.claimable_rule` raises, Invalid `claim_in_future`, `claim_member_missing`,
    `claim_member_gone`, `photo_too_large` or `photo_unreadable`, NotFound `member_not_found` or
    `household_not_found`, Conflict `claims_too_many`, or `household_ended` for a whole household.
    """
    rule = queries.claimable_rule(village_id, rule_code, _past(deed.occurred_on))
    household = people.household(village_id, household_id)
    if member_id is None and household.status is HouseholdStatus.ENDED:
        raise Conflict("household_ended", passbook_no=household.passbook_no)
    if queries.submitted_since(household_id, _today_began()) >= CLAIMS_DAY_MAX:
        raise Conflict("claims_too_many", count_max=CLAIMS_DAY_MAX)
    check_beneficiary(village_id, rule, household_id, member_id, deed.occurred_on)
    claim = Claim(
        id=new_id(),
        village_id=village_id,
        kind=ClaimKind.AWARD,
        source=source,
        rule_code=rule.code,
        rule_id=rule.id,
        member_id=member_id,
        household_id=household_id,
        occurred_on=deed.occurred_on,
        statement=_statement(deed),
        state=ClaimState.IN_REVIEW,
        round=1,
        step=0,
        asked=rule.points,
        created_at=clock.now(),
        created_by=actor_id,
    )
    db.session.add(claim)
    db.session.flush()
    add_event(claim, EventKind.SUBMITTED, text=claim.statement, actor_id=actor_id)
    _keep_photo(claim, deed, actor_id)
    open_step(claim, actor_id=actor_id)
    return claim


def resubmit_claim(*, village_id: int, claim_id: int, deed: Deed, actor_id: int) -> Claim:
    """Answer a question by saying it better; the review starts over, with the rule of that day.

    A photo sent earlier stays unless a new one comes. Raises Conflict `claim_not_asked_back`, and
    what `submit_claim` raises.
    """
    claim = lock_claim(village_id, claim_id)
    if claim.state != ClaimState.ASKED_BACK:
        raise Conflict("claim_not_asked_back")
    rule = queries.claimable_rule(village_id, claim.rule_code, _past(deed.occurred_on))
    check_beneficiary(village_id, rule, claim.household_id, claim.member_id, deed.occurred_on)
    claim.rule_id, claim.asked = rule.id, rule.points
    claim.occurred_on, claim.statement = deed.occurred_on, _statement(deed)
    claim.state, claim.round, claim.step = ClaimState.IN_REVIEW, claim.round + 1, 0
    add_event(claim, EventKind.RESUBMITTED, text=claim.statement, actor_id=actor_id)
    _keep_photo(claim, deed, actor_id)
    open_step(claim, actor_id=actor_id)
    return claim


def withdraw_claim(*, village_id: int, claim_id: int, actor_id: int) -> Claim:
    """Take a claim back before it is decided; again changes nothing.

    Raises Conflict `claim_decided`.
    """
    claim = lock_claim(village_id, claim_id)
    if claim.state == ClaimState.WITHDRAWN:
        return claim
    open_states = (ClaimState.IN_REVIEW, ClaimState.ASKED_BACK)
    if claim.kind != ClaimKind.AWARD or claim.state not in open_states:
        raise Conflict("claim_decided")
    add_event(claim, EventKind.WITHDRAWN, text="", actor_id=actor_id)
    claim.state, claim.decided_at = ClaimState.WITHDRAWN, clock.now()
    db.session.flush()
    return claim


def check_beneficiary(
    village_id: int, rule: RuleRef, household_id: int, member_id: int | None, day: date
) -> None:
    """Whether points under the rule can be for this member, or for the household as a whole.

    Raises Invalid `claim_member_missing` or `claim_member_gone`, NotFound `member_not_found`.
    """
    if member_id is None:
        if rule.cap is None or rule.cap.scope is not CapScope.HOUSEHOLD:
            raise Invalid("claim_member_missing")
        return
    member = people.member(village_id, member_id)
    if member.household_id != household_id:
        raise Invalid("claim_member_elsewhere")
    gone = member.status is not MemberStatus.ACTIVE
    if gone and (member.status_on is None or member.status_on < day):
        raise Invalid("claim_member_gone")


def _past(day: date) -> date:
    if day > clock.today():
        raise Invalid("claim_in_future")
    return day


def _today_began() -> datetime:
    return clock.instant(clock.today(), time())


def _statement(deed: Deed) -> str:
    return clean_line(deed.statement, length_max=STATEMENT_LENGTH_MAX, field="做了什么")


def _keep_photo(claim: Claim, deed: Deed, actor_id: int) -> None:
    if deed.photo is None:
        return
    photo = clean_photo(deed.photo)
    db.session.add(
        ClaimPhoto(
            id=new_id(),
            claim_id=claim.id,
            content=photo.content,
            width=photo.width,
            height=photo.height,
            added_at=clock.now(),
            added_by=actor_id,
        )
    )
    db.session.flush()
