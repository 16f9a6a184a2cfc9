"""What the books know of a village, and what importing a register would change in them."""

from dataclasses import dataclass

from .households import MemberStatus
from .persons import Person
from .register import RegisterRow
from .remarks import Remark, Severity


@dataclass(frozen=True, slots=True)
class KnownMember:
    """A member as the village's books have it, with the present or last household."""

    member_id: int
    household_id: int
    passbook_no: str
    person: Person
    is_head: bool
    status: MemberStatus


@dataclass(frozen=True, slots=True)
class KnownHousehold:
    household_id: int
    passbook_no: str
    grid_name: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The village as its books have it before the import."""

    households: tuple[KnownHousehold, ...] = ()
    members: tuple[KnownMember, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a person or household; `field` is named as in `Person`."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class MemberChange:
    """What the register says anew of a known member: fields, household, or that they are back.

    `person` is what is known of the member from then on.
    """

    member: KnownMember
    row: RegisterRow
    person: Person
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class HouseholdChange:
    """A known household with another grid, or the whole family under another number."""

    household: KnownHousehold
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class HeadChange:
    passbook_no: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """Everything that applying would do; `gone` only where it is confirmed as well.

    `new_households` pairs passbook number and grid name.
    """

    new_households: tuple[tuple[str, str], ...] = ()
    changed_households: tuple[HouseholdChange, ...] = ()
    head_changes: tuple[HeadChange, ...] = ()
    added: tuple[RegisterRow, ...] = ()
    changed: tuple[MemberChange, ...] = ()
    moved: tuple[MemberChange, ...] = ()
    returned: tuple[MemberChange, ...] = ()
    gone: tuple[KnownMember, ...] = ()
    gone_passbook_nos: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    unchanged_count: int = 0

    @property
    def changes_nothing(self) -> bool:
        """Whether applying would write nothing, people who are gone left aside."""
        return not (
            self.new_households
            or self.changed_households
            or self.added
            or self.changed
            or self.moved
            or self.returned
            or self.head_changes
        )

    @property
    def counts(self) -> dict[str, int]:
        """The figures that sum the plan up."""
        severities = [remark.severity for remark in self.remarks]
        return {
            "new_households": len(self.new_households),
            "changed_households": len(self.changed_households),
            "head_changes": len(self.head_changes),
            "added": len(self.added),
            "changed": len(self.changed),
            "moved": len(self.moved),
            "returned": len(self.returned),
            "gone": len(self.gone),
            "gone_households": len(self.gone_passbook_nos),
            "unchanged": self.unchanged_count,
            "refused": severities.count(Severity.REFUSED),
            "ambiguous": severities.count(Severity.AMBIGUOUS),
            "warnings": severities.count(Severity.WARNING),
        }
