"""What a close computes and posts, against figures reckoned by hand; see `village`."""

from collections import Counter
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.extensions import db
from app.incentives import queries
from app.incentives.domain.computing import MonthResult
from app.incentives.domain.postings import INCENTIVE_KINDS
from app.kit import clock
from app.kit.errors import Conflict
from app.kit.points import Tenths
from app.ledger import queries as books
from app.ledger.domain.accounts import bonus_pool, branch_budget, household_pending, member_standing
from app.ledger.domain.drafts import EntryDraft, EntryKind, TransferDraft
from app.ledger.queries import checker
from app.ledger.service import post
from app.people import service as people
from app.people.domain.links import LinkSide
from app.people.service import links, update_household
from app.rulebook.domain.incentives import (
    NO_INCENTIVES,
    USUAL_INCENTIVES,
    GridTerms,
    IncentiveTerms,
    LinkedScoreTerms,
)
from app.web.transaction import run_in_transaction
from tests.incentives.village import (
    GRIDS,
    OCTOBER,
    SEPTEMBER,
    Village,
    attend,
    make_village,
    on,
)

# Net standing of October in tenths: the awards, the closed session's 20 each, and what was taken
# back of September.
STANDING = {
    "0001": 60, "0002": 40, "0003": 20, "0004": 0, "0005": 20, "0006": 20, "0007": 100,
    "0008": 0, "0009": 0, "0010": 20, "0011": 0, "0012": -30,
}  # fmt: skip
TOOK_PART = ["0001", "0002", "0003", "0005", "0006", "0007", "0010"]

# 第1网格: 3 of 4 took part, 第2网格: 3 of 5, exactly 60 %; 第3网格: 1 of 3.
REACHED = {"第1网格": True, "第2网格": True, "第3网格": False}
# 周党生: own 20 + 0.3 × (40 + 20 + 0 + 20 − 30) ÷ 5 = 20 + 0.3 × 10. 吴党红: four links only.
LINKED = {"周党生": (20, 3, 23), "吴党红": (60, 0, 60)}


@pytest.fixture
def village(app: Flask) -> Village:
    return make_village()


def result_of(village: Village) -> MonthResult:
    return queries.computed_month(village.id, OCTOBER).result


def pending(village: Village) -> dict[str, int]:
    """What every household has waiting, in tenths."""
    return {
        number: books.balance(household_pending(village.id, household_id))
        for number, household_id in village.households.items()
    }


def test_the_month_by_hand(each_app: Flask) -> None:
    village = make_village()
    before = pending(village)
    with on(25):
        village.close(reason="巡逻队那一场还没有开")
    result = result_of(village)
    names = {household_id: number for number, household_id in village.households.items()}
    assert {names[each.id]: each.net for each in result.households.values()} == STANDING
    assert [names[each.id] for each in result.households.values() if each.took_part] == TOOK_PART
    assert {
        name: grid.reached
        for grid in result.grids
        for name, grid_id in village.grids.items()
        if grid.id == grid_id
    } == REACHED
    # 1 point each for six households of two grids, and for the three of the team.
    assert (result.needed, result.paid, result.pool) == (90, 90, 500)
    bonus = {number: 10 for number in (*GRIDS["第1网格"], *GRIDS["第2网格"]) if number in TOOK_PART}
    for number in ("0001", "0002", "0005"):
        bonus[number] += 10
    assert {number: amount - before[number] for number, amount in pending(village).items()} == {
        number: bonus.get(number, 0) for number in STANDING
    }
    assert books.balance(bonus_pool(village.id)) == 410
    assert {
        name: (score.own, score.term, score.total)
        for name, member_id in village.members.items()
        for score in result.linked
        if score.member_id == member_id
    } == LINKED
    # September's close posted 2: 0.3 × 30 ÷ 5, before its award was taken back.
    assert books.balance(member_standing(village.id, village.members["周党生"])) == 2 + 23
    assert checker.check() == []


def test_a_pool_that_does_not_reach_gives_everybody_the_same_share(app: Flask) -> None:
    """9 points are due and 5 are there: everybody gets 5/9 of a point, that is 0.5."""
    village = make_village(pool=50)
    before = pending(village)
    with on(25):
        village.close()
    gained = {number: amount - before[number] for number, amount in pending(village).items()}
    assert Counter(gained.values()) == {0: 6, 5: 3, 10: 3}
    assert books.balance(bonus_pool(village.id)) == 5
    result = result_of(village)
    assert (result.pool, result.needed, result.paid) == (50, 90, 45)
    assert checker.check() == []


def test_an_empty_pool_gives_nothing_and_the_scores_stand(app: Flask) -> None:
    village = make_village(pool=0)
    before = pending(village)
    with on(25):
        village.close()
    assert pending(village) == before
    assert [score.total for score in result_of(village).linked] == [23, 60]


def test_closing_again_posts_nothing_again(village: Village) -> None:
    with on(25):
        village.close()
        after = pending(village)
        village.close()
    assert pending(village) == after
    period = books.period(village.id, OCTOBER)
    kinds = Counter(
        entry.kind
        for entry in books.entries(village.id, period_id=period.id, kinds=INCENTIVE_KINDS)
    )
    assert kinds == {"grid_bonus": 2, "team_bonus": 1, "linked_score": 1}


def test_what_was_not_adopted_is_not_there(app: Flask) -> None:
    village = make_village(NO_INCENTIVES)
    before = pending(village)
    with on(25):
        village.close()
    result = result_of(village)
    assert (result.linked, result.teams, result.paid) == ((), (), 0)
    assert [len(grid.took_part) for grid in result.grids] == [3, 3, 1]
    assert pending(village) == before


def test_the_version_of_the_last_day_decides_and_a_closed_month_stays(village: Village) -> None:
    """A weight of 0.5 counts from the 28th, so for all October; one of 1 from November on."""
    half = IncentiveTerms(LinkedScoreTerms(50, Tenths(200), 5), GridTerms(50, Tenths(5)), None)
    with on(24):
        village.adopt(half, date(2026, 10, 28))
    with on(25):
        village.close()
        first = result_of(village)
    assert [(score.term, score.enough_links) for score in first.linked] == [(5, True), (0, False)]
    assert [grid.bonus for grid in first.grids] == [5, 5, 0]
    with on(26):
        village.adopt(
            IncentiveTerms(LinkedScoreTerms(100, Tenths(200), 1), None, Tenths(10)),
            OCTOBER.next.first_day,
        )
        run_in_transaction(lambda: _stir(village))
        village.award("0004甲", 20, date(2026, 10, 20))
    assert result_of(village) == first
    assert checker.check() == []
    with on(25, month=11):
        village.close(OCTOBER.next, reason="没有别的事")
    november = queries.computed_month(village.id, OCTOBER.next).result
    assert [score.enough_links for score in november.linked] == [False, True]
    # What October's close posted is no deed of November's, nor does the next term grow from it.
    assert [score.own for score in november.linked] == [0, 0]
    assert checker.check() == []


def _stir(village: Village) -> None:
    """Somebody moves to another grid, a link ends, somebody leaves a team."""
    update_household(
        village_id=village.id,
        household_id=village.households["0004"],
        grid_id=village.grids["第3网格"],
        passbook_no="0004",
    )
    links.end_links_of_member(village.members["周党生"])
    people.assign_team(village_id=village.id, team_id=village.teams["环境保护队"], member_ids=[])


def test_a_link_counts_when_it_was_there_on_the_last_day(village: Village) -> None:
    """Closed on 3 November: what began or ended in November is not October's."""
    with on(2, month=11):
        run_in_transaction(lambda: links.end_links_of_member(village.members["周党生"]))
        run_in_transaction(lambda: links.end_links_of_household(village.households["0008"]))
        run_in_transaction(lambda: _link(village, "吴党红", "0012"))
    with on(3, month=11):
        village.close(reason="巡逻队那一场没有核对")
    assert [len(score.linked) for score in result_of(village).linked] == [5, 4]


def _link(village: Village, name: str, passbook_no: str) -> None:
    people.propose_link(
        village_id=village.id,
        member_id=village.members[name],
        household_id=village.households[passbook_no],
        side=LinkSide.OFFICE,
        actor_id=1,
    )


@pytest.mark.parametrize(("came", "completed"), [((), 1), (("0003甲",), 2)])
def test_a_team_completes_a_theme_when_somebody_came(
    village: Village, came: tuple[str, ...], completed: int
) -> None:
    assert village.unheld is not None
    with clock.stopped_at(village.unheld.starts_at):
        attend(village, village.unheld, came)
    with on(30):
        village.close()
    assert len(result_of(village).teams) == completed


def test_an_altered_fact_and_an_orphan_are_named(village: Village) -> None:
    with on(25):
        village.close()
    household_id = village.households["0006"]
    with pytest.raises(DBAPIError, match="unchangeable"):
        db.session.execute(text("UPDATE incentive_month SET facts = ''"))
    db.session.rollback()
    for name in ("update", "delete"):
        db.session.execute(text(f"DROP TRIGGER incentive_month_no_{name}"))
    db.session.commit()
    for forged in (
        "UPDATE incentive_month SET facts = replace(facts, '%d', '1') WHERE month = '2026-10'",
        "UPDATE incentive_month SET facts = '{' WHERE month = '2026-10'",
        "UPDATE incentive_month SET facts = '{}' WHERE month = '2026-10'",
        "DELETE FROM incentive_month WHERE month = '2026-10'",
    ):
        db.session.execute(text(forged.replace("%d", str(household_id))))
        found = {finding.pass_name for finding in checker.check([village.id])}
        assert found == {"witnesses_agree"}, forged
        db.session.rollback()
    stray = EntryDraft(
        village_id=village.id,
        kind=EntryKind.GRID_BONUS,
        occurred_on=date(2026, 10, 26),
        actor_id=1,
        idempotency_key="incentive:2026-10:grid:9:0",
        transfers=(
            TransferDraft(bonus_pool(village.id), household_pending(village.id, household_id), 10),
        ),
    )
    with on(26):
        run_in_transaction(lambda: post([stray]))
        (orphan,) = checker.check([village.id])
        assert "(grid_bonus) is known to nobody in incentives" in orphan.detail
        assert checker.check_open_month(village.id) != []
        with pytest.raises(Conflict, match="books_do_not_hold"):
            village.close(OCTOBER.next)


def test_the_pool_is_filled_from_the_budget_and_never_beyond(village: Village) -> None:
    budget = books.balance(branch_budget(village.id))
    with on(24):
        village.fill_pool(100)
        village.fill_pool(550, returns=True)
        for amount, returns, code in ((51, True, "bonus_pool_short"), (99_999, False, "branch")):
            with pytest.raises(Conflict, match=code):
                village.fill_pool(amount, returns=returns)
    assert books.balance(bonus_pool(village.id)) == 50
    assert books.balance(branch_budget(village.id)) == budget + 450
    assert checker.check() == []


def test_a_month_without_enough_to_give_posts_the_score_alone(village: Village) -> None:
    september = queries.computed_month(village.id, SEPTEMBER)
    assert [grid.reached for grid in september.result.grids] == [False, False, False]
    assert [score.term for score in september.result.linked] == [2, 0]
    assert len(september.entry_ids) == 1
    # A score that was posted and not earned makes nobody a household.
    assert september.result.households.keys() <= set(village.households.values())
    assert september.result.terms == USUAL_INCENTIVES
