"""What is known of a person, from a register or a form, in the form it is kept."""

from dataclasses import dataclass

from app.kit.errors import Invalid
from app.kit.month import Month

from .cells import read_name, read_relation
from .households import Gender
from .numbers import normalise_phone


@dataclass(frozen=True, slots=True)
class Person:
    """`birth_month` reads "1965-02"; `relation` is the relation to the household head."""

    name: str
    gender: Gender | None = None
    birth_month: str | None = None
    phone: str | None = None
    is_party_member: bool = False
    relation: str = ""


def person_from_form(
    *,
    name: str,
    gender: Gender | None,
    birth_month: Month | None,
    phone: str,
    is_party_member: bool,
    relation: str,
    this_month: Month,
) -> Person:
    """A person as typed into a form, by the same rules as in a register.

    Raises Invalid `name_bad`, `relation_bad`, `phone_bad` or `birth_in_future`.
    """
    read, name_fault = read_name(name)
    if name_fault is not None:
        raise Invalid("name_bad")
    known_relation, relation_fault = read_relation(relation)
    if relation_fault is not None:
        raise Invalid("relation_bad")
    number = normalise_phone(phone)
    if phone and number is None:
        raise Invalid("phone_bad")
    if birth_month is not None and birth_month > this_month:
        raise Invalid("birth_in_future")
    return Person(
        name=read,
        gender=gender,
        birth_month=None if birth_month is None else str(birth_month),
        phone=number,
        is_party_member=is_party_member,
        relation=known_relation,
    )
