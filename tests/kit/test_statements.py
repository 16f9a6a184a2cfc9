"""Statements that the driver runs alone behave as if SQLAlchemy ran them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import NullPool, bindparam, create_engine, insert, select, text
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from app import create_app
from app.extensions import db
from app.identity.models import GuessCounter, Town
from app.kit.db import among_given, table_of
from app.kit.statements import Prepared
from tests.conftest import settings_for

_COUNTER = table_of(GuessCounter)
_ADD = Prepared(insert(_COUNTER), columns=_COUNTER.c.keys())
_SOME = Prepared(
    select(_COUNTER.c.subject, _COUNTER.c.blocked_until.label("until"))
    .where(
        _COUNTER.c.subject.in_([bindparam("one"), bindparam("other")]),
        _COUNTER.c.failures >= bindparam("failures"),
        _COUNTER.c.failures < 9,
    )
    .order_by(_COUNTER.c.subject)
)
_MOMENT = datetime(2026, 10, 12, 8, 30, 0, 250, tzinfo=UTC)


def _add(*subjects: str) -> None:
    counters = [{"subject": each, "failures": 3, "blocked_until": _MOMENT} for each in subjects]
    _ADD.run(db.session, *counters)


def test_values_go_in_and_come_out_as_their_types_say(each_app: Flask) -> None:
    _add("a")
    _add("b", "c")
    _add("d")
    found = _SOME.rows(db.session, one="a", other="c", failures=3)
    assert [(row.subject, row.until) for row in found] == [("a", _MOMENT), ("c", _MOMENT)]


def test_ids_in_a_list_are_one_value(each_app: Flask) -> None:
    towns = table_of(Town)
    named = Prepared(select(towns.c.code).where(among_given(towns.c.id, "ids")))
    add = Prepared(insert(towns), columns=towns.c.keys())
    add.run(
        db.session, *({"id": each, "code": str(each), "name": "镇"} for each in (1, 2, 1 << 60))
    )
    for ids in ([1 << 60], [1, 2], {2: "two"}.keys(), []):
        assert [row.code for row in named.rows(db.session, ids=ids)] == [str(each) for each in ids]
    assert named.first(db.session, ids=[3]) is None


def test_a_missing_value_is_never_that_of_another_run(each_app: Flask) -> None:
    _SOME.rows(db.session, one="a", other="a", failures=3)
    with pytest.raises((KeyError, ProgrammingError), match="failures"):
        _SOME.rows(db.session, one="a", other="a")


def test_a_constraint_is_told_as_sqlalchemy_tells_it(each_app: Flask) -> None:
    _add("a")
    with pytest.raises(IntegrityError):
        _add("a")
    db.session.rollback()
    with pytest.raises(IntegrityError):
        _add("b", "b")
    db.session.rollback()
    assert _SOME.rows(db.session, one="a", other="b", failures=0) == []


def test_a_broken_connection_is_thrown_away_with_its_idle_neighbours(postgres_url: str) -> None:
    app = create_app(settings_for(postgres_url))
    with app.app_context():
        db.engine.connect().close()
        pool = db.engine.pool
        driver: Any = db.session.connection().connection.driver_connection
        with create_engine(db.engine.url, poolclass=NullPool).connect() as another:
            cut = text("SELECT pg_terminate_backend(:pid, 10000)")
            another.execute(cut, {"pid": driver.info.backend_pid})
        with pytest.raises(OperationalError) as failure:
            _SOME.rows(db.session, one="a", other="a", failures=3)
        assert failure.value.connection_invalidated
        assert db.engine.pool is not pool
        db.session.rollback()
        assert _SOME.rows(db.session, one="a", other="a", failures=3) == []
        db.session.remove()
        db.engine.dispose()
