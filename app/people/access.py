"""Signing in with a card and its PIN, what the signed-in villager's own is, and life events at
the office.
"""

from typing import Any

from app.identity import access
from app.identity import queries as identity
from app.identity.domain import Role
from app.kit import clock
from app.kit.errors import Denied, NotFound
from app.kit.month import Month
from app.kit.text import normalise_name

from . import queries, service
from .domain.households import HouseholdRef, MemberRef
from .domain.life import SECOND_PERSON, Arrival, LifeDraft, LifeKind
from .domain.links import LinkRef, LinkSide
from .domain.persons import person_from_form


def card_holder(typed_code: str) -> tuple[int, HouseholdRef, MemberRef]:
    """The village and household of a card, and who signs in with it: its member or the head.

    Raises NotFound `card_not_found`.
    """
    owner = queries.owner_of_card(None, typed_code)
    household = queries.household(owner.village_id, owner.household_id)
    for member in queries.members_of(owner.household_id):
        if member.id == owner.member_id or (owner.member_id is None and member.is_head):
            return owner.village_id, household, member
    raise NotFound("card_not_found")


def sign_in_with_card(typed_code: str, pin: str) -> str:
    """Check the PIN and start a session; returns its token.

    Raises NotFound `card_not_found`, Denied `wrong_credentials` or `too_many_attempts`. Failures
    count against the member, so that a second card opens no second row of guesses.
    """
    _, _, member = card_holder(typed_code)
    return access.sign_in(
        subject=f"member:{member.id}",
        credentials=identity.pin_credentials(member_id=member.id),
        secret=pin,
    )


def own_member() -> MemberRef:
    """The signed-in villager."""
    return queries.member(access.village_id(), access.principal().member_id or 0)


def wish_for_household(passbook_no: str, head_name: str) -> bool:
    """As a party member, propose to be linked with a household; whether it had wished so already.

    Raises NotFound `household_not_found` unless number and head belong together, and what
    `service.propose_link` raises.
    """
    household = queries.household_by_passbook(access.village_id(), passbook_no)
    if household.head_name != normalise_name(head_name):
        raise NotFound("household_not_found")
    return service.propose_link(
        village_id=access.village_id(),
        member_id=own_member().id,
        household_id=household.id,
        side=LinkSide.PARTY_MEMBER,
        actor_id=access.actor_id(),
    )


def own_link(link_id: int) -> tuple[LinkRef, LinkSide]:
    """A link of the signed-in villager and the side that is theirs; NotFound `link_not_found`."""
    me, link = own_member(), queries.link(access.village_id(), link_id)
    if link.member.id == me.id:
        return link, LinkSide.PARTY_MEMBER
    if link.household.id == me.household_id:
        return link, LinkSide.HOUSEHOLD
    raise NotFound("link_not_found")


def enter_life_event(kind: LifeKind, household_id: int, form: dict[str, Any]) -> int:
    """Keep what happened to a household, as a form tells it; returns the event's id.

    Raises NotFound `household_not_found` for passbook numbers that nobody has, and what
    `person_from_form` and `service.enter_life_event` raise.
    """
    village_id, number = access.village_id(), form["to_passbook_no"]
    person = None
    if kind is LifeKind.BIRTH:
        person = person_from_form(
            name=form["name"],
            gender=form["gender"],
            birth_month=form["birth_month"] or Month.of(form["happened_on"]),
            phone="",
            is_party_member=False,
            relation=form["relation"],
            this_month=Month.of(clock.today()),
        )
    draft = LifeDraft(
        kind=kind,
        household_id=household_id,
        happened_on=form["happened_on"],
        note=form["note"],
        member_id=form["member_id"],
        new_head_id=form["new_head_id"],
        member_ids=tuple(form["member_ids"]),
        person=person,
        grid_id=form["grid_id"],
        to_household_id=queries.household_by_passbook(village_id, number).id if number else None,
        to_village_id=form["to_village_id"],
        passbook_no=form["new_passbook_no"],
        points=form["points"],
    )
    return service.enter_life_event(
        village_id=village_id, draft=draft, actor_id=access.actor_id()
    ).id


def confirm_life_event(event_id: int) -> None:
    """Carry an event of the village out; supervision confirms only what moves points.

    Raises NotFound `life_event_not_found`, Denied `denied` or `life_waits_there`, and what
    `service.confirm_life_event` raises.
    """
    event = queries.life_row(access.village_id(), event_id)
    moves_points = LifeKind(event.kind) in SECOND_PERSON
    if not (moves_points or Role.BRANCH_PRESIDENT in access.principal().roles):
        raise Denied("denied")
    if event.kind == LifeKind.VILLAGE_MOVE:
        raise Denied("life_waits_there")
    service.confirm_life_event(event=event, actor_id=access.actor_id())


def take_in(event_id: int, form: dict[str, Any]) -> int | None:
    """Take in a household that moves here from another village; returns its id here.

    Raises as above.
    """
    return service.confirm_life_event(
        event=queries.arriving_row(access.village_id(), event_id),
        actor_id=access.actor_id(),
        arrival=Arrival(form["passbook_no"], form["grid_id"]),
    )
