"""Reads of claims and of everything that belongs to them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.claims.domain.policy import Policy
from app.claims.domain.states import UNDECIDED, ClaimState
from app.claims.models import (
    Claim,
    ClaimDraw,
    ClaimEvent,
    ClaimPhoto,
    ClaimPolicy,
)
from app.extensions import db
from app.kit.errors import NotFound
from app.people import queries as people
from app.people.domain.households import HouseholdRef, MemberRef
from app.rulebook import queries as rulebook
from app.rulebook.domain.awards import CutReason, RuleRef, explain_cut
from app.rulebook.domain.reviews import ReviewStep, review_path

_IN_APPEAL = frozenset({ClaimState.APPEALED, ClaimState.OVERTURNED, ClaimState.CONFIRMED})


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A claim with whom and what it is about; `path` is that of the present round."""

    claim: Claim
    rule: RuleRef
    household: HouseholdRef
    member: MemberRef | None
    path: tuple[ReviewStep, ...]

    @property
    def present_step(self) -> ReviewStep:
        return self.path[self.claim.step]


def policy(village_id: int) -> Policy:
    """How the village reviews."""
    row = db.session.get(ClaimPolicy, village_id)
    return Policy() if row is None else Policy(row.quorum, row.drawn, row.appeal_days)


def claim(village_id: int, claim_id: int) -> Claim:
    """A claim of the village; NotFound `claim_not_found`."""
    found = db.session.get(Claim, claim_id)
    if found is None or found.village_id != village_id:
        raise NotFound("claim_not_found")
    return found


def claims(
    village_id: int,
    *,
    states: Collection[ClaimState] | None = None,
    household_id: int | None = None,
    limit: int | None = None,
) -> Sequence[Claim]:
    """Claims of the village, newest first, narrowed by what is given."""
    query = select(Claim).where(Claim.village_id == village_id).order_by(Claim.id.desc())
    if states is not None:
        query = query.where(Claim.state.in_([state.value for state in states]))
    if household_id is not None:
        query = query.where(Claim.household_id == household_id)
    return db.session.scalars(query.limit(limit)).all()


def undecided_count(village_id: int) -> int:
    """How many claims and appeals nobody has decided yet."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Claim)
            .where(
                Claim.village_id == village_id, Claim.state.in_([each.value for each in UNDECIDED])
            )
        )
        or 0
    )


def submitted_since(household_id: int, since: datetime) -> int:
    """How many claims came in for a household from an instant on."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Claim)
            .where(Claim.household_id == household_id, Claim.created_at >= since)
        )
        or 0
    )


def views(village_id: int, found: Sequence[Claim]) -> list[ClaimView]:
    """The claims with whom and what they are about, in their order."""
    rules = rulebook.rules_by_id(village_id, {each.rule_id for each in found})
    households = people.find_households(village_id, {each.household_id for each in found})
    named = {each.member_id for each in found if each.member_id is not None}
    members = {each.id: each for each in people.members(village_id, member_ids=named)}
    return [
        ClaimView(
            each,
            rules[each.rule_id],
            households[each.household_id],
            members.get(each.member_id or 0),
            path_of(each, rules[each.rule_id]),
        )
        for each in found
    ]


def view(village_id: int, claim_id: int) -> ClaimView:
    """One claim with whom and what it is about; NotFound `claim_not_found`."""
    return views(village_id, [claim(village_id, claim_id)])[0]


def path_of(found: Claim, rule: RuleRef) -> tuple[ReviewStep, ...]:
    """The steps of a claim's present round: an appeal goes to a panel."""
    return (ReviewStep.PANEL,) if found.state in _IN_APPEAL else review_path(rule)


def events(claim_ids: Collection[int]) -> dict[int, list[ClaimEvent]]:
    """What was done about each of the claims, oldest first."""
    grouped: dict[int, list[ClaimEvent]] = defaultdict(list)
    for event in db.session.scalars(
        select(ClaimEvent).where(ClaimEvent.claim_id.in_(claim_ids)).order_by(ClaimEvent.id)
    ):
        grouped[event.claim_id].append(event)
    return grouped


def draws(claim_ids: Collection[int]) -> dict[int, list[ClaimDraw]]:
    """The draws for the panels of each of the claims, oldest first."""
    grouped: dict[int, list[ClaimDraw]] = defaultdict(list)
    for row in db.session.scalars(
        select(ClaimDraw).where(ClaimDraw.claim_id.in_(claim_ids)).order_by(ClaimDraw.id)
    ):
        grouped[row.claim_id].append(row)
    return grouped


def account_ids(listed: str) -> tuple[int, ...]:
    """The account ids that a draw keeps as text."""
    return tuple(int(each) for each in listed.split(",") if each)


def photo(claim_id: int) -> ClaimPhoto:
    """The last photo of a claim; NotFound `photo_not_found`."""
    found = db.session.scalar(
        select(ClaimPhoto)
        .where(ClaimPhoto.claim_id == claim_id)
        .order_by(ClaimPhoto.id.desc())
        .limit(1)
    )
    if found is None:
        raise NotFound("photo_not_found")
    return found


def with_photo(claim_ids: Collection[int]) -> set[int]:
    """Which of the claims have a photo."""
    return set(
        db.session.scalars(select(ClaimPhoto.claim_id).where(ClaimPhoto.claim_id.in_(claim_ids)))
    )


def cut_reason(found: Claim, rule: RuleRef) -> CutReason | None:
    """Why less was granted or taken than the rule says; None where nothing was cut."""
    if found.award_id is not None:
        award = rulebook.award(found.village_id, found.award_id)
        return rulebook.outcome_of(award, rule).cut_reason
    if found.granted is None:
        return None
    return explain_cut(
        rule,
        asked=found.asked,
        granted=found.granted,
        used_before=found.cap_used_before or 0,
        occurred_on=found.occurred_on,
    )


def office_awards(village_id: int, award_ids: Collection[int]) -> frozenset[int]:
    """Which of these awards come from a claim that staff entered (补录)."""
    rows = db.session.scalars(
        select(Claim.award_id).where(
            Claim.village_id == village_id,
            Claim.award_id.in_(set(award_ids)),
            Claim.source.in_(("grid", "office")),
        )
    )
    return frozenset(award_id for award_id in rows if award_id is not None)
