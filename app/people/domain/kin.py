"""Who is of whose family, as far as it was declared at the office."""

from dataclasses import dataclass

from app.kit.errors import Invalid

from .households import HouseholdRef


@dataclass(frozen=True, slots=True)
class StaffTieRef:
    """The household and the grid of a staff account; None for the household of an outsider."""

    account_id: int
    household: HouseholdRef | None
    grid_id: int | None


@dataclass(frozen=True, slots=True)
class KinshipRef:
    """Two households of close kin."""

    id: int
    household: HouseholdRef
    other: HouseholdRef


def pair_of(household_id: int, other_household_id: int) -> tuple[int, int]:
    """The two in the order they are kept; Invalid `kin_of_itself` for a household alone."""
    if household_id == other_household_id:
        raise Invalid("kin_of_itself")
    return min(household_id, other_household_id), max(household_id, other_household_id)
