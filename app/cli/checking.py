"""Checking all books, by several processes at once where there are many."""

import importlib
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

from sqlalchemy.exc import SQLAlchemyError

from app.config import Settings
from app.extensions import db, settings
from app.ledger.queries import checker


class BookUnreadableError(Exception):
    """The database refused to be read; the message says how."""


def check_all(*, processes: int, progress: Callable[[], None]) -> list[checker.Finding]:
    """Check every book and the rows that are in none.

    Each book is seen at one instant of its own, which is all that its passes compare. Raises
    BookUnreadableError; with one process, what the driver raises.
    """
    if processes == 1:
        return checker.check(progress=progress)
    findings: list[checker.Finding] = []
    # Fresh processes: a forked one would share this one's database connection.
    with ProcessPoolExecutor(
        processes,
        multiprocessing.get_context("spawn"),
        initializer=_open_application,
        initargs=(settings(),),
    ) as pool:
        for found in pool.map(_check_book, checker.books()):
            findings.extend(found)
            for _ in checker.PASSES:
                progress()
    findings.extend(checker.check_strays())
    progress()
    return findings


def _open_application(chosen: Settings) -> None:
    """For good: the process does nothing else."""
    # The factory knows the commands, so they cannot import it when they are loaded.
    importlib.import_module("app").create_app(chosen).app_context().push()


def _check_book(village_id: int) -> list[checker.Finding]:
    try:
        checker.view_one_instant()
        return checker.check([village_id])
    except SQLAlchemyError as error:
        # The driver's errors do not travel between processes.
        raise BookUnreadableError(str(error)) from None
    finally:
        db.session.remove()
