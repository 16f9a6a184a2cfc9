"""The one source of time, so that tests and the sample town can move it.

Instants are aware datetimes in UTC. Village dates and hours are China Standard Time, which has
been UTC+8 without daylight saving since 1991, so a fixed offset is exact and needs no tz database.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "CST")


def _system_now() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system_now


def now() -> datetime:
    """The present instant, in UTC."""
    return _source()


def today() -> date:
    """The present date in the village."""
    return local(now()).date()


def local(moment: datetime) -> datetime:
    """The instant as the village's clock shows it."""
    return moment.astimezone(CHINA)


def instant(day: date, at: time) -> datetime:
    """The instant at which the village's clock shows that day and time."""
    return datetime.combine(day, at, tzinfo=CHINA).astimezone(UTC)


@contextmanager
def using(source: Callable[[], datetime]) -> Iterator[None]:
    """Replace the clock for every thread of this process while the block runs."""
    global _source  # noqa: PLW0603 - the clock of the process is one thing by nature
    previous = _source
    _source = source
    try:
        yield
    finally:
        _source = previous


@contextmanager
def stopped_at(moment: datetime) -> Iterator[None]:
    """Hold the clock at an instant while the block runs."""
    with using(lambda: moment):
        yield
