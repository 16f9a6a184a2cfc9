"""Awards and closes at the same moment, in two processes, on both databases."""

from datetime import date
from typing import Any

from flask import Flask

from app.incentives import queries
from app.incentives.domain.postings import postings
from app.kit.errors import Conflict
from app.ledger import queries as books
from app.ledger.domain.accounts import bonus_pool
from app.ledger.domain.drafts import EntryKind
from app.ledger.queries import checker
from tests.incentives.village import OCTOBER, Village, make_village, on
from tests.support.ring import Fight, wait_for_the_other


def _close(_number: int, village: Village) -> list[Any]:
    wait_for_the_other()
    with on(25):
        return [village.close().id]


def _award_or_close(number: int, village: Village) -> list[Any]:
    """One gives points to the two households that the third grid lacks, the other closes."""
    if number == 2:
        return _close(number, village)
    wait_for_the_other()
    with on(25):
        return [village.award(name, 20, date(2026, 10, 24)) for name in ("0011甲", "0012甲")]


def _empty_or_close(number: int, village: Village) -> list[Any]:
    """One takes what is in the pool out of it, the other closes."""
    if number == 2:
        return _close(number, village)
    wait_for_the_other()
    with on(25):
        try:
            village.fill_pool(90, returns=True)
        except Conflict as refusal:
            return [refusal.code]
    return []


def _agrees(village: Village) -> None:
    """What October's rows give is what was posted, whoever was first."""
    found = queries.computed_month(village.id, OCTOBER)
    due = postings(found.result, village.id, OCTOBER)
    assert {posting.key for posting in due} == found.entry_ids.keys()
    assert checker.check() == []


def test_two_closes_post_once(each_app: Flask, fight: Fight) -> None:
    village = make_village()
    first, second = fight(_close, village)
    assert first == second
    assert books.balance(bonus_pool(village.id)) == 500 - 90
    _agrees(village)


def test_an_award_counts_in_the_month_that_it_reached(each_app: Flask, fight: Fight) -> None:
    village = make_village()
    fight(_award_or_close, village)
    november = books.period(village.id, OCTOBER.next).id
    awards = books.entries(village.id, period_id=november, kinds=[EntryKind.AWARD])
    late = sum(entry.occurred_on == date(2026, 10, 24) for entry in awards)
    grid = queries.computed_month(village.id, OCTOBER).result.grids[2]
    assert len(grid.took_part) == 3 - late
    assert grid.reached is (late < 2)
    _agrees(village)


def test_the_pool_is_given_out_or_taken_back_never_both(each_app: Flask, fight: Fight) -> None:
    village = make_village(pool=90)
    refused, _ = fight(_empty_or_close, village)
    assert refused in ([], ["bonus_pool_short"])
    paid = queries.computed_month(village.id, OCTOBER).result.paid
    assert paid == (90 if refused else 0)
    assert books.balance(bonus_pool(village.id)) == 0
    _agrees(village)
