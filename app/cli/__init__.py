"""Commands: parse, call a service, show progress, print."""

from flask import Flask

from . import database

GROUPS = (database.db_upgrade,)


def register(app: Flask) -> None:
    """Add every command to `flask --app wsgi`."""
    for group in GROUPS:
        app.cli.add_command(group)
