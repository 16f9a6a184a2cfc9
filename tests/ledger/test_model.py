"""Long random lives of two villages' books on both databases, beside a model of them.

Every run lives the same lives. LEDGER_MODEL_LIVES=500 lives that many others, each three times as
long.
"""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from app import create_app
from app.extensions import db
from app.kit.ids import use_node
from app.ledger.domain.drafts import EntryKind
from app.ledger.service import periods
from tests.conftest import settings_for
from tests.ledger.model.layout import SECRET
from tests.ledger.model.machine import BONUSES, CHANGES, LAST, STOCK_WAYS, LedgerMachine
from tests.ledger.model.twins import Twins

_LIVES = int(os.environ.get("LEDGER_MODEL_LIVES", "0"))


@pytest.fixture
def twins(sqlite_url: str, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Twins]:
    """One application on each database."""
    monkeypatch.setattr(periods, "new_secret", lambda: SECRET)
    apps = [create_app(settings_for(url)) for url in (sqlite_url, postgres_url)]
    yield Twins(apps)
    use_node(None)
    for app in apps:
        with app.app_context():
            db.engine.dispose()


def test_books_on_both_databases_live_as_their_model(twins: Twins) -> None:
    def begin() -> LedgerMachine:
        return LedgerMachine(twins)

    run_state_machine_as_test(
        begin,  # type: ignore[arg-type]
        settings=settings(
            max_examples=_LIVES or 5,
            stateful_step_count=120 if _LIVES else 40,
            derandomize=not _LIVES,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink] if _LIVES else [Phase.generate],
        ),
    )


def test_a_month_in_which_everything_happens(twins: Twins) -> None:
    """Each event once where it stands, whatever the random lives come across."""
    life = LedgerMachine(twins)
    life.begin(budget=500, points=80, both=True)
    for pool in ("pool 1", "bonus"):
        life.reserve(0, pool, 60, back=False)
    life.reserve(0, "pool 1", 5, back=True)
    life.award(0, 1, 20, "budget", "member")
    life.award(0, 2, 15, "pool 1", "home")
    life.time_goes_by(600, ahead=3600)
    life.award_many(0, [(1, 5), (2, 6), (3, 7)], each=True, twin="same")
    life.record_head(0)
    life.time_goes_by(60, ahead=-3600)
    for kind in BONUSES:
        life.bonus(0, kind, [4, 3, 2])
    life.move_points(0, 1, 3, "linked_score")
    life.move_points(0, 1, 12, "hold")
    for points_way in ("hold_release", "activity_payment", "expiry", "deduction"):
        life.move_points(0, 1, 3, points_way)
    for between_households in ("move", "succession"):
        life.move_points(0, 2, 3, between_households)
    for stock_way in STOCK_WAYS:
        life.move_goods(0, 1, 1, stock_way)
    life.redeem(0, 1, 8, reserved=False, goods=[(1, 3), (2, 2)])
    life.redeem(0, 1, 3, reserved=True, goods=[(1, 1)])
    life.redeem(0, 2, 5, reserved=False, goods=[])
    life.move_points(0, 1, 4, "store_settlement")
    life.return_part(0, [3], any_kind=False)
    life.return_part(1, [2, 1], any_kind=False)
    life.return_part(1, [2], any_kind=False)
    life.void(0, goods_back=True)
    life.void(1, goods_back=True)
    life.move_away(1, 10, village=0)
    life.reverse(0, 3)
    _what_comes_after(life)
    life.teardown()
    assert {kind.value for kind in EntryKind} | {
        "stock_in again", "reversal again", "idempotency_mismatch", "insufficient_balance",
        "balance_ceiling", "more_than_original", "partly_returned",
    } <= life.life.outcomes.keys()  # fmt: skip


def _what_comes_after(life: LedgerMachine) -> None:
    """Settling, repeating, reaching limits, closing."""
    life.settle(0, at_once=True)
    life.take_back(0)
    life.time_goes_by(600, ahead=0)
    life.repeat(5, None, elsewhere=False, each=True)
    life.repeat(5, CHANGES[1], elsewhere=True, each=False)
    life.repeat_reversal(0)
    life.award(0, 1, 9, "budget", "member")
    life.set_ceiling(0, "pending 1", room=2)
    life.award(0, 1, 3, "budget", "member")
    for way in LAST:
        life.take_the_last(0, way, beyond=True)
        life.take_the_last(0, way, beyond=False)
    life.close(0)
    life.close_by_name(0, "2026-10")
    life.award(0, 3, 2, "budget", "home")
