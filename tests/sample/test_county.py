"""A county loads whole or not at all, the same everywhere, with books that the services would have
written.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from app import create_app
from app.extensions import db
from app.identity import queries as identity
from app.identity.models import Town, Village
from app.kit import clock
from app.kit.ids import IdSource, drawn_from
from app.kit.month import Month
from app.ledger import queries as books
from app.ledger import service as ledger
from app.ledger.domain.accounts import Address
from app.ledger.domain.canonical import EntryRow
from app.ledger.domain.drafts import EntryDraft, EntryKind
from app.ledger.models import LedgerAccount, LedgerBalance, LedgerTransfer
from app.ledger.queries import checker
from app.ledger.queries.accounts import address_columns, to_address
from app.ledger.queries.seals import closing_rows
from app.ledger.service import periods
from app.notices.queries.figures import village_month
from app.sample.county import CountyShape, DatabaseNotEmptyError, load_county, village_code
from app.sample.county.shape import FIRST_MONTH
from app.web.transaction import run_in_transaction
from tests.conftest import settings_for

SHAPE = CountyShape(villages=3, months=2, households=15, sessions=4, seats=12, redemptions=6)


def _load(shape: CountyShape = SHAPE, *, processes: int = 0) -> list[tuple[str, int, int]]:
    """The steps that were told."""
    steps: list[tuple[str, int, int]] = []
    load_county(shape, processes=processes, progress=lambda *step: steps.append(step))
    return steps


def _digests() -> list[tuple[int, bytes]]:
    return [
        (seal.period_id, seal.digest)
        for village in identity.villages()
        for seal in books.seals(village.id)
    ]


def test_its_books_hold_and_its_pages_have_something_to_show(each_app: Flask) -> None:
    steps = _load()
    assert ("Villages", 3, 3) in steps
    assert checker.check() == []
    villages = identity.villages()
    assert [village.code for village in villages] == [village_code(index) for index in range(3)]
    for village in villages:
        kinds = {entry.kind for entry in books.entries(village.id)}
        assert {
            EntryKind.GRANT, EntryKind.AWARD, EntryKind.POOL_RESERVE, EntryKind.POOL_RETURN,
            EntryKind.SETTLE, EntryKind.STOCK_IN, EntryKind.REDEMPTION, EntryKind.GOODS_OUT,
        } <= kinds  # fmt: skip
        month = village_month(village.id, FIRST_MONTH.next)
        assert len(month.households) == SHAPE.households
        assert month.village.added > 0
        assert month.village.redeemed > 0
        opened = books.open_period(village.id)
        assert opened is not None
        assert opened.month == str(SHAPE.open_month)
        assert books.entries(village.id, period_id=opened.id, kinds={EntryKind.AWARD})


def test_it_comes_out_the_same_on_both_databases(app: Flask, postgres_url: str) -> None:
    """And whether one process made the villages or several."""
    _load()
    expected = _digests()
    assert len(expected) == SHAPE.villages * SHAPE.months
    other = create_app(settings_for(postgres_url))
    with other.app_context():
        _load(processes=2)
        assert _digests() == expected
        db.session.remove()
        db.engine.dispose()


def test_another_seed_gives_another_county(app: Flask, other_app: Callable[[], Flask]) -> None:
    _load()
    expected = {digest for _, digest in _digests()}
    with other_app().app_context():
        _load(replace(SHAPE, seed=2))
        assert not expected & {digest for _, digest in _digests()}


def test_the_services_would_have_written_the_same(
    app: Flask, other_app: Callable[[], Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Posting the same drafts and closing the same months, under the same secrets, gives the same
    digests and balances.
    """
    _load(replace(SHAPE, villages=1, households=8, sessions=3, seats=6, redemptions=3))
    (village,) = identity.villages()
    lived = _Lived(village)
    secrets = iter(seal.secret for seal in books.seals(village.id))
    monkeypatch.setattr(periods, "new_secret", lambda: next(secrets))
    with other_app().app_context():
        _live_again(lived)
        assert _Lived(village).seals == lived.seals
        assert _Lived(village).closings == lived.closings
        assert _Lived(village).balances == lived.balances
        assert _Lived(village).heads == lived.heads


class _Lived:
    """What a village's book holds, without the ids of its accounts and periods."""

    def __init__(self, village: Village) -> None:
        self.village = village
        self.town = identity.town(village.town_id)
        months = list(books.periods(village.id))
        self.months = [
            (
                Month.parse(period.month),
                period.opened_at,
                period.closed_at,
                books.entries(village.id, period_id=period.id),
            )
            for period in months
        ]
        self.heads = [period.head_entry_id for period in months]
        self.seals = [seal.digest for seal in books.seals(village.id)]
        self.closings = [closing_rows(period.id) for period in months]
        self.balances: dict[Address, tuple[int, int, int | None, int | None]] = {
            to_address(row[:5]): (row.balance, row.version, row.floor, row.ceiling)
            for row in db.session.execute(
                select(
                    *address_columns(LedgerAccount), LedgerBalance.balance,
                    LedgerBalance.version, LedgerBalance.floor, LedgerBalance.ceiling,
                ).join(LedgerBalance, LedgerBalance.account_id == LedgerAccount.id)
            )
        }  # fmt: skip
        db.session.expunge_all()


def _live_again(lived: _Lived) -> None:
    """Through the services, entry by entry and month by month."""
    village, town = lived.village, lived.town
    run_in_transaction(lambda: _copy(town))
    run_in_transaction(lambda: _copy(village))
    with clock.stopped_at(lived.months[0][1]):
        run_in_transaction(lambda: ledger.open_book(village.id, first_month=lived.months[0][0]))
    for month, _, closed_at, entries in lived.months:
        named = {address for row in entries for moved in row.transfers for address in moved[1:3]}
        run_in_transaction(lambda named=named: ledger.open_accounts(named))  # type: ignore[misc]
        for row in entries:
            with clock.stopped_at(row.posted_at), drawn_from(_Script(row)):
                (posted,) = run_in_transaction(lambda row=row: ledger.post([_draft(row)]))  # type: ignore[misc]
            assert posted.entry_id == row.id
        if closed_at is not None:
            with clock.stopped_at(closed_at):
                run_in_transaction(
                    lambda month=month: ledger.close_period(village.id, month=month)  # type: ignore[misc]
                )


class _Script(IdSource):
    """The ids that an entry and its transfers had."""

    def __init__(self, row: EntryRow) -> None:
        super().__init__()
        self._ids = iter([row.id, *(moved.id for moved in row.transfers)])

    def take(self, count: int, after: int = 0) -> Sequence[int]:
        found = [next(self._ids) for _ in range(count)]
        assert found == sorted(found)
        assert found[0] > after
        return found


def _draft(row: EntryRow) -> EntryDraft:
    return EntryDraft(
        village_id=row.village_id,
        kind=EntryKind(row.kind),
        occurred_on=row.occurred_on,
        actor_id=row.actor_id,
        idempotency_key=row.idempotency_key,
        transfers=row.drafts,
        rule_version_id=row.rule_version_id,
        memo=row.memo,
    )


def _copy(place: Town | Village) -> None:
    columns = type(place).__table__.columns
    db.session.add(type(place)(**{column.name: getattr(place, column.name) for column in columns}))


@pytest.fixture
def other_app(sqlite_template: Path, tmp_path: Path) -> Iterator[Callable[[], Flask]]:
    """Makes the application on a second, empty SQLite database."""
    made: list[Flask] = []

    def make() -> Flask:
        shutil.copy(sqlite_template, tmp_path / "other.db")
        made.append(create_app(settings_for(f"sqlite:///{tmp_path / 'other.db'}")))
        return made[-1]

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()


@pytest.mark.parametrize("each_app", ["postgresql"], indirect=True)
def test_the_tables_are_guarded_afterwards_as_before(each_app: Flask) -> None:
    guards = _guards()
    db.session.rollback()
    steps = _load()
    assert _guards() == guards
    assert steps[-1] == ("Indexes", len(guards), len(guards))


@pytest.mark.parametrize("each_app", ["postgresql"], indirect=True)
def test_a_load_that_breaks_off_leaves_nothing(each_app: Flask) -> None:
    guards = _guards()
    db.session.rollback()

    def break_off(phase: str, done: int, total: int) -> None:
        if (phase, done) == ("Indexes", 5):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_county(SHAPE, processes=0, progress=break_off)
    assert _guards() == guards
    assert identity.villages() == []


def _guards() -> set[str]:
    """Every key, reference and index, as PostgreSQL words it."""
    return set(
        db.session.scalars(
            text(
                "SELECT conname || pg_get_constraintdef(oid) || convalidated FROM pg_constraint "
                "WHERE contype IN ('p', 'u', 'f') AND connamespace = 'public'::regnamespace "
                "AND conrelid <> 'alembic_version'::regclass "
                "UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' "
                "AND indexname NOT IN (SELECT conname FROM pg_constraint)"
            )
        )
    )


def test_a_filled_database_is_refused_and_left_alone(each_app: Flask) -> None:
    _load()
    digests, rows = _digests(), db.session.scalar(select(func.count()).select_from(LedgerTransfer))
    db.session.rollback()
    with pytest.raises(DatabaseNotEmptyError, match="holds rows already"):
        _load(replace(SHAPE, seed=2))
    assert _digests() == digests
    assert db.session.scalar(select(func.count()).select_from(LedgerTransfer)) == rows


def test_the_command_loads_once(app: Flask) -> None:
    run = app.test_cli_runner().invoke
    size = ["--villages", "2", "--months", "1", "--households", "6"]
    loaded = run(args=["sample", "county", *size])
    assert loaded.exit_code == 0, loaded.output
    assert "2 villages, 12 households, " in loaded.output
    again = run(args=["sample", "county", *size])
    assert again.exit_code == 1
    assert "empty database only" in again.output


def test_production_takes_no_invented_people(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(app.extensions["settings"], production=True)
    monkeypatch.setitem(app.extensions, "settings", settings)
    refused = app.test_cli_runner().invoke(args=["sample", "county"])
    assert refused.exit_code == 1
    assert "production" in refused.output
    assert identity.villages() == []
