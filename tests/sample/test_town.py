"""The sample town loads whole, the same each time, and its books hold."""

from datetime import date, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from app import create_app, sample
from app.claims import queries as claims
from app.extensions import db
from app.identity import queries as identity
from app.identity.domain import Role
from app.incentives.queries import computed_month
from app.kit import clock
from app.kit.month import Month
from app.ledger import queries as books
from app.ledger.queries import checker
from app.notices import queries as notices
from app.store import queries as store
from tests.conftest import settings_for

TODAY = date(2026, 11, 21)


@pytest.fixture
def town(app: Flask) -> Flask:
    with clock.stopped_at(clock.instant(TODAY, datetime(2026, 1, 1, 8).time())):  # noqa: DTZ001
        sample.load_town(TODAY)
    return app


def test_two_months_of_two_villages_hold(town: Flask) -> None:
    assert checker.check() == []
    for code in ("luxi", "shishan"):
        village = identity.village_by_code(code)
        (notice,) = notices.notices(village.id, published_only=True)
        assert (notice.month, notice.state) == ("2026-10", "settled")
        assert notices.verify(notice).holds
        assert [objection.decision for objection in notices.objections(notice.id)] == [
            "upheld",
            "rejected",
        ]
        opened = books.open_period(village.id)
        assert opened is not None
        assert opened.month == "2026-11"
    luxi = identity.village_by_code("luxi")
    (shop,) = store.stores(luxi.id)
    days = [date(2026, 11, day) for day in range(1, 21)]
    receipts = [receipt for day in days for receipt in store.receipts_of_day(shop.id, day)]
    assert len(receipts) >= 10
    states = sorted(claim.state for claim in claims.claims(luxi.id))
    assert states == ["approved", "asked_back", "in_review", "in_review"]
    waiting = [
        len(claims.waiting_for(luxi.id, account.id))
        for account, roles in identity.staff(luxi.id)
        if Role.GRID_WORKER in roles or Role.REVIEWER in roles
    ]
    assert sorted(waiting) == [0, 1, 1, 1]


def test_one_village_shows_linked_scores_and_bonuses(town: Flask) -> None:
    village = identity.village_by_code("luxi")
    result = computed_month(village.id, Month(2026, 10)).result
    assert any(grid.bonus for grid in result.grids)
    assert not all(grid.bonus for grid in result.grids)
    assert any(team.bonus for team in result.teams)
    assert any(score.term > 0 for score in result.linked)
    assert 0 < result.paid < result.pool


def test_it_comes_out_the_same(town: Flask, tmp_path: Path, sqlite_template: Path) -> None:
    first = _fingerprint()
    other = tmp_path / "other.db"
    other.write_bytes(sqlite_template.read_bytes())
    second_app = create_app(settings_for(f"sqlite:///{other}"))
    with second_app.app_context():
        with clock.stopped_at(clock.instant(TODAY, datetime(2026, 1, 1, 8).time())):  # noqa: DTZ001
            sample.load_town(TODAY)
        assert _fingerprint() == first
        db.engine.dispose()


def _fingerprint() -> list[object]:
    queries = (
        "SELECT id, digest FROM ledger_seal JOIN ledger_period ON id = period_id ORDER BY id",
        "SELECT id, kind, memo FROM ledger_entry ORDER BY id",
        "SELECT public_code, hex(pdf_sha256) FROM notice ORDER BY id",
    )
    return [tuple(row) for query in queries for row in db.session.execute(text(query))]


def test_the_command_loads_once_and_prints_the_sign_ins(town: Flask) -> None:
    printed = town.test_cli_runner().invoke(args=["sample", "town"])
    assert printed.exit_code == 0
    assert "Loading" not in printed.output
    for word in ("luxi-president", "luxi-organiser", "luxi-reviewer", "/k/K", "/t/T", "head bank"):
        assert word in printed.output
