"""Migrations are numbered, go up, down and up again, and match the models, on both databases."""

import re
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from app import create_app
from app.cli.database import alembic_config
from app.extensions import db
from tests.conftest import settings_for
from tests.support.postgres import PostgresServer

_MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.url(server.create_database())


def test_up_down_up_and_no_drift(empty_url: str) -> None:
    app = create_app(settings_for(empty_url))
    with app.app_context():
        command.upgrade(alembic_config(), "head")
        # Raises when the models and the migrated schema differ.
        command.check(alembic_config())
        command.downgrade(alembic_config(), "base")
        assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}
        command.upgrade(alembic_config(), "head")
        command.check(alembic_config())
        db.engine.dispose()


def test_numbers_have_no_gap_and_the_head_is_pinned() -> None:
    scripts = ScriptDirectory.from_config(alembic_config())
    revisions = [script.revision for script in scripts.walk_revisions()][::-1]
    assert [int(revision[:4]) for revision in revisions] == list(range(1, len(revisions) + 1))
    assert all(re.fullmatch(r"\d{4}_[a-z_]+", revision) for revision in revisions)
    pinned = (_MIGRATIONS / ".current-alembic-head").read_text().strip()
    assert pinned == revisions[-1] == scripts.get_current_head()
