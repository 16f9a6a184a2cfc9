"""Accounts by short names: "budget", "pending 1", "shelf 2"."""

Account = tuple[int, int, int, int, int]
"""Village, owner kind, owner, purpose, unit."""

VILLAGE, HOUSEHOLD, MEMBER, ACTIVITY, STORE = range(1, 6)
POINT, SCORE = 1, 2
STORE_ID = 50

PURPOSES = {
    1: "issuance", 2: "branch_budget", 3: "bonus_pool", 4: "activity_pool", 5: "activity_income",
    10: "pending", 11: "spendable", 12: "held", 20: "standing", 21: "score_source",
    30: "store_takings", 31: "settled", 32: "expired", 40: "supplier", 41: "shelf",
    42: "reserved", 43: "handed_out", 44: "count_difference", 45: "spoiled", 50: "moved_out",
    51: "moved_in",
}  # fmt: skip
"""As in sealed rows, where they never change."""

LIMITED = {2, 3, 4, 10, 11, 12, 41, 42}
PENDING = 10

_WORDS = {
    "issuance": (VILLAGE, 1, POINT),
    "budget": (VILLAGE, 2, POINT),
    "bonus": (VILLAGE, 3, POINT),
    "pool": (ACTIVITY, 4, POINT),
    "income": (VILLAGE, 5, POINT),
    "pending": (HOUSEHOLD, 10, POINT),
    "spendable": (HOUSEHOLD, 11, POINT),
    "held": (HOUSEHOLD, 12, POINT),
    "home": (HOUSEHOLD, 20, SCORE),
    "member": (MEMBER, 20, SCORE),
    "scores": (VILLAGE, 21, SCORE),
    "takings": (STORE, 30, POINT),
    "settled": (STORE, 31, POINT),
    "expired": (VILLAGE, 32, POINT),
    "supplier": (STORE, 40, None),
    "shelf": (STORE, 41, None),
    "reserved": (STORE, 42, None),
    "gone": (STORE, 43, None),
    "difference": (STORE, 44, None),
    "spoiled": (STORE, 45, None),
    "out": (VILLAGE, 50, POINT),
    "in": (VILLAGE, 51, POINT),
}
HOUSEHOLDS = (1, 2, 3)
_NUMBERS = {HOUSEHOLD: HOUSEHOLDS, MEMBER: (11, 12, 13), ACTIVITY: (21, 22)}
GOODS = (901, 902)


def account(village: int, name: str) -> Account:
    """The account of a short name; the number is a household's, member's, activity's or good's."""
    word, _, number = name.partition(" ")
    kind, purpose, unit = _WORDS[word]
    if unit is None:
        return village, kind, STORE_ID, purpose, GOODS[int(number) - 1]
    owner = {VILLAGE: village, STORE: STORE_ID}.get(kind)
    return village, kind, owner or _NUMBERS[kind][int(number) - 1], purpose, unit


NAMED = [
    f"{word} {number}"
    for word, (kind, _, unit) in _WORDS.items()
    for number in range(1, 1 + len(GOODS if unit is None else _NUMBERS.get(kind, (0,))))
]
"""The names of all accounts of a village."""


def all_accounts(village: int) -> list[Account]:
    return [account(village, name) for name in NAMED]
