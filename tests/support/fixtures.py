"""Fixtures around the throw-away servers and browsers."""

from collections.abc import Iterator

import pytest

from tests.support.postgres import PostgresServer, run_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One server for each test process; a test makes a database of its own in it."""
    with run_postgres() as server:
        yield server
