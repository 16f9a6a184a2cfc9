"""Party members and their linked households, at the office."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.identity.access import actor_id, requires, village_id
from app.identity.domain import Role
from app.people import queries, service
from app.people.domain.links import LINKS_WARNED_ABOVE, LinkSide
from app.people.schemas import LinkForm
from app.web.forms import load_form
from app.web.messages import sentence
from app.web.transaction import writes

pages = Blueprint("links", __name__, url_prefix="/register/links")


@pages.get("")
@requires(Role.BRANCH_PRESIDENT)
def list_party_members() -> str:
    return render_template(
        "people/links.html",
        party_members=queries.party_members(village_id()),
        warned_above=LINKS_WARNED_ABOVE,
    )


@pages.get("/<int:member_id>")
@requires(Role.BRANCH_PRESIDENT)
def show_links(member_id: int) -> str:
    """The linked households of one party member, and what waits for somebody's yes."""
    links = queries.links_of_member(village_id(), member_id)
    return render_template(
        "people/links_of_member.html",
        member=queries.member(village_id(), member_id),
        links=links,
        in_force=sum(link.in_force for link in links),
        warned_above=LINKS_WARNED_ABOVE,
    )


@pages.post("/<int:member_id>")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=show_links)
def add_link(member_id: int) -> Response:
    """Enter a link that both sides agreed to on paper."""
    household = queries.household_by_passbook(village_id(), load_form(LinkForm())["passbook_no"])
    service.propose_link(
        village_id=village_id(),
        member_id=member_id,
        household_id=household.id,
        side=LinkSide.OFFICE,
        actor_id=actor_id(),
    )
    flash(sentence("people_saved", {}))
    return redirect(url_for(".show_links", member_id=member_id), 303)


@pages.post("/<int:member_id>/<int:link_id>/end")
@requires(Role.BRANCH_PRESIDENT)
@writes
def end_link(member_id: int, link_id: int) -> Response:
    service.end_link(village_id=village_id(), link_id=link_id, actor_id=actor_id())
    flash(sentence("link_ended", {}))
    return redirect(url_for(".show_links", member_id=member_id), 303)
