"""Two processes award one household against its cap; nothing goes above it."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from datetime import date

from flask import Flask

from app import create_app
from app.extensions import db
from app.kit.month import Month
from app.kit.points import Tenths
from app.ledger import queries as books
from app.ledger.domain.accounts import household_pending, issuance
from app.ledger.queries import checker
from app.rulebook import queries, service
from app.rulebook.domain.awards import AwardRequest
from app.web.transaction import run_in_transaction
from tests.conftest import settings_for
from tests.factories.places import make_places
from tests.factories.rulebooks import adopt_rules, open_book

_AWARDS_EACH = 8


def _award_often(database_url: str, village_id: int, rule_id: int, household_id: int) -> int:
    """One process: many awards to one member, by way of one of two households."""
    app = create_app(settings_for(database_url))
    granted = 0
    with app.app_context():
        for number in range(_AWARDS_EACH):
            request = AwardRequest(
                village_id=village_id,
                rule_id=rule_id,
                member_id=11,
                household_id=household_id,
                occurred_on=date(2026, 10, 9),
                points_asked=Tenths(15),
                # No balance is kept of it, so this account does not make the awards take turns.
                from_account=issuance(village_id),
                source_kind="session",
                source_id=number,
                idempotency_key=f"household {household_id} number {number}",
                actor_id=7,
            )
            granted += run_in_transaction(lambda: service.award([request]))[0].granted  # noqa: B023
        db.session.remove()
        db.engine.dispose()
    return granted


def _fight(app: Flask, households: tuple[int, int]) -> tuple[int, int, list[int]]:
    village_id = make_places().village_id
    open_book(village_id, month=Month(2026, 10), budget_tenths=10_000)
    rule_id = queries.rule_by_code(adopt_rules(village_id), "ZY01").id
    database_url = app.config["SQLALCHEMY_DATABASE_URI"]
    db.session.rollback()
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        running = [
            pool.submit(_award_often, database_url, village_id, rule_id, household_id)
            for household_id in households
        ]
        granted = [each.result(timeout=120) for each in running]
    held = sum(books.balance(household_pending(village_id, each)) for each in {*households})
    return held, len(queries.awards(village_id)), granted


def test_one_household(each_app: Flask) -> None:
    held, awards, granted = _fight(each_app, (1, 1))
    assert (held, awards) == (80, _AWARDS_EACH)
    # The second to use a key is told what the first was granted.
    assert granted == [80, 80]
    assert checker.check() == []


def test_a_member_who_counts_in_two_households(each_app: Flask) -> None:
    held, awards, granted = _fight(each_app, (1, 2))
    assert (held, awards, sum(granted)) == (80, 2 * _AWARDS_EACH, 80)
    assert checker.check() == []
