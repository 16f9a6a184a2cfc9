"""What stands out, at the edges of each threshold."""

import hashlib
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from app.supervision.domain import (
    Decision,
    Pair,
    Scan,
    approver_figures,
    bursts,
    draw_rechecks,
    equal_totals,
    mostly_by_staff,
    shared_phones,
    unlikely_pairs,
)

START = datetime(2026, 10, 12, 1, tzinfo=UTC)


def _scan(number: int, seconds: float, **other: object) -> Scan:
    given = {
        "attendance_id": number, "session_id": 1, "household_id": number, "member_id": number,
        "at": START + timedelta(seconds=seconds), "by": 7, "card": number, "phone": None,
    }  # fmt: skip
    return Scan(**(given | other))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seconds", "runs"),
    [
        ([0, 2, 4, 6, 8, 10], [6]),
        ([0, 2, 4, 6, 8], []),
        ([0, 2, 4, 6, 8, 10.1], []),
        ([0, 1, 2, 3, 4, 5, 60, 61, 62, 63, 64, 65], [6, 6]),
        ([0, 2, 4, 6, 8, 10, 12, 14, 40], [8]),
    ],
)
def test_cards_faster_than_hands(seconds: list[float], runs: list[int]) -> None:
    scans = [_scan(number, after) for number, after in enumerate(seconds)]
    assert [len(run) for run in bursts(reversed(scans))] == runs


def test_only_cards_of_one_hand_at_one_session_make_a_burst() -> None:
    two_hands = [_scan(number, number, by=number % 2) for number in range(8)]
    two_sessions = [_scan(number, number, session_id=number % 2) for number in range(8)]
    a_list = [_scan(number, 0, card=None) for number in range(8)]
    one_card = [_scan(number, number, card="home") for number in range(8)]
    for scans in (two_hands, two_sessions, a_list, one_card):
        assert bursts(scans) == []


def test_a_third_household_on_one_phone() -> None:
    family = [_scan(number, number, household_id=number // 2, phone=b"a") for number in range(4)]
    third = _scan(9, 9000, household_id=9, phone=b"a")
    other = _scan(10, 10, phone=b"b")
    assert shared_phones([*family, other, _scan(11, 11)]) == []
    assert shared_phones([*family, third, other]) == [(*family, third)]


def test_more_than_half_typed_in_of_at_least_five() -> None:
    told = [(4, 4), (2, 5), (3, 5), (3, 6), (4, 6)]
    assert [mostly_by_staff(*each) for each in told] == [False, False, True, False, True]


def test_a_pair_above_chance() -> None:
    """甲 approved 10 of 40, 8 of them for household 1, which has 8: by drawing without putting
    back that happens in C(10,8) ÷ C(40,8), 45 of 76,904,685 cases; 2 would be usual.
    """
    others = [(1, 2), (1, 3), *[(2, household) for household in range(2, 32)]]
    assert unlikely_pairs([(1, 1)] * 8 + others) == [Pair(1, 1, 8, 20)]
    # Who alone approves meets everybody as often as must be.
    assert unlikely_pairs([(1, 1)] * 8 + [(1, 2)] * 4) == []
    # Twice is no pattern, however rare.
    assert unlikely_pairs([(1, 1)] * 2 + [(2, each) for each in range(2, 900)]) == []


def test_the_chance_is_shared_among_all_pairs() -> None:
    """Six and six, each household with its own reviewer beside a second one: 甲's six are all in
    household 1 in C(12,6) ÷ C(24,6) = 0.0069 of cases, less than 0.05 ÷ 6 pairs.
    """
    assert Fraction(924, 134_596) < Fraction(1, 120)
    approvals = [(1, 1), (2, 1)] * 6 + [(3, 2), (2, 2)] * 6
    assert unlikely_pairs(approvals) == [Pair(1, 1, 6, 30), Pair(3, 2, 6, 30)]
    # Three more households bring nine more pairs, and 0.05 ÷ 15 is less.
    more = [*approvals, (2, 3), (2, 4), (2, 5)]
    assert Fraction(924, 134_596) > Fraction(1, 300)
    assert [pair for pair in unlikely_pairs(more) if pair.count > 6] == []


def test_equal_sums_of_many_credits() -> None:
    five = [20, 20, 10, 20, 20]
    assert equal_totals({1: five, 2: five[::-1], 3: [18] * 5, 4: [90]}) == [(90, (1, 2, 3))]
    assert equal_totals({1: five, 2: five, 4: [90], 5: [30, 30, 30]}) == []
    assert equal_totals({1: five, 2: five, 3: [*five, 1]}) == []


def test_what_somebody_decided() -> None:
    def decision(by: int, kind: str, minutes: int) -> Decision:
        return Decision(1, 1, by, kind, START + timedelta(minutes=minutes), START, True)

    made = [decision(2, "approved", 10), decision(2, "refused", 50), decision(2, "approved", 31),
            decision(1, "asked_back", 5)]  # fmt: skip
    two, one = approver_figures(made)
    assert (two.by, two.count, two.approved, two.refused, two.asked_back) == (2, 3, 2, 1, 0)
    assert (two.median_minutes, one.by, one.asked_back) == (31, 1, 1)


def test_the_draw_can_be_repeated_by_anybody() -> None:
    digest = hashlib.sha256(b"october").digest()
    ids = [2**40 + number for number in range(41)]
    lots = {each: hashlib.sha256(digest + each.to_bytes(8, "big")).hexdigest() for each in ids}
    expected = sorted(ids, key=lots.__getitem__)[:3]
    assert draw_rechecks(digest, ids) == draw_rechecks(digest, reversed(ids)) == expected
    assert draw_rechecks(bytes(32), ids) != expected
    assert [len(draw_rechecks(digest, ids[:count])) for count in (0, 1, 20, 21, 40)] == [
        0, 1, 1, 2, 2,
    ]  # fmt: skip
