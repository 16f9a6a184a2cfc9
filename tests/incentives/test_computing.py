"""The decisions by themselves: rounding, clamp, thresholds, and pools that do not reach."""

import pytest

from app.incentives.domain.computing import compute, rounded
from app.incentives.domain.facts import LedgerFacts, RegisterFacts, TeamFacts
from app.incentives.domain.postings import postings
from app.kit.month import Month
from app.kit.points import Tenths
from app.rulebook.domain.incentives import (
    USUAL_INCENTIVES,
    GridTerms,
    IncentiveTerms,
    LinkedScoreTerms,
)

A, B = 1, 2
"""Two party members; households are numbers from 11 on."""


def linked(
    terms: LinkedScoreTerms, own: int, *nets: int, links: int | None = None
) -> tuple[int, int]:
    """Term and total of a member with an own score, linked with households of these scores."""
    households = tuple(range(11, 11 + (len(nets) if links is None else links)))
    register = RegisterFacts(links=((A, households),), home_of={A: 10})
    books = LedgerFacts(standing={A: own} | dict(zip(households, nets, strict=False)))
    (score,) = compute(IncentiveTerms(linked=terms), register, books).linked
    return score.term, score.total


@pytest.mark.parametrize(
    ("own", "nets", "term"),
    [
        (20, (10, 10, 10, 10, 10), 3),
        # 0.3 × 25 ÷ 5 = 1.5 tenths: a half goes away from zero, up and down.
        (0, (25, 0, 0, 0, 0), 2),
        (0, (-25, 0, 0, 0, 0), -2),
        (0, (24, 0, 0, 0, 0), 1),
        # Rounded once: 0.3 × 9 ÷ 6 = 0.45, although the mean by itself would be 1.5, so 2.
        (0, (9, 0, 0, 0, 0, 0), 0),
        # 0.3 × 100 points = 30, clamped to 20.
        (50, (1000, 1000, 1000, 1000, 1000), 200),
        (50, (-1000, -1000, -1000, -1000, -1000), -200),
        # Four households are too few, whatever they have.
        (50, (1000, 1000, 1000, 1000), 0),
        (50, (), 0),
    ],
)
def test_a_linked_score(own: int, nets: tuple[int, ...], term: int) -> None:
    assert linked(LinkedScoreTerms(), own, *nets) == (term, own + term)


def test_a_household_counts_with_all_its_members() -> None:
    """11 has 5 itself, 20 and −8 of its members; four others have nothing."""
    register = RegisterFacts(links=((A, (11, 12, 13, 14, 15)),), home_of={A: 10, 3: 11, 4: 11})
    books = LedgerFacts(standing={11: 5, 3: 20, 4: -8, A: 7})
    result = compute(USUAL_INCENTIVES, register, books)
    assert result.households[11].net == 17
    assert (result.linked[0].linked_sum, result.linked[0].term) == (17, 1)
    assert result.households[10].members == ((A, 7),)


@pytest.mark.parametrize(
    ("took_part", "households", "threshold", "reached"),
    [
        (3, 5, 60, True),
        (2, 3, 67, False),
        (2, 3, 66, True),
        (0, 5, 60, False),
        (149, 249, 60, False),
    ],
)
def test_a_grid_reaches_its_threshold_without_rounding(
    took_part: int, households: int, threshold: int, *, reached: bool
) -> None:
    ids = tuple(range(100, 100 + households))
    register = RegisterFacts(grids=((7, ids),))
    books = LedgerFacts(took_part=frozenset(ids[:took_part]), pool=100_000)
    terms = IncentiveTerms(grid=GridTerms(threshold, Tenths(10)))
    (grid,) = compute(terms, register, books).grids
    assert (grid.reached, grid.bonus) == (reached, 10 if reached else 0)
    assert (grid.rate_percent >= threshold) is reached


@pytest.mark.parametrize(
    ("pool", "grid_bonus", "team_bonus", "paid"),
    [
        (70, 10, 20, 70),
        (69, 9, 19, 65),
        (35, 5, 10, 35),
        (6, 0, 1, 2),
        (0, 0, 0, 0),
        (-5, 0, 0, 0),
    ],
)
def test_a_pool_is_shared_in_proportion_whatever_the_order(
    pool: int, grid_bonus: int, team_bonus: int, paid: int
) -> None:
    """Three households at 1 point and two members at 2 points: 7 points are due."""
    terms = IncentiveTerms(grid=GridTerms(50, Tenths(10)), team_bonus=Tenths(20))
    grids = ((1, (11, 12)), (2, (13,)))
    teams = (TeamFacts(5, (50,), ((A, 11), (B, 13))),)
    books = LedgerFacts(took_part=frozenset({11, 12, 13}), pool=pool)
    for order in (grids, grids[::-1]):
        result = compute(terms, RegisterFacts(grids=order, teams=teams), books)
        assert {grid.bonus for grid in result.grids} == {grid_bonus}
        assert (result.teams[0].bonus, result.paid, result.needed) == (team_bonus, paid, 70)


def test_who_is_in_two_teams_receives_once() -> None:
    teams = (TeamFacts(5, (50,), ((A, 11),)), TeamFacts(6, (60,), ((A, 11), (B, 12))))
    terms = IncentiveTerms(team_bonus=Tenths(10))
    result = compute(terms, RegisterFacts(teams=teams), LedgerFacts(pool=100))
    assert [team.members for team in result.teams] == [((A, 11),), ((B, 12),)]
    assert result.paid == 20


def test_facts_are_read_as_they_were_written() -> None:
    register = RegisterFacts(
        grids=((1, (11, 12)), (2, ())),
        home_of={3: 11, 1: 12},
        links=((A, (11,)), (B, ())),
        teams=(TeamFacts(5, (50, 51), ((A, 11),)),),
    )
    assert RegisterFacts.parse(register.text()) == register
    for text in ("[]", "{}", '{"grids":[]}', "null"):
        with pytest.raises((ValueError, TypeError)):
            RegisterFacts.parse(text)


def test_a_large_grid_is_posted_in_entries_that_the_ledger_takes() -> None:
    ids = tuple(range(1000, 1801))
    books = LedgerFacts(took_part=frozenset(ids), pool=100_000)
    result = compute(USUAL_INCENTIVES, RegisterFacts(grids=((7, ids),)), books)
    found = postings(result, 1, Month(2026, 10))
    assert [(posting.key, len(posting.transfers)) for posting in found] == [
        ("incentive:2026-10:grid:7:0", 400),
        ("incentive:2026-10:grid:7:400", 400),
        ("incentive:2026-10:grid:7:800", 1),
    ]
    receivers = [moved.credit.owner_id for posting in found for moved in posting.transfers]
    assert receivers == list(ids)


def test_rounding() -> None:
    assert [rounded(each, 10) for each in (4, 5, 15, -4, -5, -15)] == [0, 1, 2, 0, -1, -2]
    assert rounded(0, 0) == 0
