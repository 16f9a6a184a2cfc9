"""How large a county is, and when its history begins."""

from dataclasses import dataclass

from app.kit.month import Month

FIRST_MONTH = Month(2025, 1)
TOWN_VILLAGES_MAX = 54


@dataclass(frozen=True, slots=True)
class CountyShape:
    """`months` are closed; the month after them is open and as full as they are.

    `sessions` and `redemptions` are those of a month in one village; `seats` of one session.
    """

    villages: int = 400
    months: int = 12
    seed: int = 1
    households: int = 300
    sessions: int = 8
    seats: int = 60
    redemptions: int = 75

    @classmethod
    def of_size(cls, *, villages: int, months: int, households: int, seed: int) -> "CountyShape":
        """As busy for its households as the full-size county is."""
        seats, redemptions = max(households // 5, 1), households // 4
        return cls(villages, months, seed, households, seats=seats, redemptions=redemptions)

    @property
    def open_month(self) -> Month:
        month = FIRST_MONTH
        for _ in range(self.months):
            month = month.next
        return month


def town_code(town_index: int) -> str:
    return f"county-{town_index + 1:02d}"


def village_code(village_index: int) -> str:
    """Villages are counted from 0, the first 54 in the first town, and so on."""
    town_index, place = divmod(village_index, TOWN_VILLAGES_MAX)
    return f"{town_code(town_index)}-{place + 1:02d}"
