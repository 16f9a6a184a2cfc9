"""The values that describe households and their members."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

HEAD_RELATION = "户主"
"""How the household head's own relation is written, on pages and in registers."""


class Gender(StrEnum):
    """As the register says; it may also say nothing."""

    FEMALE = "female"
    MALE = "male"


class MemberStatus(StrEnum):
    """People leave the register by a status with a date, never by deletion."""

    ACTIVE = "active"
    MOVED_AWAY = "moved_away"
    DIED = "died"


class HouseholdStatus(StrEnum):
    """A household ends when its last member has left; its points and history stay."""

    ACTIVE = "active"
    ENDED = "ended"


class NoticeNameMode(StrEnum):
    """How public lists name a household; a full name needs the household's consent."""

    MASKED = "masked"
    FULL = "full"
    PASSBOOK = "passbook"


@dataclass(frozen=True, slots=True)
class HouseholdRef:
    """A household as lists and notices show it."""

    id: int
    passbook_no: str
    head_name: str
    grid_id: int | None
    grid_name: str
    notice_name_mode: NoticeNameMode
    status: HouseholdStatus


@dataclass(frozen=True, slots=True)
class MemberRef:
    """A member with the present household, or the last one of somebody who left.

    `birth_month` reads "1965-02"; `relation` is the relation to the household head.
    """

    id: int
    household_id: int
    name: str
    gender: Gender | None
    birth_month: str | None
    is_party_member: bool
    relation: str
    is_head: bool
    status: MemberStatus
    status_on: date | None


@dataclass(frozen=True, slots=True)
class CardOwner:
    """Whom a card stands for; `member_id` is None on the card of a whole household."""

    card_id: int
    village_id: int
    household_id: int
    member_id: int | None
