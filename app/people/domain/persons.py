"""What is known of a person, from a register or a form, in the form it is kept."""

from dataclasses import dataclass

from .households import Gender


@dataclass(frozen=True, slots=True)
class Person:
    """`birth_month` reads "1965-02"; `relation` is the relation to the household head."""

    name: str
    gender: Gender | None = None
    birth_month: str | None = None
    phone: str | None = None
    is_party_member: bool = False
    relation: str = ""
