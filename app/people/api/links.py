"""Links between party members and households, at the office."""

from typing import Any

from app.identity.access import actor_id, requires, village_id
from app.identity.domain import Role
from app.people import queries, service
from app.people.domain.links import LinkRef, LinkSide
from app.people.schemas import LinkIn, LinkOut, PartyMemberOut
from app.web.json_api import JsonBlueprint
from app.web.transaction import writes

api = JsonBlueprint(
    "links_api", __name__, url_prefix="/api/v1/party-members", description="Linked households"
)


@api.get("")
@requires(Role.BRANCH_PRESIDENT)
@api.response(200, PartyMemberOut(many=True))
def list_party_members() -> list[dict[str, Any]]:
    """The party members on the register, with the number of households they are linked with."""
    return [
        {"id": member.id, "name": member.name, "linked_households": count}
        for member, count in queries.party_members(village_id())
    ]


@api.get("/<int:member_id>/links")
@requires(Role.BRANCH_PRESIDENT)
@api.response(200, LinkOut(many=True))
def list_links(member_id: int) -> list[LinkRef]:
    """The links of a party member that are not over, and what waits for somebody's yes."""
    return queries.links_of_member(village_id(), queries.member(village_id(), member_id).id)


@api.post("/<int:member_id>/links")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(LinkIn)
@api.response(201, LinkOut(many=True))
def add_link(form: dict[str, Any], member_id: int) -> list[LinkRef]:
    """Enter a link that both sides agreed to on paper."""
    service.propose_link(
        village_id=village_id(),
        member_id=member_id,
        household_id=form["household_id"],
        side=LinkSide.OFFICE,
        actor_id=actor_id(),
    )
    return queries.links_of_member(village_id(), member_id)


@api.post("/<int:member_id>/links/<int:link_id>/end")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.response(200, LinkOut(many=True))
def end_link(member_id: int, link_id: int) -> list[LinkRef]:
    """End a link today, or refuse what was only proposed."""
    service.end_link(village_id=village_id(), link_id=link_id, actor_id=actor_id())
    return queries.links_of_member(village_id(), member_id)
