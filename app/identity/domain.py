"""Who somebody is, and how guessing is slowed down; values and decisions only."""

import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SYSTEM_ACTOR_ID = 0
"""The actor of what no person did: the command line and computed entries."""

_FAILURES_FREE = 5
_BLOCK_FIRST = timedelta(minutes=15)
_BLOCK_MAX = timedelta(hours=24)
# Past the longest block; doubling on would leave the range of a timedelta.
_DOUBLINGS_MAX = 7


class Role(StrEnum):
    """What somebody may be at a place."""

    HEAD_BANK = "head_bank"
    BRANCH_PRESIDENT = "branch_president"
    ORGANISER = "organiser"
    GRID_WORKER = "grid_worker"
    CLERK = "clerk"
    REVIEWER = "reviewer"
    SUPERVISION = "supervision"
    MEMBER = "member"


BRANCH_STAFF = frozenset({Role.ORGANISER, Role.GRID_WORKER, Role.CLERK, Role.REVIEWER})
"""Whom a branch appoints itself. Its supervision and its president are appointed by others."""


VILLAGE_ROLES = tuple(role for role in Role if role is not Role.HEAD_BANK)
"""Everybody who belongs to one village."""


@dataclass(frozen=True, slots=True)
class Principal:
    """The signed-in caller of a request.

    `village_id` is None for the head bank, which belongs to the town. `member_id` is set for
    villagers, `terminal_id` and `store_id` for a clerk at a redemption terminal.
    """

    account_id: int
    display_name: str
    roles: frozenset[Role]
    town_id: int
    village_id: int | None
    member_id: int | None = None
    terminal_id: int | None = None
    store_id: int | None = None

    def has_any(self, roles: frozenset[Role]) -> bool:
        return not self.roles.isdisjoint(roles)


@dataclass(frozen=True, slots=True)
class GuessRecord:
    """Failed attempts on one account, and until when further ones are refused unread."""

    failures: int = 0
    blocked_until: datetime | None = None

    def blocked_minutes(self, now: datetime) -> int | None:
        """Minutes left of the block, rounded up; None when attempts are allowed."""
        if self.blocked_until is None or self.blocked_until <= now:
            return None
        return int((self.blocked_until - now) / timedelta(minutes=1)) + 1

    def after_failure(self, now: datetime) -> "GuessRecord":
        """Five attempts are free; each further one doubles the wait, up to a day."""
        failures = self.failures + 1
        if failures < _FAILURES_FREE:
            return GuessRecord(failures)
        doublings = min(failures - _FAILURES_FREE, _DOUBLINGS_MAX)
        block = min(_BLOCK_FIRST * 2**doublings, _BLOCK_MAX)
        return GuessRecord(failures, now + block)


def pin_is_guessable(pin: str) -> bool:
    """Whether a six-digit PIN is one of those tried first: one digit, a run up or down."""
    steps = {(int(after) - int(before)) % 10 for before, after in itertools.pairwise(pin)}
    return steps in ({0}, {1}, {9})
