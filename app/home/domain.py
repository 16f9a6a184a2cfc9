"""Which page is whose home, and when pending points become spendable."""

from dataclasses import dataclass
from datetime import date, timedelta

from app.identity.domain import Role
from app.kit.points import Tenths

_HOMES = (
    (Role.HEAD_BANK, "/town"),
    (Role.BRANCH_PRESIDENT, "/desk"),
    (Role.SUPERVISION, "/desk"),
    (Role.ORGANISER, "/organiser"),
    (Role.GRID_WORKER, "/organiser"),
    (Role.CLERK, "/till"),
    (Role.REVIEWER, "/reviews"),
    (Role.MEMBER, "/me"),
)


PASSBOOK_ROWS_A_PAGE = 11
"""Rows of a page of the paper passbook, A6 landscape."""


def home_path(roles: frozenset[Role]) -> str | None:
    """The home page of somebody with these roles, the widest deciding; None without any."""
    return next((path for role, path in _HOMES if role in roles), None)


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a household has: to spend now, waiting for the notice, put aside for activities."""

    spendable: Tenths
    pending: Tenths
    held: Tenths


@dataclass(frozen=True, slots=True)
class Release:
    """Pending points that a published notice will free on a day, or later if it is settled late."""

    points: Tenths
    usable_from: date


def usable_from(posted_to: date) -> date:
    """The first day on which the points of a notice may be settled."""
    return posted_to + timedelta(days=1)
