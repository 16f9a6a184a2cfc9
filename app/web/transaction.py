"""One request, one transaction: the only place that commits."""

import functools
import random
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, TypeVar, overload

from flask import Response, make_response
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.extensions import db
from app.kit.errors import Busy, DomainError

from . import idempotency
from .refusal import shown_again

T = TypeVar("T")
View = Callable[..., Any]

WRITES_ATTRIBUTE = "__writes__"
"""Marks a writing view for the census of routes."""
KEY_REQUIRED_ATTRIBUTE = "__key_required__"
"""Says on a writing view whether it refuses a request without Idempotency-Key."""

_ATTEMPTS_MAX = 5
_SQLSTATES_RETRIED = {
    "40001",  # serialization failure
    "40P01",  # deadlock
    "23505",  # unique violation: the one who lost the race looks again and finds the row
}
# Several threads waiting in SQLite's busy handler wake each other late (100 to 700 ms were
# measured); a plain lock in the process hands the turn on at once.
_sqlite_turn = threading.Lock()


def run_in_transaction(work: Callable[[], T]) -> T:
    """Do the work in one write transaction and commit it.

    The work is repeated as a whole when the database asks for it, so it must do nothing outside
    the database. Raises Busy `database_busy` when five attempts were not enough.
    """
    on_sqlite = db.engine.dialect.name == "sqlite"
    for attempt in range(1, _ATTEMPTS_MAX + 1):
        _end_reading(on_sqlite=on_sqlite)
        with _sqlite_turn if on_sqlite else nullcontext():
            try:
                if on_sqlite:
                    db.session.connection(execution_options={"writes": True})
                result = work()
                db.session.commit()
            except DBAPIError as error:
                db.session.rollback()
                if not _worth_repeating(error):
                    raise
                if attempt == _ATTEMPTS_MAX:
                    raise Busy("database_busy") from error
            except BaseException:
                db.session.rollback()
                raise
            else:
                return result
        time.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 - spreads retries only
    raise AssertionError("unreachable")


def _end_reading(*, on_sqlite: bool) -> None:
    """See to it that the work sees nothing that was read before it, and may write.

    On PostgreSQL the transaction in which the principal was looked up goes on: each of its
    statements sees what was committed until then. On SQLite it has to end, because it was begun
    for reading, and so has one that was begun to see a single instant.
    """
    session = db.session
    only_reads = on_sqlite or session.connection().get_execution_options().get(
        "postgresql_readonly"
    )
    if only_reads or session.identity_map or session.new:
        session.rollback()


@overload
def writes(view: View) -> View: ...


@overload
def writes(
    *, again: View | None = None, key_required: bool = False, secret_answer: bool = False
) -> Callable[[View], View]: ...


def writes(
    view: View | None = None,
    *,
    again: View | None = None,
    key_required: bool = False,
    secret_answer: bool = False,
) -> Any:
    """Make a view a writing one: its transaction, its idempotency key, its refusals.

    The commit happens inside the view, so that a failure at COMMIT is still answered properly.
    `again` is the GET view shown again when the write is refused, with what was typed and the
    sentence that says why. `key_required` refuses a request without Idempotency-Key.
    `secret_answer` keeps the answer (a fresh card code, say) out of the table of outcomes.
    """
    if view is None:
        return functools.partial(
            writes, again=again, key_required=key_required, secret_answer=secret_answer
        )

    inner: View = view

    @functools.wraps(inner)
    def writing_view(**arguments: Any) -> Response:
        try:
            outcome = _outcome(
                idempotency.request_key(required=key_required),
                lambda: make_response(inner(**arguments)),
                secret_answer=secret_answer,
            )
            if isinstance(outcome, DomainError):
                raise outcome
        except DomainError as refusal:
            if again is None:
                raise
            return shown_again(again, refusal, **arguments)
        return outcome

    setattr(writing_view, WRITES_ATTRIBUTE, True)
    setattr(writing_view, KEY_REQUIRED_ATTRIBUTE, key_required)
    return writing_view


def _outcome(
    key: idempotency.RequestKey | None, answer: Callable[[], Response], *, secret_answer: bool
) -> Response | DomainError:
    try:
        return run_in_transaction(
            lambda: idempotency.answer_once(key, answer, secret_answer=secret_answer)
        )
    except DomainError as refusal:
        if key is None or not refusal.final:
            raise
        return run_in_transaction(functools.partial(idempotency.keep_refusal, key, refusal))


def _worth_repeating(error: DBAPIError) -> bool:
    sqlstate = getattr(error.orig, "sqlstate", None)
    if sqlstate is not None:
        return sqlstate in _SQLSTATES_RETRIED
    message = str(error.orig)
    if isinstance(error, IntegrityError):
        return message.startswith("UNIQUE constraint failed")
    return "database is locked" in message
