"""Comparing a register with the books: the same register a second time plans nothing."""

from collections.abc import Iterator
from dataclasses import replace

from .columns import Column
from .households import MemberStatus
from .matching import Matching
from .persons import Person
from .plan import (
    Change,
    HeadChange,
    HouseholdChange,
    ImportPlan,
    KnownMember,
    MemberChange,
    Snapshot,
)
from .register import Register, RegisterRow
from .remarks import Code, Remark, Severity

_GONE_SHARE_CAUTION = 0.1


def plan_import(snapshot: Snapshot, register: Register) -> ImportPlan:
    """What importing would change. What the register does not say stays as it is."""
    matching = Matching(snapshot, register)
    renumbered = _renumbered(snapshot, register, matching)
    same = list(matching.same)
    moved: list[tuple[KnownMember, RegisterRow]] = []
    for member, row in matching.moved:
        if renumbered.get(member.passbook_no) == row.passbook_no:
            same.append((replace(member, passbook_no=row.passbook_no), row))
        else:
            moved.append((member, row))
    headed = matching.headed
    compared = [
        # As long as nobody takes over, the sitting head stays the head.
        _compared(member, row, register, keeps_head=row.passbook_no not in headed)
        for member, row in same
    ]
    known = {household.passbook_no for household in snapshot.households}
    known |= set(renumbered.values())
    grid_names = {row.passbook_no: row.grid_name for row in register.rows}
    numbers = dict.fromkeys(row.passbook_no for row in matching.placed)
    return ImportPlan(
        new_households=tuple(
            (number, grid_names[number]) for number in numbers if number not in known
        ),
        changed_households=tuple(_household_changes(snapshot, grid_names, renumbered)),
        head_changes=tuple(_head_changes(snapshot, matching, renumbered)),
        added=tuple(matching.added),
        changed=tuple(change for change in compared if change.changes),
        moved=tuple(_compared(member, row, register) for member, row in moved),
        returned=tuple(_compared(member, row, register) for member, row in matching.returned),
        gone=tuple(matching.gone),
        gone_passbook_nos=_gone_passbook_nos(snapshot, matching),
        remarks=_caution(snapshot, matching) + register.remarks + tuple(matching.unclear),
        unchanged_count=sum(not change.changes for change in compared),
    )


def _renumbered(snapshot: Snapshot, register: Register, matching: Matching) -> dict[str, str]:
    """Old to new number of households that stand in the register, whole, under a new number.

    Their points must not stay behind under the old one.
    """
    listed = {row.passbook_no for row in register.rows}
    listed |= {remark.passbook_no for remark in register.remarks}
    known = {household.passbook_no for household in snapshot.households}
    sizes: dict[str, int] = {}
    for member in snapshot.members:
        if member.status is MemberStatus.ACTIVE:
            sizes[member.passbook_no] = sizes.get(member.passbook_no, 0) + 1
    targets: dict[str, list[str]] = {}
    for member, row in matching.moved:
        targets.setdefault(member.passbook_no, []).append(row.passbook_no)
    whole = {
        old: new[0]
        for old, new in targets.items()
        if old not in listed
        and len(new) == sizes.get(old)
        and len(set(new)) == 1
        and new[0] not in known
    }
    claimed = list(whole.values())
    return {old: new for old, new in whole.items() if claimed.count(new) == 1}


def _compared(
    member: KnownMember, row: RegisterRow, register: Register, *, keeps_head: bool = False
) -> MemberChange:
    old, new = member.person, row.person
    states_party = Column.PARTY in register.columns
    person = Person(
        name=new.name,
        gender=new.gender or old.gender,
        birth_month=new.birth_month or old.birth_month,
        phone=new.phone or old.phone,
        is_party_member=new.is_party_member if states_party else old.is_party_member,
        relation=old.relation if keeps_head and member.is_head else new.relation or old.relation,
    )
    pairs = [
        ("passbook_no", member.passbook_no, row.passbook_no),
        ("name", old.name, person.name),
        ("relation", old.relation, person.relation),
        ("gender", old.gender or "", person.gender or ""),
        ("birth_month", old.birth_month or "", person.birth_month or ""),
        ("phone", old.phone or "", person.phone or ""),
        ("is_party_member", _yes(old.is_party_member), _yes(person.is_party_member)),
    ]
    changes = tuple(Change(*pair) for pair in pairs if pair[1] != pair[2])
    return MemberChange(member, row, person, changes)


def _yes(flag: bool) -> str:  # noqa: FBT001 - the flag is the value shown
    return "是" if flag else "否"


def _household_changes(
    snapshot: Snapshot, grid_names: dict[str, str], renumbered: dict[str, str]
) -> Iterator[HouseholdChange]:
    for household in snapshot.households:
        number = renumbered.get(household.passbook_no, household.passbook_no)
        grid_name = grid_names.get(number) or household.grid_name
        changes = (
            Change("passbook_no", household.passbook_no, number),
            Change("grid_name", household.grid_name, grid_name),
        )
        real = tuple(change for change in changes if change.old != change.new)
        if real:
            yield HouseholdChange(household, real)


def _head_changes(
    snapshot: Snapshot, matching: Matching, renumbered: dict[str, str]
) -> Iterator[HeadChange]:
    heads = {
        renumbered.get(member.passbook_no, member.passbook_no): member
        for member in snapshot.members
        if member.is_head
    }
    pairs = matching.same + matching.moved + matching.returned
    new_heads = [(row, member.member_id) for member, row in pairs if row.is_head]
    new_heads += [(row, 0) for row in matching.added if row.is_head]
    for row, member_id in new_heads:
        old = heads.get(row.passbook_no)
        if old is not None and old.member_id != member_id:
            yield HeadChange(row.passbook_no, old.person.name, row.person.name)


def _gone_passbook_nos(snapshot: Snapshot, matching: Matching) -> tuple[str, ...]:
    """Households whose last member would go."""
    going = {member.member_id for member in matching.gone}
    leaving = going | {member.member_id for member, _ in matching.moved}
    active = [member for member in snapshot.members if member.status is MemberStatus.ACTIVE]
    staying = {member.passbook_no for member in active if member.member_id not in leaving}
    staying |= {row.passbook_no for row in matching.added}
    staying |= {row.passbook_no for _, row in matching.moved + matching.returned}
    return tuple(
        sorted({member.passbook_no for member in active if member.member_id in going} - staying)
    )


def _caution(snapshot: Snapshot, matching: Matching) -> tuple[Remark, ...]:
    """A register that lists far fewer people may cover only a part of the village."""
    gone = len(matching.gone)
    active = sum(member.status is MemberStatus.ACTIVE for member in snapshot.members)
    if gone <= active * _GONE_SHARE_CAUTION:
        return ()
    return (Remark(Severity.NOTICE, Code.MANY_GONE, facts={"count": gone}),)
