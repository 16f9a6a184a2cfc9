"""Moving the clock through the sample's history, which ends at the present day."""

import heapq
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from pathlib import Path

from app.kit import clock
from app.kit.month import Month
from app.web.transaction import run_in_transaction

DATA = Path(__file__).parent / "data"
# The months for which the theme lists of the data folder were written.
_WRITTEN_FOR = ("2026-10", "2026-11")


class Timetable:
    """The closed month, the open month, and what happens in them, in the order of time.

    The history ends before `today`; what would happen later is left out.
    """

    def __init__(self, today: date) -> None:
        self.today = today
        self._steps: list[tuple[datetime, int, Callable[[], object]]] = []
        self._count = 0

    @property
    def closed_month(self) -> Month:
        return self.open_month.previous

    @property
    def open_month(self) -> Month:
        return Month.of(self.today)

    def plan(self, day: date, hour: int, work: Callable[[], object], *, minute: int = 0) -> None:
        """Have the work done at that moment, in a transaction of its own; it may plan more."""
        if day < self.today:
            self._count += 1
            heapq.heappush(self._steps, (moment_of(day, hour, minute), self._count, work))

    def run(self) -> Iterator[date]:
        """Let everything happen that was planned; gives the day of each step before it."""
        while self._steps:
            moment, _, work = heapq.heappop(self._steps)
            yield clock.local(moment).date()
            with clock.stopped_at(moment):
                run_in_transaction(work)

    def themes(self) -> bytes:
        """The theme lists, moved to the sample's two months."""
        text = (DATA / "themes.csv").read_text(encoding="utf-8")
        months = dict(zip(_WRITTEN_FOR, (self.closed_month, self.open_month), strict=True))
        return "\n".join(
            f"{months.get(line[:7], line[:7])}{line[7:]}" for line in text.splitlines()
        ).encode()


def moment_of(day: date, hour: int, minute: int = 0) -> datetime:
    """That hour in the village."""
    return clock.instant(day, time(hour, minute))
