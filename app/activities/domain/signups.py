"""Seats and the waiting list."""

from enum import StrEnum

from .check_in import Place


class SignupSource(StrEnum):
    """Who put somebody on the list; kept on the row."""

    SELF = "self"
    HELPER = "helper"
    STAFF = "staff"
    DROP_IN = "drop_in"
    CORRECTION = "correction"


class HoldState(StrEnum):
    """What became of the points a sign-up put aside."""

    NONE = "none"
    HELD = "held"
    RELEASED = "released"
    PAID = "paid"
    REFUNDED = "refunded"


def place_for_next(*, seats: int, confirmed: int, waiting: int) -> Place:
    """What a new sign-up gets: nobody passes those who wait."""
    return Place.CONFIRMED if confirmed < seats and waiting == 0 else Place.WAITING
