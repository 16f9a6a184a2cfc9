"""Party members and the households they keep in touch with (党员联农户), by free choice of both."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.kit.errors import Conflict

from .households import HouseholdRef, HouseholdStatus, MemberRef, MemberStatus

LINKS_WARNED_ABOVE = 15
"""About ten households are what one person can keep in touch with."""


class LinkSide(StrEnum):
    """Who asked for a link; the office enters what both sides agreed to on paper."""

    PARTY_MEMBER = "party_member"
    HOUSEHOLD = "household"
    OFFICE = "office"


@dataclass(frozen=True, slots=True)
class LinkRef:
    """A link, or one side's wish for it as long as `began_on` is empty."""

    id: int
    member: MemberRef
    household: HouseholdRef
    proposed_by: LinkSide
    began_on: date | None
    ended_on: date | None

    @property
    def in_force(self) -> bool:
        return self.began_on is not None and self.ended_on is None


def check_link(member: MemberRef, household: HouseholdRef) -> None:
    """Conflict `already_departed`, `not_a_party_member`, `link_to_own_household` or
    `household_ended`.
    """
    if member.status is not MemberStatus.ACTIVE:
        raise Conflict("already_departed", name=member.name)
    if not member.is_party_member:
        raise Conflict("not_a_party_member", name=member.name)
    if member.household_id == household.id:
        raise Conflict("link_to_own_household", name=member.name)
    if household.status is not HouseholdStatus.ACTIVE:
        raise Conflict("household_ended", passbook_no=household.passbook_no)
