"""Alembic's entry: runs the numbered migrations on the application's own engine."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

from app import create_app
from app.extensions import db
from app.kit.db import Base, UtcDateTime

_LOCK_SECONDS = 5


def render_type(kind: str, item: object, _context: object) -> str | bool:
    """Write our own column type as the plain one, so that a migration never imports the app."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def migrate(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # A migration that has to wait for a long reader fails instead of stopping the village.
        connection.execute(text(f"SET lock_timeout = '{_LOCK_SECONDS}s'"))
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=False,
        compare_type=True,
        render_item=render_type,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def run() -> None:
    given = context.config.attributes.get("connection")
    if given is not None:
        migrate(given)
        return
    app = current_app if current_app else create_app()
    with app.app_context(), db.engine.connect() as connection:
        migrate(connection)


run()
