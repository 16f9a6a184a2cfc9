"""Commands: parse, call a service, show progress, print."""

from flask import Flask

from .activities import grant_quota, import_themes
from .database import db_upgrade
from .expiry import expiry
from .goods import import_goods
from .imports import imports
from .incentives import incentives
from .ledger import ledger
from .months import month
from .places import place, staff
from .proofs import export_book, prove
from .rule_books import import_rule_book
from .sample import sample

COMMANDS = (
    db_upgrade, expiry, grant_quota, imports, incentives, ledger, month, place, sample, staff,
)  # fmt: skip


def register(app: Flask) -> None:
    """Add every command to `flask --app wsgi`."""
    imports.add_command(import_goods)
    imports.add_command(import_themes)
    imports.add_command(import_rule_book)
    ledger.add_command(prove)
    ledger.add_command(export_book)
    for command in COMMANDS:
        app.cli.add_command(command)
