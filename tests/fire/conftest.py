"""Callers and servers for the tests of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import migrate
from tests.fire.arena import Arena, opened_arena
from tests.fire.crowd import Crowd, gathered
from tests.fire.load import CALLERS
from tests.support.postgres import PostgresServer


@pytest.fixture
def crowd(tmp_path: Path) -> Iterator[Crowd]:
    """Callers in processes of their own."""
    with gathered(CALLERS, tmp_path) as callers:
        yield callers


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def arena(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Arena]:
    """The village of the hammer, once on each database."""
    folder = tmp_path_factory.mktemp("arena")
    if request.param == "sqlite":
        url = f"sqlite:///{folder / 'points.db'}"
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.url(server.create_database())
    migrate(url)
    with opened_arena(url, folder) as made:
        yield made
