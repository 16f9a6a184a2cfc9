"""Applications on real, migrated databases, and clients signed in by role."""

import functools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic import command
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import NullPool, create_engine

from app import create_app
from app.cli.database import alembic_config
from app.config import Settings
from app.extensions import db
from tests.factories.places import Places, make_places
from tests.support.clients import PageClient, RequestClient
from tests.support.postgres import PostgresServer

pytest_plugins = ["tests.support.fixtures", "tests.support.no_skips"]

TEST_MASTER_KEY = bytes(range(32))


def settings_for(database_url: str) -> Settings:
    """Settings of an application under test."""
    return Settings(
        production=False,
        database_url=database_url,
        secret_key="tests only",
        master_key=TEST_MASTER_KEY,
        public_url="http://localhost",
        node_id=None,
    )


def migrate(database_url: str) -> None:
    """Bring an empty database to the newest schema by the migrations themselves."""
    app = create_app(settings_for(database_url))
    with app.app_context():
        command.upgrade(alembic_config(), "head")
        db.engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file; tests get copies."""
    path = tmp_path_factory.mktemp("template") / "points.db"
    migrate(f"sqlite:///{path}")
    with create_engine(f"sqlite:///{path}", poolclass=NullPool).connect() as connection:
        # Folds the write-ahead log into the one file that is copied.
        connection.exec_driver_sql("PRAGMA journal_mode = DELETE")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> str:
    """The name of a migrated, empty PostgreSQL database; tests get copies."""
    name = postgres.create_database()
    migrate(postgres.url(name))
    return name


@pytest.fixture
def sqlite_url(
    sqlite_template: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """Address of a migrated SQLite database of this test's own; it is the same for every test.

    The address is a link to the test's own file. A file put in the place of the last test's would
    lose its write-ahead log to any connection of that test still open: SQLite deletes the log by
    its path when the last connection closes.
    """
    shutil.copy(sqlite_template, tmp_path / "points.db")
    link = tmp_path_factory.getbasetemp() / "points.db"
    link.unlink(missing_ok=True)
    link.symlink_to(tmp_path / "points.db")
    return f"sqlite:///{link}"


@pytest.fixture
def postgres_url(postgres: PostgresServer, postgres_template: str) -> Iterator[str]:
    """Address of a migrated PostgreSQL database of this test's own, the same for every test."""
    name = postgres.create_database(postgres_template, name="points")
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture
def app(sqlite_url: str) -> Iterator[Flask]:
    """The application on SQLite, inside its context."""
    yield from _running(sqlite_url)


@pytest.fixture(params=["sqlite", "postgresql"])
def each_app(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application inside its context, once on each database."""
    fixture = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    yield from _running(request.getfixturevalue(fixture))


def _running(database_url: str) -> Iterator[Flask]:
    app = _application(database_url)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@functools.cache
def _application(database_url: str) -> Flask:
    """One application for all tests on an address: building it takes longer than most of them.

    A test that changes the application itself makes its own.
    """
    app = create_app(settings_for(database_url))
    app.testing = True
    app.test_client_class = RequestClient
    return app


@pytest.fixture
def places(app: Flask) -> Places:
    """A town with two villages and one member of staff per role, on SQLite."""
    return make_places()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client that is not signed in."""
    return app.test_client()


@pytest.fixture
def page_client(app: Flask) -> Callable[[str | None], PageClient]:
    """Makes browser-like clients: `page_client(token)` or `page_client(None)`."""
    return lambda token: PageClient(app, token)
