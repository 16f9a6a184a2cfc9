"""What happens in the life of a household, and what follows from it by rule."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from app.kit.errors import Conflict, Invalid
from app.kit.points import Tenths

from .households import HouseholdRef, HouseholdStatus, MemberRef, MemberStatus
from .persons import Person

LIFE_NOTE_LENGTH_MAX = 100
ZERO = Tenths(0)


class LifeKind(StrEnum):
    """What happened. Words are kept in rows and never change."""

    BIRTH = "birth"
    DEATH = "death"
    HEAD_CHANGE = "head_change"
    GRID_MOVE = "grid_move"
    SPLIT = "split"
    MERGE = "merge"
    INHERITANCE = "inheritance"
    VILLAGE_MOVE = "village_move"


SECOND_PERSON = frozenset(
    {LifeKind.SPLIT, LifeKind.MERGE, LifeKind.INHERITANCE, LifeKind.VILLAGE_MOVE}
)
"""Kinds that move points: somebody else than who entered them confirms."""

CLOSING = frozenset({LifeKind.MERGE, LifeKind.INHERITANCE, LifeKind.VILLAGE_MOVE})
"""Kinds after which everything the household has, and whatever still comes to it, follows."""


_ASKED: dict[LifeKind, tuple[str, ...]] = {
    LifeKind.BIRTH: ("person",),
    LifeKind.DEATH: ("member_id", "new_head_id"),
    LifeKind.HEAD_CHANGE: ("member_id",),
    LifeKind.GRID_MOVE: ("grid_id",),
    LifeKind.SPLIT: ("member_ids", "grid_id", "passbook_no", "points"),
    LifeKind.MERGE: ("to_household_id",),
    LifeKind.INHERITANCE: ("to_household_id",),
    LifeKind.VILLAGE_MOVE: ("to_village_id",),
}
"""What each kind asks for, besides the household, the day and the note."""


class LifeState(StrEnum):
    """Entered and not decided, carried out, or taken back."""

    WAITING = "waiting"
    DONE = "done"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class LifeDraft:
    """An event as somebody enters it; only what its kind asks for is filled in.

    `member_id` died or becomes the head; `new_head_id` follows a head who died; `member_ids` go
    to the new household of a split, the first of them as its head, with `points` of what can be
    spent. `to_household_id` takes in who merges or inherits. A birth's `person` is the child.
    """

    kind: LifeKind
    household_id: int
    happened_on: date
    note: str
    member_id: int | None = None
    new_head_id: int | None = None
    member_ids: tuple[int, ...] = ()
    person: Person | None = None
    grid_id: int | None = None
    to_household_id: int | None = None
    to_village_id: int | None = None
    passbook_no: str = ""
    points: Tenths = ZERO


@dataclass(frozen=True, slots=True)
class Arrival:
    """How the other village takes a household in: its number and grid there."""

    passbook_no: str
    grid_id: int | None


@dataclass(frozen=True, slots=True)
class LifeHousehold:
    """A household as an event sees it: who is there, and its points in tenths."""

    household: HouseholdRef
    members: tuple[MemberRef, ...]
    spendable: Tenths
    pending: Tenths
    held: Tenths

    @property
    def present(self) -> tuple[MemberRef, ...]:
        return tuple(each for each in self.members if each.status is MemberStatus.ACTIVE)

    @property
    def head(self) -> MemberRef | None:
        return next((each for each in self.present if each.is_head), None)


@dataclass(frozen=True, slots=True)
class LifeView:
    """An event with everybody it concerns, as things stand now.

    `links` are those that end with it. `arrived_id` is the household that it made, here or in the
    other village; `moved` what it has moved so far, later followers included.
    """

    id: int
    draft: LifeDraft
    state: LifeState
    home: LifeHousehold
    target: LifeHousehold | None
    entered_by: int
    entered_at: datetime
    decided_by: int | None
    decided_at: datetime | None
    arrived_id: int | None
    links: int
    moved: Tenths
    names: dict[int, str] = field(default_factory=dict)

    @property
    def needs_second(self) -> bool:
        return self.draft.kind in SECOND_PERSON

    @property
    def chosen(self) -> list[MemberRef]:
        """The members of a split who go, the new head first."""
        known = {each.id: each for each in self.home.members}
        return [known[each] for each in self.draft.member_ids if each in known]

    @property
    def person(self) -> MemberRef | None:
        """Who died or becomes the head."""
        wanted = self.draft.member_id
        return next((each for each in self.home.members if each.id == wanted), None)


def only_asked(draft: LifeDraft) -> LifeDraft:
    """The same event without what its kind does not ask for."""
    asked: dict[str, Any] = {name: getattr(draft, name) for name in _ASKED[draft.kind]}
    return LifeDraft(draft.kind, draft.household_id, draft.happened_on, draft.note, **asked)


def check_life(
    draft: LifeDraft, home: LifeHousehold, target: HouseholdRef | None, today: date
) -> None:
    """Whether an event can be as the register stands.

    Raises Invalid `date_in_future`, `nobody_chosen` or `points_negative`, Conflict
    `household_ended`, `household_not_ended`, `already_departed`, `member_elsewhere`,
    `life_target_same`, `split_takes_all`, `split_takes_head` or `insufficient_points` (needed,
    balance).
    """
    if draft.happened_on > today:
        raise Invalid("date_in_future")
    ended = home.household.status is HouseholdStatus.ENDED
    if draft.kind is LifeKind.INHERITANCE and not ended:
        raise Conflict("household_not_ended", passbook_no=home.household.passbook_no)
    if draft.kind is not LifeKind.INHERITANCE and ended:
        raise Conflict("household_ended", passbook_no=home.household.passbook_no)
    if draft.kind in (LifeKind.DEATH, LifeKind.HEAD_CHANGE):
        _check_member(home, draft.member_id)
    if draft.new_head_id is not None:
        _check_member(home, draft.new_head_id)
    if target is not None:
        _check_target(home.household, target)
    if draft.kind is LifeKind.SPLIT:
        _check_split(draft, home)


def _check_member(home: LifeHousehold, member_id: int | None) -> None:
    if member_id is None:
        raise Invalid("nobody_chosen")
    found = next((each for each in home.members if each.id == member_id), None)
    if found is None:
        raise Conflict("member_elsewhere")
    if found.status is not MemberStatus.ACTIVE:
        raise Conflict("already_departed", name=found.name)


def _check_target(home: HouseholdRef, target: HouseholdRef) -> None:
    if target.id == home.id:
        raise Conflict("life_target_same")
    if target.status is not HouseholdStatus.ACTIVE:
        raise Conflict("household_ended", passbook_no=target.passbook_no)


def _check_split(draft: LifeDraft, home: LifeHousehold) -> None:
    if not draft.member_ids:
        raise Invalid("nobody_chosen")
    for member_id in draft.member_ids:
        _check_member(home, member_id)
    if len(set(draft.member_ids)) >= len(home.present):
        raise Conflict("split_takes_all")
    head = home.head
    if head is not None and head.id in draft.member_ids:
        raise Conflict("split_takes_head", name=head.name)
    if draft.points < 0:
        raise Invalid("points_negative")
    if draft.points > home.spendable:
        raise Conflict(
            "insufficient_points", needed_tenths=draft.points, balance_tenths=home.spendable
        )
