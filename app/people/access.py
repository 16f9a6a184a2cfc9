"""Signing in with a card and its PIN, and what the signed-in villager's own is."""

from app.identity import access
from app.identity import queries as identity
from app.kit.errors import NotFound
from app.kit.text import normalise_name

from . import queries, service
from .domain.households import HouseholdRef, MemberRef
from .domain.links import LinkRef, LinkSide


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
