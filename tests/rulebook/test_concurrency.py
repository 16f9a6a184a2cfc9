"""Two award one household or member against its cap at the same time; nothing goes above it."""

import threading
import time
from datetime import date
from functools import partial

import pytest
from sqlalchemy import text

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
from tests.support.ring import Fight, wait_for_the_other

_ROUNDS = 4
# Two awards of 15 a round: the third round crosses the cap of the month.
_CAP = 80
_WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


def _award(village_id: int, rule_id: int, household_id: int, key: str) -> int:
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
        source_id=1,
        idempotency_key=key,
        actor_id=7,
    )
    return service.award([request])[0].granted


def _make_village() -> tuple[int, int]:
    village_id = make_places().village_id
    open_book(village_id, month=Month(2026, 10), budget_tenths=10_000)
    rule_id = queries.rule_by_code(adopt_rules(village_id), "ZY01").id
    db.session.rollback()
    return village_id, rule_id


def _check_cap(village_id: int, households: tuple[int, int]) -> None:
    held = sum(books.balance(household_pending(village_id, each)) for each in {*households})
    assert held == _CAP
    assert len(queries.awards(village_id)) == 2 * _ROUNDS
    assert checker.check() == []


@pytest.mark.parametrize("households", [(1, 1), (1, 2)], ids=["one household", "two households"])
def test_an_award_waits_for_another_that_is_not_committed(
    postgres_url: str, households: tuple[int, int]
) -> None:
    """Every round the second begins when the first has read, posted and not yet committed.

    The member counts in both households: locking the households would not do.
    """
    app = create_app(settings_for(postgres_url))
    with app.app_context():
        village_id, rule_id = _make_village()
        # Opening an account for the first time would make the two take turns anyway.
        for each in {*households}:
            run_in_transaction(partial(_award, village_id, rule_id, each, f"opens {each}"))

        def award_second(key: str) -> None:
            with app.app_context():
                run_in_transaction(partial(_award, village_id, rule_id, households[1], key))
                db.session.remove()

        def award_while_another_starts(second: threading.Thread, key: str) -> None:
            _award(village_id, rule_id, households[0], key)
            second.start()
            while second.is_alive() and not db.session.scalar(_WAITING):
                time.sleep(0.01)

        for number in range(_ROUNDS):
            second = threading.Thread(target=award_second, args=(f"second {number}",))
            run_in_transaction(partial(award_while_another_starts, second, f"first {number}"))
            second.join()
        held = sum(books.balance(household_pending(village_id, each)) for each in {*households})
        assert held == _CAP
        assert checker.check() == []
        db.session.remove()
        db.engine.dispose()


def _award_often(
    process: int, village_id: int, rule_id: int, households: tuple[int, int]
) -> list[None]:
    """One process: it meets the other before every award."""
    for number in range(_ROUNDS):
        key = f"process {process} number {number}"
        wait_for_the_other()
        run_in_transaction(partial(_award, village_id, rule_id, households[process - 1], key))
    return []


@pytest.mark.parametrize("households", [(1, 1), (1, 2)], ids=["one household", "two households"])
def test_two_processes_award_at_once(fight: Fight, households: tuple[int, int]) -> None:
    """On SQLite the write lock of the database makes them take turns, and no award is lost."""
    village_id, rule_id = _make_village()
    fight(_award_often, village_id, rule_id, households)
    _check_cap(village_id, households)
