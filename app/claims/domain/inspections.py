"""Inspection rounds: in which order households are looked at, and by whom not."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from app.kit.points import Tenths

from .reviews import Bar, Reviewer, draw

FAILED = 0
"""The level that earns nothing."""


@dataclass(frozen=True, slots=True)
class Level:
    """One tap: what it is called and what it earns (tenths)."""

    level: int
    word: str
    points: Tenths


@dataclass(frozen=True, slots=True)
class MarkWish:
    """The level that somebody gives a line of the list."""

    mark_id: int
    level: int


def drawn_order(household_ids: Iterable[int], seed: str) -> tuple[int, ...]:
    """The households in an order that nobody chose, the same for the same seed."""
    found = list(household_ids)
    return draw(found, seed=seed, size=len(found))


def level_word(title: str) -> str:
    """What a level is called: what follows the colon of its rule's title, else that it is met."""
    _, colon, word = title.replace(":", "：").rpartition("：")
    return word.strip() if colon and word.strip() else "达标"


def bar_from_household(inspector: Reviewer, household_id: int, kin: Collection[int]) -> Bar | None:
    """Why somebody may not judge a household; None when nothing keeps them."""
    if not inspector.declared:
        return Bar.UNDECLARED
    if inspector.household_id == household_id:
        return Bar.OWN_HOUSEHOLD
    if inspector.household_id in kin:
        return Bar.KIN
    return None
