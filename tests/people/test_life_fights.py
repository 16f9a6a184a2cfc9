"""A split or a merger against a till, with real commits: points are moved or spent, never both."""

from flask import Flask

from app.identity.domain import Role
from app.kit import clock
from app.kit.points import Tenths
from app.ledger.domain.accounts import household_spendable, store_takings
from app.ledger.queries import balance, checker
from app.people import queries, service
from app.people.domain.life import LifeDraft, LifeKind
from app.web.transaction import run_in_transaction
from tests.factories.people import issue_member_card, make_people
from tests.factories.places import make_places
from tests.factories.stores import Shop, make_shop
from tests.people import rivals
from tests.support.ring import Fight

_SOAP = 50
"""Tenths of points that a household has, and that a piece of soap costs."""


def test_points_are_moved_or_spent(fight: Fight, each_app: Flask) -> None:
    """Three splits that take all there is, then three mergers, each against one piece of soap."""
    shop = make_shop(make_places())
    second = shop.places.staff["luxi", Role.SUPERVISION]
    run_in_transaction(
        lambda: service.declare_staff_tie(
            village_id=shop.village_id,
            account_id=second,
            household_id=None,
            grid_id=None,
            actor_id=0,
        )
    )
    people = make_people(
        shop.village_id, households={f"01{n}": [f"户主{n}", f"家人{n}"] for n in range(6)}
    )
    shop.people.households |= people.households
    seen = []
    for number, (passbook_no, home) in enumerate(people.households.items()):
        shop.give_points(passbook_no, "5")
        shop.cards[passbook_no] = issue_member_card(people, f"户主{number}")
        draft = LifeDraft(
            LifeKind.MERGE, home, clock.today(), "协议", to_household_id=shop.household_id("0002")
        )
        if number < 3:
            draft = LifeDraft(
                LifeKind.SPLIT, home, clock.today(), "协议", points=Tenths(_SOAP),
                member_ids=(people.members[f"家人{number}"],), passbook_no=f"02{number}",
            )  # fmt: skip
        event_id = _enter(shop, draft)
        scan_id = shop.scan(passbook_no)
        before = _in_the_village(shop)
        (moved,), (spent,) = fight(
            rivals.move_or_redeem, event_id, second, shop.till, scan_id, shop.goods["肥皂"]
        )
        seen.append((moved, spent))
        assert _in_the_village(shop) == before
        assert balance(household_spendable(shop.village_id, home)) == 0
    assert set(seen[:3]) <= {("done", "insufficient_points"), ("insufficient_points", "done")}
    assert {moved for moved, _ in seen[3:]} == {"done"}
    assert {spent for _, spent in seen[3:]} <= {"done", "insufficient_points", "scan_ended"}
    sold = sum(spent == "done" for _, spent in seen)
    assert balance(store_takings(shop.village_id, shop.store_id)) == sold * _SOAP
    assert checker.check() == []


def _enter(shop: Shop, draft: LifeDraft) -> int:
    return run_in_transaction(
        lambda: service.enter_life_event(village_id=shop.village_id, draft=draft, actor_id=7).id
    )


def _in_the_village(shop: Shop) -> int:
    """What all households may spend, and what the store has taken; the two make one sum."""
    homes = [each.id for each in queries.households(shop.village_id)]
    held = sum(balance(household_spendable(shop.village_id, each)) for each in homes)
    return held + balance(store_takings(shop.village_id, shop.store_id))
