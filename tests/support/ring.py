"""A ring in which two processes do something to one database at the same time."""

import multiprocessing
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

from app import create_app
from app.extensions import db
from tests.conftest import settings_for

Fight = Callable[..., tuple[list[Any], list[Any]]]
"""`fight(work, *arguments)` runs `work(1, *arguments)` and `work(2, *arguments)` at once, each in
a process and an application of its own, and gives what they returned."""

_SECONDS_MAX = 600
# Each fork has an application and connections of its own; what it finds loaded is the modules,
# which take longer than most fights.
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload([__name__])
_barriers: list[threading.Barrier] = []


def wait_for_the_other() -> None:
    """Go on when the other process is here too."""
    _barriers[0].wait()


@contextmanager
def open_ring(database_url: str) -> Iterator[Fight]:
    """Start both processes; must be called inside an application on that database."""
    barrier = _processes.Barrier(2, timeout=_SECONDS_MAX)
    with ProcessPoolExecutor(
        2, mp_context=_processes, initializer=_enter_ring, initargs=(database_url, barrier)
    ) as pool:

        def both(work: Callable[..., list[Any]], *arguments: Any) -> tuple[list[Any], list[Any]]:
            started = [pool.submit(work, number, *arguments) for number in (1, 2)]
            first, second = (one.result(_SECONDS_MAX) for one in started)
            db.session.rollback()
            return first, second

        yield both


def _enter_ring(database_url: str, barrier: threading.Barrier) -> None:
    """Open the application in this process for good."""
    create_app(settings_for(database_url)).app_context().push()
    _barriers.append(barrier)
