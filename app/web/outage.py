"""Failures that are the database's own: it is away, full or broken, whatever was asked of it."""

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

# Connection lost; out of disk, memory or connections; stopped or starting; the system below it;
# its own inner failures, as which it reports a file that may not grow.
_SQLSTATE_CLASSES = {"08", "53", "57", "58", "XX"}
# BUSY, LOCKED, READONLY, IOERR, CORRUPT, FULL, CANTOPEN; extended codes hold more above the byte.
_SQLITE_CODES = {5, 6, 8, 10, 11, 13, 14}


def is_outage(error: DBAPIError) -> bool:
    """Whether the database failed, not the statement: the same request may succeed later."""
    sqlite_code = getattr(error.orig, "sqlite_errorcode", None)
    if sqlite_code is not None:
        return sqlite_code & 0xFF in _SQLITE_CODES
    sqlstate = getattr(error.orig, "sqlstate", None)
    if sqlstate is not None:
        return sqlstate[:2] in _SQLSTATE_CLASSES
    # No word from the server: it was not reached, or the connection broke.
    return error.connection_invalidated or isinstance(error, (OperationalError, InterfaceError))
