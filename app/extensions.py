"""Extensions without an application, and how each database is opened."""

import sqlite3
from typing import Any

import pysqlite3.dbapi2
from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, event

from .config import Settings

# Tables derive from kit.db.Base directly; Flask-SQLAlchemy gives the engine and the session.
db = SQLAlchemy()

# SQLite 3.7.0 to 3.51.2 can lose committed pages when the write-ahead log is reset
# (https://sqlite.org/wal.html#walresetbug), so the bundled library is used instead of the
# system's, and an older one is refused.
_SQLITE_VERSION_MIN = (3, 51, 3)
_SQLITE_BUSY_SECONDS = 30


def settings() -> Settings:
    """The settings of the running application."""
    found: Settings = current_app.extensions["settings"]
    return found


def engine_options(database_url: str) -> dict[str, Any]:
    """Options of the engine for one database address."""
    if database_url.startswith("sqlite"):
        if pysqlite3.dbapi2.sqlite_version_info < _SQLITE_VERSION_MIN:
            raise RuntimeError("the SQLite library is older than 3.51.3 and may lose data")
        return {
            "module": pysqlite3.dbapi2,
            "connect_args": {"timeout": _SQLITE_BUSY_SECONDS, "check_same_thread": False},
        }
    # Four threads a worker and one spare: more connections only lengthen lock queues.
    return {"pool_size": 5, "max_overflow": 5, "pool_pre_ping": True}


def init_database(app: Flask) -> None:
    """Bind the database to the application and set up each new connection."""
    db.init_app(app)
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)


def _configure_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own transaction control is switched off; `_begin_sqlite` says BEGIN.
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        # FULL, not NORMAL: an acknowledged post must survive a power cut.
        "synchronous = FULL",
        "foreign_keys = ON",
        "recursive_triggers = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that will write takes the write lock at once: upgrading a read transaction
    # later fails without waiting when somebody else has written in between.
    write = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
