"""What a claim is and what may become of it."""

from enum import StrEnum

STATEMENT_LENGTH_MAX = 200
REASON_LENGTH_MAX = 200
MEND_DAYS_MAX = 180
CLAIMS_DAY_MAX = 20
"""From one household; far above what anybody does, and a bound on what its photos take up."""


class ClaimKind(StrEnum):
    """A claim asks for points; a deduction takes standing after a notice to mend."""

    AWARD = "award"
    DEDUCTION = "deduction"


class ClaimSource(StrEnum):
    """Who brought a claim in."""

    SELF = "self"
    HELPER = "helper"
    GRID = "grid"
    OFFICE = "office"


class ClaimState(StrEnum):
    """Where a claim is."""

    IN_REVIEW = "in_review"
    ASKED_BACK = "asked_back"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    APPEALED = "appealed"
    OVERTURNED = "overturned"
    CONFIRMED = "confirmed"


REVIEWED = frozenset({ClaimState.IN_REVIEW, ClaimState.APPEALED})
"""Somebody has to look at these."""

UNDECIDED = REVIEWED | {ClaimState.ASKED_BACK}
"""What still stands open when a month is closed."""


class EventKind(StrEnum):
    """One line of a claim's history."""

    SUBMITTED = "submitted"
    RESUBMITTED = "resubmitted"
    WITHDRAWN = "withdrawn"
    APPROVED = "approved"
    REFUSED = "refused"
    ASKED_BACK = "asked_back"
    APPEALED = "appealed"


DECISIONS = frozenset({EventKind.APPROVED, EventKind.REFUSED, EventKind.ASKED_BACK})
SUBMISSIONS = frozenset({EventKind.SUBMITTED, EventKind.RESUBMITTED, EventKind.APPEALED})


class Decision(StrEnum):
    """What a reviewer may say; all but an approval need a reason."""

    APPROVE = "approve"
    REFUSE = "refuse"
    ASK_BACK = "ask_back"

    @property
    def event(self) -> EventKind:
        return {
            Decision.APPROVE: EventKind.APPROVED,
            Decision.REFUSE: EventKind.REFUSED,
            Decision.ASK_BACK: EventKind.ASKED_BACK,
        }[self]
