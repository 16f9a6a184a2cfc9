"""Extensions without an application, and how each database is opened."""

import math
import sqlite3
import time
from functools import partial
from typing import Any

import pysqlite3.dbapi2
from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Dialect, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from .config import Settings

# Tables derive from kit.db.Base directly; Flask-SQLAlchemy gives the engine and the session.
db = SQLAlchemy()

# SQLite 3.7.0 to 3.51.2 can lose committed pages when the write-ahead log is reset
# (https://sqlite.org/wal.html#walresetbug), so the bundled library is used instead of the
# system's, and an older one is refused.
_SQLITE_VERSION_MIN = (3, 51, 3)
_SQLITE_BUSY_SECONDS = 30
_IDLE_SECONDS_TRUSTED = 5


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
            # The one used last goes first: it has the newest pages at hand.
            "pool_use_lifo": True,
        }
    # Four threads a worker and one spare: more connections only lengthen lock queues.
    return {"pool_size": 5, "max_overflow": 5}


def init_database(app: Flask) -> None:
    """Bind the database to the application and set up each new connection."""
    db.init_app(app)
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "checkin", _note_return)
        event.listen(engine, "checkout", partial(_ask_after_idling, engine.dialect))


def _note_return(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info["returned_at"] = time.monotonic()


def _ask_after_idling(
    dialect: Dialect, connection: Any, record: ConnectionPoolEntry, _proxy: object
) -> None:
    """Ask a connection that has idled whether its server is still there.

    Asking every time, as the pool itself would, is a round trip more for every request.
    """
    returned_at = record.info.get("returned_at", math.inf)
    if time.monotonic() - returned_at < _IDLE_SECONDS_TRUSTED:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error


def _configure_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own transaction control is switched off; `_begin_sqlite` says BEGIN.
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        # FULL, not NORMAL: an acknowledged post must survive a power cut.
        "synchronous = FULL",
        "foreign_keys = ON",
        "recursive_triggers = ON",
        # An ANALYZE with a limit keeps no samples of values; with samples, every statement would
        # be planned anew for the values of each of its runs.
        "analysis_limit = 1000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that will write takes the write lock at once: upgrading a read transaction
    # later fails without waiting when somebody else has written in between.
    write = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
