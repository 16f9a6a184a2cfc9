"""Two steps of the month's end at the same time, on PostgreSQL."""

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
from app.kit.errors import Conflict
from app.kit.month import Month
from app.ledger import queries as books
from app.ledger import service as ledger
from app.ledger.domain.accounts import household_pending, household_spendable
from app.ledger.queries import checker
from app.notices import queries, service
from app.notices.domain import NoticePeriod
from app.rulebook import service as rulebook
from app.web.transaction import run_in_transaction
from tests.conftest import settings_for
from tests.notices.months import CLOSING_DAY, OCTOBER, at, make_month

_WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


@pytest.fixture
def app(postgres_url: str) -> Flask:
    return create_app(settings_for(postgres_url))


def _run(app: Flask, work: Callable[[], object]) -> None:
    with app.app_context():
        run_in_transaction(work)
        db.session.remove()


def _one_before_the_other(
    app: Flask, first: Callable[[], object], second: Callable[[], object]
) -> None:
    """Let the second begin when the first has done its work, and wait for its commit."""
    later = threading.Thread(target=_run, args=(app, second))

    def begin_the_second() -> None:
        first()
        later.start()
        while later.is_alive() and not db.session.scalar(_WAITING):
            time.sleep(0.01)

    _run(app, begin_the_second)
    later.join()


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
    with clock.stopped_at(at(date(2026, 11, 2))):
        _one_before_the_other(
            app,
            lambda: rulebook.reverse_award(
                award_id=wrong,
                village_id=month.id,
                actor_id=1,
                reason="异议1号",
                idempotency_key="correction",
            ),
            lambda: service.settle_notice(village_id=month.id, notice_id=notice_id, actor_id=1),
        )
    with app.app_context():
        household_id, _ = month.heads["0001"]
        assert books.balance(household_pending(month.id, household_id)) == 20
        assert books.balance(household_spendable(month.id, household_id)) == 20
        assert checker.check() == []
        db.session.remove()
        db.engine.dispose()


def test_who_publishes_second_finds_the_notice_frozen(app: Flask) -> None:
    """What was read of it before waiting for its lock said draft."""
    with app.app_context(), clock.stopped_at(at(CLOSING_DAY)):
        month = make_month()
        notice_id = month.close().id
        db.session.remove()
    refusals: list[str] = []

    def publish(days: int) -> None:
        read_before = queries.notice(month.id, notice_id)
        assert read_before.state == "draft"
        service.publish_notice(
            village_id=month.id,
            notice_id=notice_id,
            period=NoticePeriod.starting(CLOSING_DAY, days),
            actor_id=1,
        )

    def publish_again() -> None:
        try:
            publish(3)
        except Conflict as refused:
            refusals.append(refused.code)

    with clock.stopped_at(at(CLOSING_DAY)):
        _one_before_the_other(app, lambda: publish(7), publish_again)
    with app.app_context():
        notice = queries.notice(month.id, notice_id)
        assert refusals == ["notice_not_draft"]
        assert queries.notice_period(notice) == NoticePeriod.starting(CLOSING_DAY, 7)
        db.session.remove()
        db.engine.dispose()


def test_a_close_that_waited_for_another_closes_as_a_whole(app: Flask) -> None:
    """November's is asked for while October's is under way; it computes its bonuses too."""
    with app.app_context(), clock.stopped_at(at(CLOSING_DAY)):
        month = make_month()
        db.session.remove()

    def close(which: Month) -> None:
        service.close_month(village_id=month.id, month=which, actor_id=1)

    with clock.stopped_at(at(CLOSING_DAY)):
        _one_before_the_other(app, lambda: close(OCTOBER), lambda: close(OCTOBER.next))
    with app.app_context():
        kept = db.session.scalars(text("SELECT month FROM incentive_month ORDER BY month")).all()
        assert kept == ["2026-10", "2026-11"]
        assert [each.month for each in queries.notices(month.id)] == ["2026-11", "2026-10"]
        assert checker.check() == []
        db.session.remove()
        db.engine.dispose()
