"""Expiry and whatever takes points at the same moment, in two processes, on both databases."""

from datetime import date
from typing import Any

import pytest
from flask import Flask

from app.kit.errors import DomainError
from app.ledger import queries as books
from app.ledger.domain.accounts import Purpose, expired
from app.ledger.queries import checker
from app.store import service as store
from app.store.domain.redemption import Line
from app.web.transaction import run_in_transaction
from tests.expiry.village import ACTS_FROM, OldVillage, make_old_village, on
from tests.factories.people import issue_member_card
from tests.support.ring import Fight, wait_for_the_other


def _confirm(_number: int, village: OldVillage, run_id: int) -> list[Any]:
    wait_for_the_other()
    with on(ACTS_FROM):
        return [village.confirm(run_id).posted_at]


def _confirm_or_buy(number: int, village: OldVillage, run_id: int, scan_id: int) -> list[Any]:
    """One lets 3 of the household's 5 points expire, the other spends 3."""
    if number == 1:
        return _confirm(number, village, run_id)
    wait_for_the_other()
    lines = [Line(village.month.goods["牙刷"], 3)]
    with on(ACTS_FROM):
        try:
            run_in_transaction(
                lambda: store.redeem_goods(
                    till=village.month.till,
                    scan_id=scan_id,
                    redemption_key=f"scan-{scan_id}",
                    lines=lines,
                )
            )
        except DomainError as refusal:
            return [refusal.code]
    return ["bought"]


def _confirm_or_take_back(number: int, village: OldVillage, run_id: int) -> list[Any]:
    """One lets points expire, the other takes back the award that gave two of them."""
    if number == 1:
        return _confirm(number, village, run_id)
    wait_for_the_other()
    with on(ACTS_FROM):
        try:
            village.take_back("李秀英", date(2026, 10, 12))
        except DomainError as refusal:
            return [refusal.code]
    return ["taken back"]


@pytest.fixture
def village(each_app: Flask) -> OldVillage:
    return make_old_village()


@pytest.fixture
def run_id(village: OldVillage) -> int:
    with on(ACTS_FROM):
        return village.ask().id


def _left(village: OldVillage) -> int:
    assert checker.check() == []
    return village.month.points_of("王大山", Purpose.SPENDABLE)


def test_two_confirmations_post_once(village: OldVillage, run_id: int, fight: Fight) -> None:
    first, second = fight(_confirm, village, run_id)
    assert first == second
    assert _left(village) == 20
    assert books.balance(expired(village.id)) == 80


def test_points_are_spent_or_expire_never_both(
    village: OldVillage, run_id: int, fight: Fight
) -> None:
    card = issue_member_card(village.month.branch.people, "李秀英")
    with on(ACTS_FROM):
        scan_id = run_in_transaction(
            lambda: store.scan_card(till=village.month.till, card_code=card).id
        )
    _, (outcome,) = fight(_confirm_or_buy, village, run_id, scan_id)
    # Spent first, they were the oldest three, and nothing of this household is left to expire.
    assert outcome in ("bought", "insufficient_points")
    assert _left(village) == 20
    lost = books.balance(expired(village.id))
    assert lost == (50 if outcome == "bought" else 80)


def test_an_award_is_taken_back_or_expires(village: OldVillage, run_id: int, fight: Fight) -> None:
    """5 points: 1 of 5 October, 2 of 12 October, 2 of November. Whoever is first, none is below
    zero, and what is taken back first does not expire.
    """
    _, (outcome,) = fight(_confirm_or_take_back, village, run_id)
    assert outcome == "taken back"
    left, lost = _left(village), books.balance(expired(village.id))
    assert (left, lost) in [(20, 60), (0, 80)]
