"""Awards: what is asked for, and what came of it."""

from dataclasses import dataclass
from datetime import date

from app.kit.points import Tenths
from app.ledger.domain.accounts import (
    Address,
    household_pending,
    household_standing,
    member_standing,
    score_source,
)
from app.ledger.domain.drafts import TransferDraft

from .rules import Cap


@dataclass(frozen=True, slots=True)
class AwardRequest:
    """Points for a deed, before the cap. `member_id` is None for an award to the household.

    `from_account` is the activity's pool or the branch budget. `source_kind` and `source_id` name
    the session or claim it comes from; a cap per event counts within it.
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


@dataclass(frozen=True, slots=True)
class AwardOutcome:
    """What was granted of what was asked; with `cut` above zero, `cap` says why."""

    award_id: int
    asked: Tenths
    granted: Tenths
    used_before: Tenths
    cap_points_max: Tenths | None
    entry_id: int | None

    @property
    def cut(self) -> Tenths:
        return Tenths(self.asked - self.granted)


def award_transfers(
    *,
    village_id: int,
    household_id: int,
    member_id: int | None,
    from_account: Address,
    granted: Tenths,
) -> tuple[TransferDraft, ...]:
    """What an award moves: points to the household's pending account, and the same as score."""
    standing = (
        household_standing(village_id, household_id)
        if member_id is None
        else member_standing(village_id, member_id)
    )
    return (
        TransferDraft(from_account, household_pending(village_id, household_id), granted),
        TransferDraft(score_source(village_id), standing, granted),
    )


@dataclass(frozen=True, slots=True)
class RuleRef:
    """A saved rule as other features see it."""

    id: int
    rule_version_id: int
    code: str
    category: str
    title: str
    kind: str
    points: Tenths
    cap: Cap | None
    evidence: str
    review: str
