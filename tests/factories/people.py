"""Households and members of a village, made through the services."""

from dataclasses import dataclass, field

from app.identity.queries import member_account
from app.identity.service import set_member_pin, start_session
from app.people import service
from app.people.domain.households import Gender
from app.people.domain.persons import Person
from app.web.transaction import run_in_transaction


@dataclass
class People:
    """Ids of what was made: households by passbook number, members by name."""

    village_id: int
    households: dict[str, int] = field(default_factory=dict)
    members: dict[str, int] = field(default_factory=dict)


def make_people(
    village_id: int, grid_id: int | None = None, *, households: dict[str, list[str]] | None = None
) -> People:
    """Make households from names, heads first, in one committed transaction.

    The default is three households: a couple, a single woman, a family of three.
    """
    wanted = households or {
        "0001": ["王大山", "李秀英"],
        "0002": ["陈桂兰"],
        "0003": ["赵建国", "孙梅", "赵小军"],
    }
    people = People(village_id)

    def make() -> None:
        for number, names in wanted.items():
            household = service.add_household(
                village_id=village_id, passbook_no=number, grid_id=grid_id
            )
            people.households[number] = household.id
            for name in names:
                person = Person(name, Gender.FEMALE, "1970-05", relation="家人")
                member = service.add_member(
                    village_id=village_id, household_id=household.id, person=person
                )
                people.members[name] = member.id

    run_in_transaction(make)
    return people


def issue_member_card(people: People, name: str) -> str:
    """A fresh card of a member; returns its code."""
    return run_in_transaction(
        lambda: service.issue_card(
            village_id=people.village_id, actor_id=0, member_id=people.members[name]
        )
    )


def member_token(village_id: int, member_id: int, name: str) -> str:
    """A session of a villager."""

    def start() -> str:
        set_member_pin(member_id=member_id, village_id=village_id, display_name=name, pin="246813")
        account = member_account(member_id)
        assert account is not None
        return start_session(subject=name, account_id=account.id)

    return run_in_transaction(start)
