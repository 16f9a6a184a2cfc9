"""A villager's links."""

from typing import Any

from app.identity.access import actor_id, requires, village_id
from app.identity.domain import Role
from app.people import queries, service
from app.people.access import own_link, own_member, wish_for_household
from app.people.domain.links import LinkSide
from app.people.schemas import OwnLinkForm, OwnLinksOut, PartyMemberForm
from app.web.json_api import JsonBlueprint
from app.web.transaction import writes

api = JsonBlueprint(
    "own_links_api", __name__, url_prefix="/api/v1/me/links", description="A villager's own links"
)


@api.get("")
@requires(Role.MEMBER)
@api.response(200, OwnLinksOut)
def show_own() -> dict[str, Any]:
    """The party members of the caller's household, and the households of a party member."""
    return _shown()


@api.post("")
@requires(Role.MEMBER)
@writes(key_required=True)
@api.arguments(PartyMemberForm)
@api.response(201, OwnLinksOut)
def ask_party_member(form: dict[str, Any]) -> dict[str, Any]:
    """The household wishes for a party member."""
    service.propose_link(
        village_id=village_id(),
        member_id=form["member_id"],
        household_id=own_member().household_id,
        side=LinkSide.HOUSEHOLD,
        actor_id=actor_id(),
    )
    return _shown()


@api.post("/household")
@requires(Role.MEMBER)
@writes(key_required=True)
@api.arguments(OwnLinkForm)
@api.response(201, OwnLinksOut)
def ask_household(form: dict[str, Any]) -> dict[str, Any]:
    """A party member wishes for a household."""
    wish_for_household(**form)
    return _shown()


@api.post("/<int:link_id>/agree")
@requires(Role.MEMBER)
@writes(key_required=True)
@api.response(200, OwnLinksOut)
def agree(link_id: int) -> dict[str, Any]:
    """Say yes to what the other side wished for."""
    link, side = own_link(link_id)
    service.agree_to_link(village_id=village_id(), link_id=link.id, side=side, actor_id=actor_id())
    return _shown()


@api.post("/<int:link_id>/end")
@requires(Role.MEMBER)
@writes(key_required=True)
@api.response(200, OwnLinksOut)
def end(link_id: int) -> dict[str, Any]:
    """End it, decline it or take it back."""
    link, _ = own_link(link_id)
    service.end_link(village_id=village_id(), link_id=link.id, actor_id=actor_id())
    return _shown()


def _shown() -> dict[str, Any]:
    me = own_member()
    return {
        "household": queries.links_of_household(village_id(), me.household_id),
        "own": queries.links_of_member(village_id(), me.id),
    }
