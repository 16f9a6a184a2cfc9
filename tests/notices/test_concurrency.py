"""A correction and the settling of its notice at the same time, on PostgreSQL."""

import threading
import time
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import text

from app import create_app
from app.extensions import db
from app.kit import clock
from app.ledger import queries as books
from app.ledger import service as ledger
from app.ledger.domain.accounts import household_pending, household_spendable
from app.ledger.queries import checker
from app.notices import queries, service
from app.rulebook import service as rulebook
from app.web.transaction import run_in_transaction
from tests.conftest import settings_for
from tests.notices.months import CLOSING_DAY, at, make_month

_WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


@pytest.fixture
def app(postgres_url: str) -> Flask:
    return create_app(settings_for(postgres_url))


def _run(app: Flask, work: Callable[[], object]) -> None:
    with app.app_context():
        run_in_transaction(work)
        db.session.remove()


def test_settling_waits_for_a_correction_and_leaves_out_what_it_took_back(app: Flask) -> None:
    """0001 earned 2 + 2 in October and 2 in November; one of October's is being taken back."""
    with app.app_context(), clock.stopped_at(at(CLOSING_DAY)):
        month = make_month()
        notice_id = month.publish(month.close()).id
        wrong = queries.award_choices(queries.notice(month.id, notice_id), "1")[0].award_id
        month.award("0001", "CW04", date(2026, 10, 28))
        # Opening an account for the first time would make the two take turns anyway.
        spendable = [household_spendable(month.id, each) for each, _ in month.heads.values()]
        run_in_transaction(lambda: ledger.hold_accounts(month.id, spendable))
        db.session.remove()
    settling = threading.Thread(
        target=_run,
        args=(
            app,
            lambda: service.settle_notice(village_id=month.id, notice_id=notice_id, actor_id=1),
        ),
    )

    def correct_while_settling_starts() -> None:
        rulebook.reverse_award(
            award_id=wrong,
            village_id=month.id,
            actor_id=1,
            reason="异议1号",
            idempotency_key="correction",
        )
        settling.start()
        while settling.is_alive() and not db.session.scalar(_WAITING):
            time.sleep(0.01)

    with clock.stopped_at(at(date(2026, 11, 2))):
        _run(app, correct_while_settling_starts)
        settling.join()
    with app.app_context():
        household_id, _ = month.heads["0001"]
        assert books.balance(household_pending(month.id, household_id)) == 20
        assert books.balance(household_spendable(month.id, household_id)) == 20
        assert checker.check() == []
        db.session.remove()
        db.engine.dispose()
