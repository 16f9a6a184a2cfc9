"""Party members and their linked households: chosen by both sides, ended by either."""

from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.extensions import db
from app.identity.domain import Role
from app.kit import clock
from app.kit.errors import DomainError
from app.people import queries, service
from app.people.domain.households import MemberStatus
from app.people.domain.links import LINKS_WARNED_ABOVE, LinkSide
from app.people.domain.persons import Person
from app.people.models import PartyLink
from app.web.transaction import run_in_transaction
from tests.factories.people import People, make_people, member_token
from tests.factories.places import Places, make_places
from tests.support.clients import ApiClient, PageClient

DAY = date(2026, 10, 12)


def make_village(village_id: int) -> People:
    """王大山 of household 0001 is a party member, nobody else is."""
    people = make_people(village_id)
    set_party_member(people, "王大山")
    return people


def set_party_member(people: People, name: str, *, is_one: bool = True) -> None:
    run_in_transaction(
        lambda: service.update_member(
            village_id=people.village_id,
            member_id=people.members[name],
            person=Person(name, None, None, relation="家人", is_party_member=is_one),
        )
    )


@pytest.fixture
def people(each_app: Flask) -> People:
    return make_village(make_places().village_id)


def propose(people: People, passbook_no: str, side: LinkSide, name: str = "王大山") -> bool:
    with clock.stopped_at(clock.instant(DAY, time(9))):
        return run_in_transaction(
            lambda: service.propose_link(
                village_id=people.village_id,
                member_id=people.members[name],
                household_id=people.households[passbook_no],
                side=side,
                actor_id=7,
            )
        )


def linked(people: People, name: str = "王大山") -> dict[str, date | None]:
    """Passbook number and first day of every link that is not over."""
    links = queries.links_of_member(people.village_id, people.members[name])
    return {link.household.passbook_no: link.began_on for link in links}


def refusal_of(people: People, passbook_no: str, name: str = "王大山") -> str:
    with pytest.raises(DomainError) as caught:
        propose(people, passbook_no, LinkSide.OFFICE, name)
    return caught.value.code


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (LinkSide.PARTY_MEMBER, LinkSide.HOUSEHOLD),
        (LinkSide.HOUSEHOLD, LinkSide.PARTY_MEMBER),
        (LinkSide.HOUSEHOLD, LinkSide.OFFICE),
    ],
)
def test_both_sides_choose(people: People, first: LinkSide, second: LinkSide) -> None:
    assert not propose(people, "0002", first)
    assert not propose(people, "0002", first)
    assert linked(people) == {"0002": None}
    assert propose(people, "0002", second)
    assert propose(people, "0002", first)
    assert linked(people) == {"0002": DAY}
    assert len(db.session.scalars(select(PartyLink)).all()) == 1


def test_the_office_enters_what_was_agreed_on_paper(people: People) -> None:
    assert propose(people, "0002", LinkSide.OFFICE)
    assert linked(people) == {"0002": DAY}
    ((member, count),) = queries.party_members(people.village_id)
    assert (member.name, count) == ("王大山", 1)
    (link,) = queries.links_of_household(people.village_id, people.households["0002"])
    assert (link.member.name, link.in_force) == ("王大山", True)


def test_who_cannot_be_linked(people: People) -> None:
    assert refusal_of(people, "0003", "陈桂兰") == "not_a_party_member"
    assert refusal_of(people, "0001") == "link_to_own_household"
    depart(people, "陈桂兰")
    assert refusal_of(people, "0002") == "household_ended"
    depart(people, "王大山", "李秀英")
    assert refusal_of(people, "0003") == "already_departed"


def depart(people: People, name: str, heir: str = "") -> None:
    run_in_transaction(
        lambda: service.record_departure(
            village_id=people.village_id,
            member_id=people.members[name],
            status=MemberStatus.DIED,
            departed_on=clock.today() - timedelta(days=1),
            new_head_id=people.members.get(heir),
        )
    )


def test_a_link_ends_and_may_begin_again(people: People) -> None:
    propose(people, "0002", LinkSide.OFFICE)
    (link,) = queries.links_of_member(people.village_id, people.members["王大山"])

    def end() -> None:
        service.end_link(village_id=people.village_id, link_id=link.id, actor_id=9)

    run_in_transaction(end)
    assert linked(people) == {}
    with pytest.raises(DomainError, match="link_not_found"):
        run_in_transaction(end)
    propose(people, "0002", LinkSide.OFFICE)
    assert linked(people) == {"0002": DAY}
    rows = db.session.scalars(select(PartyLink).order_by(PartyLink.id)).all()
    assert [(row.ended_on, row.ended_actor_id) for row in rows] == [
        (clock.today(), 9),
        (None, None),
    ]


def test_links_follow_life(people: People) -> None:
    """They end with the party member, with the party membership and with the household, and when
    the party member moves in.
    """
    set_party_member(people, "赵建国")
    for passbook_no in ("0002", "0003"):
        propose(people, passbook_no, LinkSide.OFFICE)
    propose(people, "0001", LinkSide.OFFICE, "赵建国")
    depart(people, "陈桂兰")
    assert linked(people).keys() == {"0003"}
    run_in_transaction(
        lambda: service.move_member(
            village_id=people.village_id,
            member_id=people.members["王大山"],
            household_id=people.households["0003"],
            relation="女婿",
            new_head_id=people.members["李秀英"],
        )
    )
    assert linked(people) == {}
    set_party_member(people, "赵建国", is_one=False)
    assert linked(people, "赵建国") == {}
    set_party_member(people, "赵建国")
    propose(people, "0001", LinkSide.OFFICE, "赵建国")
    depart(people, "赵建国", "孙梅")
    assert linked(people, "赵建国") == {}


@pytest.fixture
def village(places: Places) -> People:
    return make_village(places.village_id)


Browsers = Callable[[str | None], PageClient]


def test_the_office_links_and_ends(page_client: Browsers, places: Places, village: People) -> None:
    office = page_client(places.token(Role.BRANCH_PRESIDENT))
    assert "王大山" in office.get("/register/links").text
    page = f"/register/links/{village.members['王大山']}"
    assert "没有找到" in office.post(page, {"passbook_no": "0999"}).text
    shown = office.post(page, {"passbook_no": "2"}, follow=True).text
    assert "陈桂兰" in shown
    assert "联系中" in shown
    (link,) = queries.links_of_member(village.village_id, village.members["王大山"])
    assert "联系已结束" in office.post(f"{page}/{link.id}/end", follow=True).text
    assert linked(village) == {}


def test_more_than_can_be_kept_in_touch_with(
    page_client: Browsers, places: Places, village: People
) -> None:
    more = {f"{100 + n:04}": [f"户主{n}"] for n in range(LINKS_WARNED_ABOVE + 1)}
    crowd = make_people(places.village_id, households=more)
    crowd.members |= village.members
    office = page_client(places.token(Role.BRANCH_PRESIDENT))
    page = f"/register/links/{village.members['王大山']}"
    for count, passbook_no in enumerate(more, start=1):
        propose(crowd, passbook_no, LinkSide.OFFICE)
        too_many = count > LINKS_WARNED_ABOVE
        assert ("怕联系不过来" in office.get(page).text) == too_many
    assert f"{LINKS_WARNED_ABOVE + 1} 户" in office.get("/register/links").text


def test_villagers_choose_each_other(
    page_client: Browsers, places: Places, village: People
) -> None:
    party_member, household = (
        page_client(member_token(village.village_id, village.members[name], name))
        for name in ("王大山", "陈桂兰")
    )
    own = "/me/links"
    wrong = party_member.post(f"{own}/household", {"passbook_no": "2", "head_name": "赵建国"})
    assert wrong.status_code == 404
    form = {"passbook_no": "2", "head_name": "陈桂兰"}
    assert "等对方同意" in party_member.post(f"{own}/household", form, follow=True).text
    (link,) = queries.links_of_member(village.village_id, village.members["王大山"])
    assert party_member.post(f"{own}/{link.id}/agree").status_code == 403
    assert "对方想和您联系" in household.get(own).text
    assert "双方都同意了" in household.post(f"{own}/{link.id}/agree", follow=True).text
    assert linked(village) == {"0002": clock.today()}
    assert household.post(f"{own}/{link.id}/end").status_code == 303
    assert linked(village) == {}
    choice = {"member_id": str(village.members["王大山"])}
    assert "已提出" in household.post(f"{own}/party-member", choice, follow=True).text
    again = party_member.post(f"{own}/household", form, follow=True)
    assert "双方都同意了" in again.text


def test_links_of_others_are_not_there(
    page_client: Browsers, places: Places, village: People
) -> None:
    propose(village, "0002", LinkSide.HOUSEHOLD)
    (link,) = queries.links_of_member(village.village_id, village.members["王大山"])
    stranger = page_client(member_token(village.village_id, village.members["孙梅"], "孙梅"))
    for step in ("agree", "end"):
        assert stranger.post(f"/me/links/{link.id}/{step}").status_code == 404
    abroad = page_client(places.token(Role.BRANCH_PRESIDENT, "shishan"))
    page = f"/register/links/{village.members['王大山']}"
    assert abroad.get(page).status_code == 404
    assert abroad.post(f"{page}/{link.id}/end").status_code == 404
    assert linked(village) == {"0002": None}


def test_the_same_through_the_api(app: Flask, places: Places, village: People) -> None:
    office = ApiClient(app, places.token(Role.BRANCH_PRESIDENT))
    wang_id = village.members["王大山"]
    (listed,) = office.get("/party-members").get_json()
    assert listed == {"id": str(wang_id), "name": "王大山", "linked_households": 0}
    path = f"/party-members/{wang_id}/links"
    made = office.post(path, {"household_id": str(village.households["0002"])})
    assert made.status_code == 201
    (link,) = made.get_json()
    assert (link["passbook_no"], link["head_name"]) == ("0002", "陈桂兰")
    assert link["began_on"] == clock.today().isoformat()
    assert office.post(f"{path}/{link['id']}/end").get_json() == []
    wang, chen = (
        ApiClient(app, member_token(village.village_id, village.members[name], name))
        for name in ("王大山", "陈桂兰")
    )
    asked = chen.post("/me/links", {"member_id": str(wang_id)}).get_json()
    (proposal,) = asked["household"]
    assert proposal["began_on"] is None
    assert chen.post(f"/me/links/{proposal['id']}/agree").status_code == 403
    agreed = wang.post(f"/me/links/{proposal['id']}/agree").get_json()
    assert agreed["own"][0]["began_on"] == clock.today().isoformat()
    assert wang.post(f"/me/links/{proposal['id']}/end").get_json() == {"household": [], "own": []}
    assert chen.get("/me/links").get_json() == {"household": [], "own": []}
    assert wang.post(f"/me/links/{proposal['id']}/end").status_code == 404
    wrong = {"passbook_no": "2", "head_name": "赵建国"}
    assert wang.post("/me/links/household", wrong).status_code == 404
    wished = wang.post("/me/links/household", {"passbook_no": "2", "head_name": "陈 桂兰"})
    assert wished.status_code == 201
    (proposal,) = wished.get_json()["own"]
    assert (proposal["passbook_no"], proposal["began_on"]) == ("0002", None)
    assert chen.post(f"/me/links/{proposal['id']}/agree").status_code == 200
    assert linked(village) == {"0002": clock.today()}
