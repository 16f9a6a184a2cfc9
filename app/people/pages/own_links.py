"""A villager's links: the households a party member keeps in touch with, and who does with us."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.identity.access import actor_id, requires, village_id
from app.identity.domain import Role
from app.people import queries, service
from app.people.access import own_link, own_member, wish_for_household
from app.people.domain.links import LinkSide
from app.people.schemas import OwnLinkForm, PartyMemberForm
from app.web.forms import load_form
from app.web.messages import sentence
from app.web.transaction import writes

pages = Blueprint("own_links", __name__, url_prefix="/me/links")


@pages.get("")
@requires(Role.MEMBER)
def show_own() -> str:
    me = own_member()
    ours = queries.links_of_household(village_id(), me.household_id)
    linked_ids = {link.member.id for link in ours}
    mine = queries.links_of_member(village_id(), me.id) if me.is_party_member else []
    return render_template(
        "people/own_links.html",
        me=me,
        ours=ours,
        mine=mine,
        choices_of_party_members=[
            (member.id, member.name)
            for member, _ in queries.party_members(village_id())
            if member.household_id != me.household_id and member.id not in linked_ids
        ],
    )


@pages.post("/party-member")
@requires(Role.MEMBER)
@writes(again=show_own)
def ask_party_member() -> Response:
    """The household wishes for a party member."""
    return _asked(
        in_force=service.propose_link(
            village_id=village_id(),
            member_id=load_form(PartyMemberForm())["member_id"],
            household_id=own_member().household_id,
            side=LinkSide.HOUSEHOLD,
            actor_id=actor_id(),
        )
    )


@pages.post("/household")
@requires(Role.MEMBER)
@writes(again=show_own)
def ask_household() -> Response:
    """A party member wishes for a household."""
    return _asked(in_force=wish_for_household(**load_form(OwnLinkForm())))


@pages.post("/<int:link_id>/agree")
@requires(Role.MEMBER)
@writes
def agree(link_id: int) -> Response:
    _, side = own_link(link_id)
    service.agree_to_link(village_id=village_id(), link_id=link_id, side=side, actor_id=actor_id())
    return _asked(in_force=True)


@pages.post("/<int:link_id>/end")
@requires(Role.MEMBER)
@writes
def end(link_id: int) -> Response:
    """End it, decline it or take it back."""
    link, _ = own_link(link_id)
    service.end_link(village_id=village_id(), link_id=link.id, actor_id=actor_id())
    flash(sentence("link_ended", {}))
    return redirect(url_for(".show_own"), 303)


def _asked(*, in_force: bool) -> Response:
    flash(sentence("link_agreed" if in_force else "link_proposed", {}))
    return redirect(url_for(".show_own"), 303)
