"""A calendar month, the unit of the books and of the public notice."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

# Far from the first and the last year of the calendar, so that neighbours can be counted.
YEAR_MIN = 1000
YEAR_MAX = 2999
_PATTERN = re.compile(r"([12]\d{3})-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """Year and month; written 2026-10 in codes and 2026年10月 for people."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, code: str) -> "Month":
        """Read 2026-10; raises ValueError for anything else."""
        found = _PATTERN.fullmatch(code)
        if found is None:
            raise ValueError(f"not a month: {code!r}")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def chinese(self) -> str:
        return f"{self.year}年{self.number}月"

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        return self.next.first_day - timedelta(days=1)

    @property
    def next(self) -> "Month":
        return Month(self.year + 1, 1) if self.number == 12 else Month(self.year, self.number + 1)

    @property
    def previous(self) -> "Month":
        return Month(self.year - 1, 12) if self.number == 1 else Month(self.year, self.number - 1)
