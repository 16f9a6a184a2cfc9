"""Moves from one household to another."""

from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict
from app.people import queries
from app.people.domain.households import MemberStatus

from .households import (
    check_name_free,
    end_household_if_empty,
    hand_over_head,
    household_row,
    lock_home,
    membership_row,
    open_membership,
)
from .links import end_link_to_own_household


def move_member(
    *,
    village_id: int,
    member_id: int,
    household_id: int,
    relation: str,
    new_head_id: int | None = None,
) -> None:
    """A member goes over to another household of the village, today.

    What was earned so far stays with the old household; cards and sign-in go along. Raises
    Conflict `already_in_household`, `already_departed`, `name_taken_in_household` or
    `new_head_needed`.
    """
    found = lock_home(village_id, member_id, household_id)
    household = household_row(village_id, household_id)
    if found.status is not MemberStatus.ACTIVE:
        raise Conflict("already_departed", name=found.name)
    if found.household_id == household_id:
        raise Conflict("already_in_household", name=found.name)
    present = queries.members_of(household_id)
    check_name_free(present, found.name)
    hand_over_head(found.household_id, member_id, new_head_id=new_head_id)
    old = membership_row(member_id)
    old.is_head = False
    old.ended_on = clock.today()
    db.session.flush()
    active = any(other.status is MemberStatus.ACTIVE for other in present)
    open_membership(household, member_id, relation=relation, is_head=not active)
    end_link_to_own_household(member_id, household_id)
    end_household_if_empty(found.household_id, clock.today())
