"""Awards: what is asked for, and what came of it."""

from dataclasses import dataclass
from datetime import date

from app.kit.errors import Fact
from app.kit.points import Tenths
from app.ledger.domain.accounts import (
    Address,
    household_pending,
    household_spendable,
    household_standing,
    member_standing,
    score_source,
)
from app.ledger.domain.drafts import TransferDraft

from .caps import Deed
from .rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRef(Rule):
    """A saved rule as other features see it."""

    id: int
    rule_version_id: int


@dataclass(frozen=True, slots=True)
class AwardRequest:
    """Points for a deed, before the cap. `member_id` is None for an award to the household.

    `from_account` is the activity's pool or the branch budget. `source_kind` and `source_id` name
    the session or claim it comes from; a cap per event counts within it. `at_once` says that the
    points are spendable now and wait for no notice.
    """

    village_id: int
    rule_id: int
    member_id: int | None
    household_id: int
    occurred_on: date
    points_asked: Tenths
    from_account: Address
    source_kind: str
    source_id: int
    idempotency_key: str
    actor_id: int
    memo: str = ""
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class CutReason:
    """Why less was granted than asked: a code of the message table and its facts."""

    code: str
    facts: dict[str, Fact]


@dataclass(frozen=True, slots=True)
class AwardOutcome:
    """What was granted of what was asked; where something was cut, the reason says why."""

    award_id: int
    asked: Tenths
    granted: Tenths
    entry_id: int | None
    cut_reason: CutReason | None

    @property
    def cut(self) -> Tenths:
        return Tenths(self.asked - self.granted)


def deed_of(request: AwardRequest, rule: RuleRef) -> Deed:
    """What the caps see of a request."""
    return Deed(
        rule_code=rule.code,
        cap_group=rule.cap.group if rule.cap else "",
        member_id=request.member_id,
        household_id=request.household_id,
        occurred_on=request.occurred_on,
        source=(request.source_kind, request.source_id),
    )


def explain_cut(
    rule: RuleRef, *, asked: int, granted: int, used_before: int, occurred_on: date
) -> CutReason | None:
    """The cap in facts, for one sentence such as "10月志愿服务封顶8分，已得7分，本次计1分".

    Rules that share a cap are spoken of by their category; the period is named by the day of the
    deed, because the sentence is read in later months too.
    """
    if granted == asked or rule.cap is None:
        return None
    return CutReason(
        code=f"cut_{rule.cap.period}_{rule.cap.scope}",
        facts={
            "year": occurred_on.year,
            "quarter": (occurred_on.month + 2) // 3,
            "month": occurred_on.month,
            "subject": rule.category if rule.cap.group else f"“{rule.title}”",
            "cap_tenths": rule.cap.points_max,
            "used_tenths": used_before,
            "granted_tenths": granted,
        },
    )


def award_transfers(
    *,
    village_id: int,
    household_id: int,
    member_id: int | None,
    from_account: Address,
    granted: Tenths,
    at_once: bool = False,
) -> tuple[TransferDraft, ...]:
    """What an award moves: points to the household's pending account, or to the spendable one
    `at_once`, and the same as score.
    """
    standing = (
        household_standing(village_id, household_id)
        if member_id is None
        else member_standing(village_id, member_id)
    )
    return (
        TransferDraft(
            from_account, credited_account(village_id, household_id, at_once=at_once), granted
        ),
        TransferDraft(score_source(village_id), standing, granted),
    )


def credited_account(village_id: int, household_id: int, *, at_once: bool) -> Address:
    """Where an award's points go."""
    if at_once:
        return household_spendable(village_id, household_id)
    return household_pending(village_id, household_id)
