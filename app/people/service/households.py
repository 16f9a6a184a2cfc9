"""Households and who belongs to them; nobody is ever deleted."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import select

from app.extensions import db
from app.identity import queries as places
from app.identity import service as identity
from app.kit import clock
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.ids import new_id
from app.people import queries
from app.people.domain.households import (
    HEAD_RELATION,
    HouseholdStatus,
    MemberRef,
    MemberStatus,
    NoticeNameMode,
)
from app.people.domain.numbers import normalise_passbook_no
from app.people.domain.persons import Person
from app.people.models import Household, HouseholdMembership, Member

from .cards import end_cards_of_household, end_cards_of_member
from .links import end_links_of_household, end_links_of_member


def add_household(*, village_id: int, passbook_no: str, grid_id: int | None) -> Household:
    """A household without members yet; Conflict `passbook_no_taken`, Invalid
    `passbook_no_bad`, NotFound `grid_not_found`.
    """
    number = free_passbook_no(village_id, passbook_no)
    check_grid(village_id, grid_id)
    household = Household(
        id=new_id(),
        village_id=village_id,
        grid_id=grid_id,
        passbook_no=number,
        notice_name_mode=NoticeNameMode.MASKED,
        status=HouseholdStatus.ACTIVE,
        created_at=clock.now(),
    )
    db.session.add(household)
    db.session.flush()
    return household


def update_household(
    *,
    village_id: int,
    household_id: int,
    passbook_no: str | None = None,
    grid_id: int | None = None,
    notice_name_mode: NoticeNameMode | None = None,
) -> None:
    """Change what is given: number, grid (a household that moves), name on public lists.

    Whoever sets `notice_name_mode` to full vouches for the household's consent.
    """
    household = household_row(village_id, household_id)
    if passbook_no is not None and normalise_passbook_no(passbook_no) != household.passbook_no:
        household.passbook_no = free_passbook_no(village_id, passbook_no)
    if grid_id is not None:
        check_grid(village_id, grid_id)
        household.grid_id = grid_id
    if notice_name_mode is not None:
        household.notice_name_mode = notice_name_mode
    db.session.flush()


def add_member(*, village_id: int, household_id: int, person: Person) -> Member:
    """A new member of a household; a first member becomes its head.

    Raises Conflict `name_taken_in_household`, because a name is how the register tells the
    members of a household apart.
    """
    lock_households({household_id})
    household = household_row(village_id, household_id)
    present = queries.members_of(household_id)
    check_name_free(present, person.name)
    member = Member(
        id=new_id(),
        village_id=village_id,
        name=person.name,
        status=MemberStatus.ACTIVE,
        created_at=clock.now(),
    )
    write_person(member, person)
    db.session.add(member)
    db.session.flush()
    active = any(found.status is MemberStatus.ACTIVE for found in present)
    open_membership(household, member.id, relation=person.relation, is_head=not active)
    return member


def update_member(*, village_id: int, member_id: int, person: Person) -> None:
    """Correct what is known of a member; Conflict `name_taken_in_household`.

    A head stays the head, whatever relation the form says.
    """
    found = queries.member(village_id, member_id)
    if person.name != found.name:
        check_name_free(queries.members_of(found.household_id), person.name)
    write_person(db.session.get_one(Member, member_id), person)
    if not found.is_head:
        membership_row(member_id).relation = person.relation
    db.session.flush()


def check_name_free(present: list[MemberRef], name: str) -> None:
    """Conflict `name_taken_in_household` when an active member has the name."""
    if any(found.name == name and found.status is MemberStatus.ACTIVE for found in present):
        raise Conflict("name_taken_in_household", name=name)


def write_person(member: Member, person: Person) -> None:
    """Copy what the register or a form says of a person, the phone sealed."""
    if member.is_party_member and not person.is_party_member:
        end_links_of_member(member.id)
    sealer = queries.phone_sealer()
    phone = person.phone.encode() if person.phone else None
    member.name = person.name
    member.gender = person.gender
    member.birth_month = person.birth_month
    member.is_party_member = person.is_party_member
    if phone is None:
        member.phone_sealed = member.phone_index = None
    elif member.phone_index != sealer.index(phone):
        member.phone_sealed = sealer.seal(phone, context=str(member.id))
        member.phone_index = sealer.index(phone)


def open_membership(
    household: Household, member_id: int, *, relation: str, is_head: bool
) -> HouseholdMembership:
    """Begin a membership today; the household counts as active again."""
    if is_head:
        clear_head(household.id)
    membership = HouseholdMembership(
        id=new_id(),
        member_id=member_id,
        household_id=household.id,
        is_head=is_head,
        relation=HEAD_RELATION if is_head else relation,
        began_on=clock.today(),
    )
    db.session.add(membership)
    revive(household)
    db.session.flush()
    return membership


def revive(household: Household) -> None:
    """A household that has people again counts, and no older word says who takes it in."""
    household.status = HouseholdStatus.ACTIVE
    household.status_on = None
    household.heir_event_id = None


def clear_head(household_id: int) -> None:
    """Leave a household without a head for the moment, so that another can take over."""
    head = db.session.scalar(
        select(HouseholdMembership).where(
            HouseholdMembership.household_id == household_id,
            HouseholdMembership.ended_on.is_(None),
            HouseholdMembership.is_head,
        )
    )
    if head is not None:
        head.is_head = False
        head.relation = ""
        db.session.flush()


def set_head(*, village_id: int, household_id: int, member_id: int) -> None:
    """Make an active member the head; Conflict `head_not_in_household`."""
    household_row(village_id, household_id)
    found = queries.member(village_id, member_id)
    if found.household_id != household_id or found.status is not MemberStatus.ACTIVE:
        raise Conflict("head_not_in_household", name=found.name)
    if found.is_head:
        return
    clear_head(household_id)
    membership = membership_row(member_id)
    membership.is_head = True
    membership.relation = HEAD_RELATION
    db.session.flush()


def record_departure(
    *,
    village_id: int,
    member_id: int,
    status: MemberStatus,
    departed_on: date,
    new_head_id: int | None = None,
) -> None:
    """A member died or moved away: cards, links and sign-in end at once, points stay with the
    household.

    Raises Conflict `already_departed`, Conflict `new_head_needed` when a head leaves others
    behind, Invalid `date_in_future`. The household ends with its last member.
    """
    found = lock_home(village_id, member_id)
    if found.status is not MemberStatus.ACTIVE:
        raise Conflict("already_departed", name=found.name)
    if departed_on > clock.today():
        raise Invalid("date_in_future")
    hand_over_head(found.household_id, member_id, new_head_id=new_head_id)
    member = db.session.get_one(Member, member_id)
    member.status = status
    member.status_on = departed_on
    db.session.flush()
    end_cards_of_member(member_id)
    end_links_of_member(member_id)
    identity.disable_member(member_id=member_id)
    end_household_if_empty(found.household_id, departed_on)


def record_return(*, village_id: int, member_id: int) -> None:
    """Somebody is back, or the departure was a slip of the pen; PIN and card are given anew.

    Raises Conflict `member_not_departed`, `member_in_other_village` or `name_taken_in_household`.
    """
    found = lock_home(village_id, member_id)
    if found.status is MemberStatus.ACTIVE:
        raise Conflict("member_not_departed", name=found.name)
    if queries.moved_to_village(found):
        raise Conflict("member_in_other_village", name=found.name)
    check_name_free(queries.members_of(found.household_id), found.name)
    member = db.session.get_one(Member, member_id)
    member.status = MemberStatus.ACTIVE
    member.status_on = None
    revive(db.session.get_one(Household, found.household_id))
    db.session.flush()


def hand_over_head(household_id: int, leaving_id: int, *, new_head_id: int | None) -> None:
    """Name the next head before the present one leaves; Conflict `new_head_needed` when the
    members left behind have none.
    """
    present = [
        found for found in queries.members_of(household_id) if found.status is MemberStatus.ACTIVE
    ]
    staying = [found for found in present if found.id != leaving_id]
    if not staying or not any(found.is_head and found.id == leaving_id for found in present):
        return
    if new_head_id is None:
        raise Conflict("new_head_needed", names=[found.name for found in staying])
    heir = next((found for found in staying if found.id == new_head_id), None)
    if heir is None:
        raise NotFound("member_not_found")
    clear_head(household_id)
    membership = membership_row(heir.id)
    membership.is_head = True
    membership.relation = HEAD_RELATION
    db.session.flush()


def end_household_if_empty(household_id: int, ended_on: date) -> None:
    """Mark a household ended once none of its members is active."""
    present = queries.members_of(household_id)
    if not any(found.status is MemberStatus.ACTIVE for found in present):
        household = db.session.get_one(Household, household_id)
        household.status = HouseholdStatus.ENDED
        household.status_on = ended_on
        db.session.flush()
        end_cards_of_household(household_id)
        end_links_of_household(household_id)


def close_towards(household_id: int, event_id: int) -> None:
    """A life event says who takes in what still comes to a household, until it has people again."""
    household = db.session.get_one(Household, household_id)
    if household.status == HouseholdStatus.ACTIVE:
        # It was entered without anybody, so that nobody's leaving has ended it.
        end_household_if_empty(household_id, clock.today())
    household.heir_event_id = event_id
    db.session.flush()


def lock_households(household_ids: Collection[int]) -> None:
    """Whatever changes who is in the households, or whether they count, takes turns.

    To be called before members or status are read.
    """
    db.session.execute(
        select(Household)
        .where(Household.id.in_(household_ids))
        .order_by(Household.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def lock_home(village_id: int, member_id: int, *others: int) -> MemberRef:
    """A member whose household is locked, with `others`; NotFound `member_not_found`."""
    found = queries.member(village_id, member_id)
    while True:
        lock_households({found.household_id, *others})
        now = queries.member(village_id, member_id)
        if now.household_id == found.household_id:
            return now
        # Moved while this waited.
        found = now


def household_row(village_id: int, household_id: int) -> Household:
    """The row of a household of the village; NotFound `household_not_found`."""
    household = db.session.get(Household, household_id)
    if household is None or household.village_id != village_id:
        raise NotFound("household_not_found")
    return household


def membership_row(member_id: int) -> HouseholdMembership:
    """The open membership of a member."""
    return db.session.scalars(
        select(HouseholdMembership).where(
            HouseholdMembership.member_id == member_id, HouseholdMembership.ended_on.is_(None)
        )
    ).one()


def free_passbook_no(village_id: int, typed: str) -> str:
    """The number as it is kept; Invalid `passbook_no_bad`, Conflict `passbook_no_taken`."""
    number = normalise_passbook_no(typed)
    if number is None:
        raise Invalid("passbook_no_bad", value=typed[:20])
    taken = db.session.scalar(
        select(Household.id).where(
            Household.village_id == village_id, Household.passbook_no == number
        )
    )
    if taken is not None:
        raise Conflict("passbook_no_taken", passbook_no=number)
    return number


def check_grid(village_id: int, grid_id: int | None) -> None:
    """NotFound `grid_not_found` unless it is a grid of the village, or none."""
    if grid_id is not None and grid_id not in {grid.id for grid in places.grids(village_id)}:
        raise NotFound("grid_not_found")
