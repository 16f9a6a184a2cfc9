"""Commands: parse, call a service, show progress, print."""

from flask import Flask

from .database import db_upgrade
from .imports import imports
from .ledger import ledger

COMMANDS = (db_upgrade, imports, ledger)


def register(app: Flask) -> None:
    """Add every command to `flask --app wsgi`."""
    for command in COMMANDS:
        app.cli.add_command(command)
