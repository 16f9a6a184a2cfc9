"""What each kind of life event does to the register and to the points."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.kit.errors import Invalid
from app.people import queries
from app.people.domain.households import MemberRef, MemberStatus
from app.people.domain.life import Arrival, LifeDraft, LifeHousehold, LifeKind
from app.people.domain.persons import Person
from app.people.models import Household

from .households import add_household, add_member, record_departure, set_head, update_household
from .kin import carry_kin, declare_kin
from .moves import move_member
from .succession import empty_household, move_points

_POINTS = "points"
"""The cause of the entry that is posted with the event itself."""


@dataclass(frozen=True, slots=True)
class Doing:
    """An event that is being carried out; its households are locked."""

    event_id: int
    village_id: int
    draft: LifeDraft
    home: LifeHousehold
    actor_id: int
    arrival: Arrival | None


def _birth(doing: Doing) -> int | None:
    person = doing.draft.person
    if person is None:
        raise Invalid("name_bad")
    add_member(village_id=doing.village_id, household_id=doing.draft.household_id, person=person)
    return None


def _death(doing: Doing) -> int | None:
    record_departure(
        village_id=doing.village_id,
        member_id=doing.draft.member_id or 0,
        status=MemberStatus.DIED,
        departed_on=doing.draft.happened_on,
        new_head_id=doing.draft.new_head_id,
    )
    return None


def _head_change(doing: Doing) -> int | None:
    set_head(
        village_id=doing.village_id,
        household_id=doing.draft.household_id,
        member_id=doing.draft.member_id or 0,
    )
    return None


def _grid_move(doing: Doing) -> int | None:
    update_household(
        village_id=doing.village_id,
        household_id=doing.draft.household_id,
        grid_id=doing.draft.grid_id,
    )
    return None


def _split(doing: Doing) -> int | None:
    """The new household gets its share of what can be spent; all else stays where it was earned."""
    draft, village_id = doing.draft, doing.village_id
    grid_id = doing.home.household.grid_id if draft.grid_id is None else draft.grid_id
    made = add_household(village_id=village_id, passbook_no=draft.passbook_no, grid_id=grid_id)
    _bring_over(village_id, draft.member_ids, made.id)
    _make_kin(doing, made.id)
    if draft.points:
        move_points(
            event_id=doing.event_id,
            cause=_POINTS,
            source=(village_id, draft.household_id),
            heir=(village_id, made.id),
            amount=draft.points,
            by=doing.actor_id,
        )
    return made.id


def _merge(doing: Doing) -> int | None:
    """Everybody goes over, the head last, and so does all that can be spent."""
    draft, target_id = doing.draft, doing.draft.to_household_id
    if target_id is None:
        raise Invalid("life_target_missing")
    going = sorted(doing.home.present, key=lambda each: each.is_head)
    _bring_over(doing.village_id, (each.id for each in going), target_id)
    carry_kin(
        village_id=doing.village_id,
        household_id=draft.household_id,
        to_household_id=target_id,
        actor_id=doing.actor_id,
    )
    _make_kin(doing, target_id)
    _empty(doing, (doing.village_id, target_id))
    return target_id


def _inheritance(doing: Doing) -> int | None:
    target_id = doing.draft.to_household_id
    if target_id is None:
        raise Invalid("life_target_missing")
    _make_kin(doing, target_id)
    _empty(doing, (doing.village_id, target_id))
    return target_id


def _village_move(doing: Doing) -> int | None:
    """The household ends here and begins there, with the same people as new members."""
    arrival, to_village_id = doing.arrival, doing.draft.to_village_id
    if arrival is None or to_village_id is None:
        raise Invalid("life_target_missing")
    made = add_household(
        village_id=to_village_id, passbook_no=arrival.passbook_no, grid_id=arrival.grid_id
    )
    made.notice_name_mode = doing.home.household.notice_name_mode
    # A first member becomes the head there; who is head here leaves last.
    for member in sorted(doing.home.present, key=lambda each: not each.is_head):
        _arrive(doing.village_id, member, made)
    for member in sorted(doing.home.present, key=lambda each: each.is_head):
        record_departure(
            village_id=doing.village_id,
            member_id=member.id,
            status=MemberStatus.MOVED_AWAY,
            departed_on=doing.draft.happened_on,
        )
    _empty(doing, (to_village_id, made.id))
    return made.id


def _make_kin(doing: Doing, household_id: int) -> None:
    """What is still open of the one is nothing for the other to decide about."""
    declare_kin(
        village_id=doing.village_id,
        household_id=doing.draft.household_id,
        other_household_id=household_id,
        actor_id=doing.actor_id,
    )


def _arrive(village_id: int, member: MemberRef, made: Household) -> None:
    person = Person(
        name=member.name,
        gender=member.gender,
        birth_month=member.birth_month,
        phone=queries.phone_of(village_id, member.id),
        is_party_member=member.is_party_member,
        relation=member.relation,
    )
    add_member(village_id=made.village_id, household_id=made.id, person=person)


def _bring_over(village_id: int, member_ids: Iterable[int], household_id: int) -> None:
    for member_id in member_ids:
        move_member(
            village_id=village_id, member_id=member_id, household_id=household_id, relation=""
        )


def _empty(doing: Doing, heir: tuple[int, int]) -> None:
    empty_household(
        event_id=doing.event_id,
        cause=_POINTS,
        source=(doing.village_id, doing.draft.household_id),
        heir=heir,
        by=doing.actor_id,
    )


STEPS: dict[LifeKind, Callable[[Doing], int | None]] = {
    LifeKind.BIRTH: _birth,
    LifeKind.DEATH: _death,
    LifeKind.HEAD_CHANGE: _head_change,
    LifeKind.GRID_MOVE: _grid_move,
    LifeKind.SPLIT: _split,
    LifeKind.MERGE: _merge,
    LifeKind.INHERITANCE: _inheritance,
    LifeKind.VILLAGE_MOVE: _village_move,
}
