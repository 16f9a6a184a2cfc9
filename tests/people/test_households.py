"""Households, members, moves, departures, cards and teams, through the services."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.extensions import db
from app.identity import queries as identity
from app.identity.service import add_grids
from app.kit import clock
from app.kit.errors import DomainError
from app.people import queries, service
from app.people.domain.households import (
    HouseholdStatus,
    MemberStatus,
    NoticeNameMode,
)
from app.people.domain.persons import Person
from app.people.models import Member
from app.web.transaction import run_in_transaction
from tests.factories.people import People, issue_member_card, make_people
from tests.factories.places import Places, make_places


@pytest.fixture
def each_places(each_app: Flask) -> Places:
    return make_places()


@pytest.fixture
def people(each_places: Places) -> People:
    return make_people(each_places.village_id)


def _refused(code: str, work: Callable[[], object]) -> DomainError:
    with pytest.raises(DomainError) as caught:
        run_in_transaction(work)
    assert caught.value.code == code
    return caught.value


def test_first_member_is_the_head_and_lists_show_the_household(people: People) -> None:
    listed = queries.households(people.village_id)
    assert [(found.passbook_no, found.head_name) for found in listed] == [
        ("0001", "王大山"),
        ("0002", "陈桂兰"),
        ("0003", "赵建国"),
    ]
    assert {found.notice_name_mode for found in listed} == {NoticeNameMode.MASKED}
    family = queries.members_of(people.households["0003"])
    assert [(found.name, found.relation) for found in family] == [
        ("赵建国", "户主"),
        ("孙梅", "家人"),
        ("赵小军", "家人"),
    ]


@pytest.mark.parametrize("typed", ["3", "0003", "０００３", " 3号 "])
def test_a_household_is_found_by_its_number_as_typed(people: People, typed: str) -> None:
    assert queries.household_by_passbook(people.village_id, typed).head_name == "赵建国"


def test_search_finds_by_part_of_a_name_by_number_and_by_phone(people: People) -> None:
    person = Person("阿依古丽·买买提", phone="13800138000")
    run_in_transaction(
        lambda: service.add_member(
            village_id=people.village_id, household_id=people.households["0002"], person=person
        )
    )
    for wanted, numbers in (
        ("小军", ["0003"]),
        ("古丽・买", ["0002"]),
        ("1", ["0001"]),
        ("138 0013 8000", ["0002"]),
        ("%", []),
        ("", ["0001", "0002", "0003"]),
    ):
        found = queries.households(people.village_id, search=wanted)
        assert [household.passbook_no for household in found] == numbers, wanted


def test_another_village_sees_nothing(people: People, each_places: Places) -> None:
    other = each_places.other_village_id
    household_id, member_id = people.households["0001"], people.members["王大山"]
    assert queries.households(other) == []
    assert queries.households_of(other, [member_id]) == {}
    _refused("household_not_found", lambda: queries.household(other, household_id))
    _refused("household_not_found", lambda: queries.household_by_passbook(other, "0001"))
    _refused("member_not_found", lambda: queries.member(other, member_id))
    code = issue_member_card(people, "王大山")
    _refused("card_not_found", lambda: queries.owner_of_card(other, code))


def test_phone_is_sealed_and_tied_to_its_member(people: People) -> None:
    ids = [
        run_in_transaction(
            lambda name=name: service.add_member(  # type: ignore[misc]
                village_id=people.village_id,
                household_id=people.households["0002"],
                person=Person(name, phone="13800138000"),
            )
        ).id
        for name in ("甲", "乙")
    ]
    rows = db.session.scalars(select(Member).where(Member.id.in_(ids))).all()
    assert all(row.phone_sealed and b"1380" not in row.phone_sealed for row in rows)
    assert rows[0].phone_sealed != rows[1].phone_sealed
    assert rows[0].phone_index == rows[1].phone_index
    assert [queries.phone_of(people.village_id, found) for found in ids] == ["13800138000"] * 2


def test_a_number_or_a_name_is_not_taken_twice(people: People) -> None:
    _refused(
        "passbook_no_taken",
        lambda: service.add_household(village_id=people.village_id, passbook_no="1", grid_id=None),
    )
    _refused(
        "passbook_no_bad",
        lambda: service.add_household(village_id=people.village_id, passbook_no="?", grid_id=None),
    )
    _refused(
        "name_taken_in_household",
        lambda: service.add_member(
            village_id=people.village_id,
            household_id=people.households["0001"],
            person=Person("王大山"),
        ),
    )


def test_a_household_moves_to_another_grid_of_its_village_only(
    people: People, each_places: Places
) -> None:
    own = run_in_transaction(lambda: add_grids(village_id=people.village_id, names=["第2网格"]))
    foreign = run_in_transaction(
        lambda: add_grids(village_id=each_places.other_village_id, names=["第9网格"])
    )
    household_id = people.households["0001"]
    run_in_transaction(
        lambda: service.update_household(
            village_id=people.village_id,
            household_id=household_id,
            grid_id=own["第2网格"],
            notice_name_mode=NoticeNameMode.FULL,
        )
    )
    found = queries.household(people.village_id, household_id)
    assert (found.grid_name, found.notice_name_mode) == ("第2网格", NoticeNameMode.FULL)
    _refused(
        "grid_not_found",
        lambda: service.update_household(
            village_id=people.village_id, household_id=household_id, grid_id=foreign["第9网格"]
        ),
    )


def test_a_member_moves_with_card_and_history(people: People) -> None:
    code = issue_member_card(people, "赵小军")
    moving = people.members["赵小军"]
    run_in_transaction(
        lambda: service.move_member(
            village_id=people.village_id,
            member_id=moving,
            household_id=people.households["0002"],
            relation="外甥",
        )
    )
    assert queries.member(people.village_id, moving).relation == "外甥"
    assert queries.households_of(people.village_id, [moving])[moving].passbook_no == "0002"
    owner = queries.owner_of_card(people.village_id, code)
    assert owner.household_id == people.households["0002"]
    former = queries.former_members_of(people.households["0003"])
    assert [(name, row.ended_on) for name, row in former] == [("赵小军", clock.today())]


def test_a_head_leaves_others_only_after_naming_the_next(people: People) -> None:
    leaving = people.members["赵建国"]

    def move(new_head_id: int | None) -> None:
        service.move_member(
            village_id=people.village_id,
            member_id=leaving,
            household_id=people.households["0001"],
            relation="兄弟",
            new_head_id=new_head_id,
        )

    refusal = _refused("new_head_needed", lambda: move(None))
    assert refusal.facts == {"names": ["孙梅", "赵小军"]}
    _refused("member_not_found", lambda: move(people.members["陈桂兰"]))
    run_in_transaction(lambda: move(people.members["孙梅"]))
    assert queries.household(people.village_id, people.households["0003"]).head_name == "孙梅"
    assert queries.household(people.village_id, people.households["0001"]).head_name == "王大山"


def test_the_last_member_leaves_and_the_household_ends_without_losing_its_head(
    people: People,
) -> None:
    code = issue_member_card(people, "陈桂兰")
    member_id = people.members["陈桂兰"]
    pin = run_in_transaction(
        lambda: service.set_fresh_pin(village_id=people.village_id, member_id=member_id)
    )
    assert len(pin) == 6

    def die(day: date) -> None:
        service.record_departure(
            village_id=people.village_id,
            member_id=member_id,
            status=MemberStatus.DIED,
            departed_on=day,
        )

    _refused("date_in_future", lambda: die(clock.today() + timedelta(days=1)))
    assert queries.owner_of_card(people.village_id, code).member_id == member_id
    run_in_transaction(lambda: die(date(2026, 10, 3)))
    found = queries.household(people.village_id, people.households["0002"])
    assert (found.status, found.head_name) == (HouseholdStatus.ENDED, "陈桂兰")
    # What was earned before is still booked to the household.
    assert queries.households_of(people.village_id, [member_id])[member_id] == found
    _refused("card_not_found", lambda: queries.owner_of_card(people.village_id, code))
    assert identity.pin_credentials(member_id=member_id) is None
    _refused("already_departed", lambda: die(date(2026, 10, 3)))
    _refused(
        "already_departed",
        lambda: service.set_fresh_pin(village_id=people.village_id, member_id=member_id),
    )

    def come_back() -> None:
        service.record_return(village_id=people.village_id, member_id=member_id)

    # It was a slip of the pen.
    run_in_transaction(come_back)
    found = queries.household(people.village_id, people.households["0002"])
    assert (found.status, found.head_name) == (HouseholdStatus.ACTIVE, "陈桂兰")
    assert identity.pin_credentials(member_id=member_id) is None
    _refused("member_not_departed", come_back)


def test_somebody_who_moved_away_can_return_and_sign_in_again(people: People) -> None:
    member_id = people.members["李秀英"]
    run_in_transaction(
        lambda: service.set_fresh_pin(village_id=people.village_id, member_id=member_id)
    )
    run_in_transaction(
        lambda: service.record_departure(
            village_id=people.village_id,
            member_id=member_id,
            status=MemberStatus.MOVED_AWAY,
            departed_on=clock.today(),
        )
    )
    assert identity.pin_credentials(member_id=member_id) is None
    run_in_transaction(
        lambda: service.record_return(village_id=people.village_id, member_id=member_id)
    )
    assert queries.member(people.village_id, member_id).status is MemberStatus.ACTIVE
    run_in_transaction(
        lambda: service.set_fresh_pin(village_id=people.village_id, member_id=member_id)
    )
    assert identity.pin_credentials(member_id=member_id) is not None


def test_a_new_card_stops_the_old_one_at_once(people: People) -> None:
    old = issue_member_card(people, "王大山")
    new = issue_member_card(people, "王大山")
    _refused("card_not_found", lambda: queries.owner_of_card(None, old))
    owner = queries.owner_of_card(None, f"http://localhost/k/{new.lower()}")
    assert owner.member_id == people.members["王大山"]
    versions = [
        (card.version, card.ended_at is None)
        for card in queries.cards_of_household(people.households["0001"])
    ]
    assert versions == [(2, True), (1, False)]


def test_a_household_card_stands_for_the_household(people: People) -> None:
    code = run_in_transaction(
        lambda: service.issue_card(
            village_id=people.village_id, actor_id=7, household_id=people.households["0003"]
        )
    )
    owner = queries.owner_of_card(people.village_id, code)
    assert (owner.household_id, owner.member_id) == (people.households["0003"], None)


@pytest.mark.parametrize("typed", ["", "K", "KKKK", "P2345", "K" + "2" * 27, "王"])
def test_nonsense_is_no_card(people: People, typed: str) -> None:
    _refused("card_not_found", lambda: queries.owner_of_card(people.village_id, typed))


def test_teams_change_from_day_to_day(people: People, each_places: Places) -> None:
    village_id = people.village_id
    team = run_in_transaction(lambda: service.add_team(village_id=village_id, name="治安巡逻队"))
    _refused("team_name_taken", lambda: service.add_team(village_id=village_id, name="治安巡逻队"))
    first, second = people.members["王大山"], people.members["孙梅"]

    def assign(village: int, *member_ids: int) -> None:
        service.assign_team(village_id=village, team_id=team.id, member_ids=member_ids)

    run_in_transaction(lambda: assign(village_id, first))
    run_in_transaction(lambda: assign(village_id, first, second))
    assert queries.team_member_ids(team.id) == [first, second]
    run_in_transaction(lambda: assign(village_id, second))
    run_in_transaction(lambda: assign(village_id, second, first))
    assert sorted(queries.team_member_ids(team.id)) == sorted([second, first])
    _refused("team_not_found", lambda: assign(each_places.other_village_id, first))
    _refused("member_not_found", lambda: assign(village_id, first, 12345))
