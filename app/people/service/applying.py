"""Writing an import plan: a village of any size in a fixed number of statements."""

from collections.abc import Iterable

from sqlalchemy import select, update

from app.extensions import db
from app.identity import service as identity
from app.kit import clock
from app.kit.ids import new_id
from app.people.domain.households import (
    HEAD_RELATION,
    HouseholdStatus,
    MemberStatus,
    NoticeNameMode,
)
from app.people.domain.plan import ImportPlan, KnownMember, MemberChange
from app.people.domain.register import RegisterRow
from app.people.models import Card, Household, HouseholdMembership, Member

from .cards import end_cards_of_household
from .households import revive, write_person


def apply_plan(village_id: int, plan: ImportPlan, *, remove_gone: bool) -> None:
    """Write everything the plan says; `gone` members leave only with `remove_gone`."""
    applying = _Applying(village_id)
    applying.write_households(plan)
    applying.clear_heads(plan)
    for change in plan.changed:
        applying.write_member(change)
    for change in plan.moved + plan.returned:
        applying.write_member(change)
        applying.move(change)
    for row in plan.added:
        applying.add(row)
    if remove_gone:
        applying.remove(plan.gone)
    applying.set_heads()
    applying.settle_households()


class _Applying:
    """The rows of one village, loaded once."""

    def __init__(self, village_id: int) -> None:
        self._village_id = village_id
        self._today = clock.today()
        rows = db.session.execute(
            select(Member, HouseholdMembership)
            .join(HouseholdMembership, HouseholdMembership.member_id == Member.id)
            .where(Member.village_id == village_id, HouseholdMembership.ended_on.is_(None))
        ).all()
        self._members = {row.Member.id: row.Member for row in rows}
        self._memberships = {row.Member.id: row.HouseholdMembership for row in rows}
        households = db.session.scalars(select(Household).where(Household.village_id == village_id))
        self._households = {household.passbook_no: household for household in households}
        self._opened: list[HouseholdMembership] = []
        self._heads: list[HouseholdMembership] = []

    def write_households(self, plan: ImportPlan) -> None:
        """New households, other grids, other numbers."""
        changes = {change.household.passbook_no: change for change in plan.changed_households}
        grid_names = {grid_name for _, grid_name in plan.new_households}
        grid_names |= {
            change.new
            for changed in changes.values()
            for change in changed.changes
            if change.field == "grid_name"
        }
        grid_ids: dict[str, int | None] = {"": None}
        grid_ids |= identity.add_grids(village_id=self._village_id, names=sorted(grid_names - {""}))
        for number, changed in changes.items():
            household = self._households.pop(number)
            for change in changed.changes:
                if change.field == "grid_name":
                    household.grid_id = grid_ids[change.new]
                else:
                    household.passbook_no = change.new
            self._households[household.passbook_no] = household
        for number, grid_name in plan.new_households:
            household = Household(
                id=new_id(),
                village_id=self._village_id,
                grid_id=grid_ids[grid_name],
                passbook_no=number,
                notice_name_mode=NoticeNameMode.MASKED,
                status=HouseholdStatus.ACTIVE,
                created_at=clock.now(),
            )
            self._households[number] = household
            db.session.add(household)
        db.session.flush()

    def clear_heads(self, plan: ImportPlan) -> None:
        """A household has one head at any moment, so the old one steps back first."""
        changing = {self._households[head.passbook_no].id for head in plan.head_changes}
        changing |= {change.member.household_id for change in plan.moved if change.member.is_head}
        for membership in self._memberships.values():
            if membership.is_head and membership.household_id in changing:
                membership.is_head = False
                membership.relation = ""
        db.session.flush()

    def write_member(self, change: MemberChange) -> None:
        """What is known anew of a person, the relation included."""
        member = self._members[change.member.member_id]
        write_person(member, change.person)
        member.status = MemberStatus.ACTIVE
        member.status_on = None
        membership = self._memberships[member.id]
        membership.relation = change.person.relation
        if change.row.is_head and not membership.is_head:
            self._heads.append(membership)

    def move(self, change: MemberChange) -> None:
        """Over to the household of the row, unless the person is there already."""
        household = self._households[change.row.passbook_no]
        old = self._memberships[change.member.member_id]
        if old.household_id == household.id:
            return
        old.ended_on = self._today
        old.is_head = False
        if old in self._heads:
            self._heads.remove(old)
        self._open(change.member.member_id, household, change.row)

    def add(self, row: RegisterRow) -> None:
        """A person nobody knew."""
        member = Member(
            id=new_id(),
            village_id=self._village_id,
            status=MemberStatus.ACTIVE,
            created_at=clock.now(),
        )
        write_person(member, row.person)
        db.session.add(member)
        self._members[member.id] = member
        self._open(member.id, self._households[row.passbook_no], row)

    def remove(self, gone: Iterable[KnownMember]) -> None:
        """Those the register no longer lists count as moved away; cards and sign-in end."""
        ids = [member.member_id for member in gone]
        for member_id in ids:
            self._members[member_id].status = MemberStatus.MOVED_AWAY
            self._members[member_id].status_on = self._today
        db.session.execute(
            update(Card)
            .where(Card.member_id.in_(ids), Card.ended_at.is_(None))
            .values(ended_at=clock.now())
        )
        for member_id in ids:
            identity.disable_member(member_id=member_id)

    def set_heads(self) -> None:
        """The new heads take over, once everybody is in place."""
        # Members go out first: without a mapped relationship the session knows no order.
        db.session.flush()
        db.session.add_all(self._opened)
        db.session.flush()
        for membership in self._heads:
            membership.is_head = True
            membership.relation = HEAD_RELATION
        db.session.flush()

    def settle_households(self) -> None:
        """A household is active as long as one of its members is."""
        active = {
            membership.household_id
            for member_id, membership in self._memberships.items()
            if self._members[member_id].status == MemberStatus.ACTIVE
        }
        for household in self._households.values():
            status = HouseholdStatus.ACTIVE if household.id in active else HouseholdStatus.ENDED
            if household.status == status:
                continue
            if status is HouseholdStatus.ACTIVE:
                revive(household)
            else:
                household.status, household.status_on = status, self._today
                end_cards_of_household(household.id)
        db.session.flush()

    def _open(self, member_id: int, household: Household, row: RegisterRow) -> None:
        membership = HouseholdMembership(
            id=new_id(),
            member_id=member_id,
            household_id=household.id,
            is_head=False,
            relation=row.person.relation,
            began_on=self._today,
        )
        self._opened.append(membership)
        self._memberships[member_id] = membership
        if row.is_head:
            self._heads.append(membership)
