"""Where points, score and goods can be: the addresses of accounts.

Units: points and score are counted in tenths; every other unit is a good, counted in pieces,
and its number is the good's id.
"""

from enum import IntEnum
from typing import NamedTuple

POINT = 1
SCORE = 2


class OwnerKind(IntEnum):
    """Whose account it is; the owner's id belongs to the feature that knows the owner."""

    VILLAGE = 1
    HOUSEHOLD = 2
    MEMBER = 3
    ACTIVITY = 4
    STORE = 5


class Purpose(IntEnum):
    """What an account is for. Numbers are part of sealed rows and never change."""

    ISSUANCE = 1
    BRANCH_BUDGET = 2
    BONUS_POOL = 3
    ACTIVITY_POOL = 4
    ACTIVITY_INCOME = 5
    PENDING = 10
    SPENDABLE = 11
    HELD = 12
    STANDING = 20
    SCORE_SOURCE = 21
    STORE_TAKINGS = 30
    SETTLED = 31
    EXPIRED = 32
    SUPPLIER = 40
    SHELF = 41
    RESERVED = 42
    HANDED_OUT = 43
    COUNT_DIFFERENCE = 44
    SPOILED = 45
    MOVED_OUT = 50
    MOVED_IN = 51


LIMITED_PURPOSES = frozenset(
    {
        Purpose.BRANCH_BUDGET,
        Purpose.BONUS_POOL,
        Purpose.ACTIVITY_POOL,
        Purpose.PENDING,
        Purpose.SPENDABLE,
        Purpose.HELD,
        Purpose.SHELF,
        Purpose.RESERVED,
    }
)
"""Accounts that must not fall below zero. They have a balance row, which is what gets locked;
all others have none, so that a busy issuer is never a row that everybody waits for."""


class Address(NamedTuple):
    """What names an account: exactly one account exists for it in a village's book.

    A tuple, because books are full of them: making and comparing one costs a third of a dataclass.
    """

    village_id: int
    owner_kind: OwnerKind
    owner_id: int
    purpose: Purpose
    unit_id: int


def village_account(village_id: int, purpose: Purpose, unit_id: int = POINT) -> Address:
    """An account of the village itself: issuance, budget, supplier and so on."""
    return Address(village_id, OwnerKind.VILLAGE, village_id, purpose, unit_id)


def issuance(village_id: int) -> Address:
    return village_account(village_id, Purpose.ISSUANCE)


def branch_budget(village_id: int) -> Address:
    return village_account(village_id, Purpose.BRANCH_BUDGET)


def bonus_pool(village_id: int) -> Address:
    return village_account(village_id, Purpose.BONUS_POOL)


def expired(village_id: int) -> Address:
    return village_account(village_id, Purpose.EXPIRED)


def score_source(village_id: int) -> Address:
    return village_account(village_id, Purpose.SCORE_SOURCE, SCORE)


def activity_pool(village_id: int, activity_id: int) -> Address:
    return Address(village_id, OwnerKind.ACTIVITY, activity_id, Purpose.ACTIVITY_POOL, POINT)


def activity_income(village_id: int) -> Address:
    return village_account(village_id, Purpose.ACTIVITY_INCOME)


def household_points(village_id: int, household_id: int, purpose: Purpose) -> Address:
    """A household's points: PENDING, SPENDABLE or HELD."""
    return Address(village_id, OwnerKind.HOUSEHOLD, household_id, purpose, POINT)


def household_pending(village_id: int, household_id: int) -> Address:
    return household_points(village_id, household_id, Purpose.PENDING)


def household_spendable(village_id: int, household_id: int) -> Address:
    return household_points(village_id, household_id, Purpose.SPENDABLE)


def household_held(village_id: int, household_id: int) -> Address:
    return household_points(village_id, household_id, Purpose.HELD)


def household_standing(village_id: int, household_id: int) -> Address:
    return Address(village_id, OwnerKind.HOUSEHOLD, household_id, Purpose.STANDING, SCORE)


def member_standing(village_id: int, member_id: int) -> Address:
    return Address(village_id, OwnerKind.MEMBER, member_id, Purpose.STANDING, SCORE)


def store_takings(village_id: int, store_id: int) -> Address:
    return Address(village_id, OwnerKind.STORE, store_id, Purpose.STORE_TAKINGS, POINT)


def store_settled(village_id: int, store_id: int) -> Address:
    return Address(village_id, OwnerKind.STORE, store_id, Purpose.SETTLED, POINT)


def good_account(village_id: int, store_id: int, purpose: Purpose, good_id: int) -> Address:
    """A store's account of one good: SUPPLIER, SHELF, RESERVED, HANDED_OUT and so on."""
    return Address(village_id, OwnerKind.STORE, store_id, purpose, good_id)
