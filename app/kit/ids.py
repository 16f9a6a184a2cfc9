"""64-bit, time-ordered ids made by the application.

Layout, high to low: 42 bits of milliseconds since 2024-01-01 UTC, 12 bits of counter, 9 bits of
node; 63 bits in all, so they fit a signed BIGINT. They exceed 2**53: JSON carries them as
strings. Two processes that happen to share a node number could in theory make the same id; the
primary key refuses the second, nothing is lost.
"""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from . import clock

_EPOCH_MS = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp() * 1000)
_NODE_BITS = 9
_COUNTER_BITS = 12


class IdSource:
    """Makes ever-growing ids; when the clock stands still or goes back, it counts on."""

    def __init__(self, node: int | None = None) -> None:
        self._node = node
        self._last_tick = 0
        self._lock = threading.Lock()

    def next(self, after: int = 0) -> int:
        """A new id, greater than every one made before here and greater than `after`."""
        return self.take(1, after)[0]

    def take(self, count: int, after: int = 0) -> Sequence[int]:
        """So many new ids in growing order, all of them such as `next` makes."""
        node = (os.getpid() if self._node is None else self._node) % (1 << _NODE_BITS)
        milliseconds = int(clock.now().timestamp() * 1000) - _EPOCH_MS
        with self._lock:
            # A tick is time and counter in one number, so that counting on carries into time.
            tick = max(
                milliseconds << _COUNTER_BITS, self._last_tick + 1, (after >> _NODE_BITS) + 1
            )
            self._last_tick = tick + count - 1
        first = (tick << _NODE_BITS) | node
        return range(first, first + (count << _NODE_BITS), 1 << _NODE_BITS)


_process_source = IdSource()


def use_node(node: int | None) -> None:
    """Fix the node number of this process (0 to 511); None takes it from the process id."""
    global _process_source  # noqa: PLW0603 - one source per process by nature
    _process_source = IdSource(node)


def new_id(after: int = 0) -> int:
    """A fresh id for a row; `after` orders it behind an id another process made."""
    return _process_source.next(after)


def new_ids(count: int, after: int = 0) -> Sequence[int]:
    """Fresh ids for so many rows, in growing order."""
    return _process_source.take(count, after)


@contextmanager
def drawn_from(source: IdSource) -> Iterator[None]:
    """Take the process's ids from another source while the block runs, so that a sample comes out
    the same every time.
    """
    global _process_source  # noqa: PLW0603 - one source per process by nature
    previous, _process_source = _process_source, source
    try:
        yield
    finally:
        _process_source = previous
