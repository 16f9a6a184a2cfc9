"""Bringing the database to the present schema."""

from pathlib import Path

import click
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from flask.cli import with_appcontext

from app.extensions import db

_PROJECT = Path(__file__).resolve().parent.parent.parent


def alembic_config() -> Config:
    """Alembic's settings from pyproject.toml."""
    return Config(toml_file=_PROJECT / "pyproject.toml")


@click.command("db-upgrade")
@with_appcontext
def db_upgrade() -> None:
    """Migrate the database to the newest schema."""
    click.echo(f"Schema {upgrade_schema()}")


def upgrade_schema() -> str:
    """Migrate to the newest schema, which costs next to nothing when it is there; its name."""
    head = (_PROJECT / "migrations" / ".current-alembic-head").read_text().strip()
    with db.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current != head:
        command.upgrade(alembic_config(), "head")
    return head
