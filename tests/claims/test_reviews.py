"""A claim's way through its review, on a real database."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from app.claims import queries, service
from app.claims.domain.reviews import draw
from app.claims.domain.states import Decision
from app.claims.models import Claim
from app.claims.service import Deed
from app.extensions import db
from app.identity.domain import Role
from app.kit.errors import Conflict, DomainError, NotFound
from app.ledger.domain.accounts import branch_budget, household_pending, member_standing
from app.ledger.queries import balance, balances, checker
from app.people import service as people
from app.people.domain.households import MemberStatus
from app.rulebook import queries as rulebook
from app.web.transaction import run_in_transaction
from tests.claims import rivals
from tests.factories.activities import at
from tests.factories.claims import DAY, ClaimVillage, decide, make_claim_village, submit, tie
from tests.support.ring import Fight

NO = Decision.REFUSE


def _refused(work: Callable[[], object]) -> DomainError:
    with pytest.raises(DomainError) as refusal:
        work()
    db.session.rollback()
    return refusal.value


def test_a_claim_is_awarded_after_its_last_step(village: ClaimVillage) -> None:
    """BZ02 (15 分，panel+supervision): two of the panel, then supervision."""
    claim = submit(village, "BZ02", "王大山", whole=True)
    first, second, _ = village.reviewers.values()
    pending = household_pending(village.village_id, village.household_of("王大山"))
    assert decide(village, claim, first).state == "in_review"
    assert (claim.step, balance(pending)) == (0, 0)
    assert decide(village, claim, second).step == 1
    assert balance(pending) == 0
    done = decide(village, claim, village.staff(Role.SUPERVISION))
    assert (done.state, done.granted, balance(pending)) == ("approved", 150, 150)
    award = rulebook.award(village.village_id, done.award_id or 0)
    assert (award.source_kind, award.source_id, award.entry_id) == (
        "claim",
        claim.id,
        done.entry_id,
    )
    told = queries.story(village.village_id, done)
    assert [(event.kind, event.review_step) for event in told.events] == [
        ("submitted", ""),
        ("approved", "panel"),
        ("approved", "panel"),
        ("approved", "supervision"),
    ]
    assert checker.check() == []
    late = _refused(lambda: decide(village, claim, village.reviewers["评议员丙"]))
    assert late.code == "claim_moved_on"


def test_no_claim_for_a_household_that_has_nobody_left(village: ClaimVillage) -> None:
    run_in_transaction(
        lambda: people.record_departure(
            village_id=village.village_id,
            member_id=village.member("陈桂兰"),
            status=MemberStatus.MOVED_AWAY,
            departed_on=DAY,
        )
    )
    for_all = partial(submit, village, "BZ02", "陈桂兰", whole=True)
    assert _refused(for_all).code == "household_ended"
    # What somebody did before they left still counts.
    assert submit(village, "PA01", "陈桂兰").state == "in_review"


def test_nobody_decides_where_they_are_not_apart(village: ClaimVillage) -> None:
    """Own household, kin, whoever entered it, another step, another grid, undeclared."""
    first, second, third = village.reviewers.values()
    own = village.household_of("王大山")
    run_in_transaction(lambda: tie(village, first, household_id=own))
    run_in_transaction(
        lambda: people.declare_kin(
            village_id=village.village_id,
            household_id=own,
            other_household_id=village.household_of("陈桂兰"),
            actor_id=0,
        )
    )
    at_home = submit(village, "PA01", "王大山")
    assert _refused(lambda: decide(village, at_home, first)).code == "reviewer_own_household"
    of_kin = submit(village, "PA01", "陈桂兰", actor_id=second)
    assert _refused(lambda: decide(village, of_kin, first)).code == "reviewer_is_kin"
    assert _refused(lambda: decide(village, of_kin, second)).code == "reviewer_submitted"
    # Nor do they get to see it, whatever its state.
    for hidden in (at_home, of_kin):
        look = partial(queries.look_at, village.village_id, hidden.id)
        assert _refused(partial(look, first)).code == "claim_not_found"
        assert look(third).id == hidden.id
    supervision = village.staff(Role.SUPERVISION)
    assert _refused(lambda: decide(village, of_kin, supervision)).code == "reviewer_not_of_step"
    nobody = village.staff(Role.REVIEWER)
    assert _refused(lambda: decide(village, of_kin, nobody)).code == "reviewer_undeclared"
    decide(village, of_kin, third)
    assert _refused(lambda: decide(village, of_kin, third)).code == "reviewer_decided_already"
    waiting = {
        by: len(queries.waiting_for(village.village_id, by)) for by in (first, second, third)
    }
    assert waiting == {first: 0, second: 1, third: 1}
    grid_worker = village.staff(Role.GRID_WORKER)
    in_grid = submit(village, "XL01", "钱多多")
    run_in_transaction(lambda: tie(village, grid_worker, grid_id=village.grids[1]))
    assert _refused(lambda: decide(village, in_grid, grid_worker)).code == "reviewer_of_other_grid"
    run_in_transaction(lambda: tie(village, grid_worker, grid_id=village.grids[0]))
    assert decide(village, in_grid, grid_worker).state == "approved"


def test_one_person_with_two_roles_decides_one_step(village: ClaimVillage) -> None:
    """CW03 (organiser+panel): the organiser who sits on the panel too is heard once."""
    claim = submit(village, "CW03", "王大山")
    organiser = village.staff(Role.ORGANISER)
    first = village.reviewers["评议员甲"]
    with db.engine.begin() as connection:
        connection.execute(
            text("UPDATE role_grant SET role = 'reviewer' WHERE account_id = :id"),
            {"id": village.staff(Role.CLERK)},
        )
        connection.execute(
            text("UPDATE role_grant SET account_id = :to WHERE account_id = :id"),
            {"to": organiser, "id": village.staff(Role.CLERK)},
        )
    db.session.rollback()
    decide(village, claim, organiser)
    assert _refused(lambda: decide(village, claim, organiser)).code == "reviewer_decided_elsewhere"
    assert decide(village, claim, first).state == "in_review"


def test_asked_back_it_starts_over_and_a_refusal_ends_it(village: ClaimVillage) -> None:
    first, second, third = village.reviewers.values()
    claim = submit(village, "PA01", "王大山")
    decide(village, claim, first)
    assert (
        _refused(lambda: decide(village, claim, second, Decision.ASK_BACK)).code == "text_missing"
    )
    decide(village, claim, second, Decision.ASK_BACK, "和谁家调解的？")
    assert claim.state == "asked_back"
    assert queries.undecided_count(village.village_id) == 1
    assert queries.waiting_for(village.village_id, third) == []
    again = partial(
        service.resubmit_claim,
        village_id=village.village_id,
        claim_id=claim.id,
        deed=Deed(DAY, "孙家和赵家的地界"),
        actor_id=7,
    )
    run_in_transaction(again)
    assert (claim.round, claim.step, claim.statement) == (2, 0, "孙家和赵家的地界")
    assert _refused(lambda: run_in_transaction(again)).code == "claim_not_asked_back"
    stale = partial(
        service.decide_claim,
        village_id=village.village_id,
        claim_id=claim.id,
        round_number=1,
        step=0,
        decision=Decision.APPROVE,
        reason="",
        actor_id=third,
    )
    assert _refused(lambda: run_in_transaction(stale)).code == "claim_moved_on"
    decide(village, claim, first, NO, "证明人说没有这回事")
    assert claim.state == "in_review"
    decide(village, claim, second, NO, "同上")
    assert (claim.state, claim.award_id) == ("refused", None)
    assert queries.undecided_count(village.village_id) == 0


def test_a_panel_that_cannot_reach_its_quorum_refuses(app: Flask) -> None:
    village = make_claim_village(quorum=3)
    with at(0):
        claim = submit(village, "PA01", "王大山")
        assert (
            decide(village, claim, village.reviewers["评议员甲"], NO, "不属实").state == "refused"
        )


def test_the_cap_cuts_and_says_so(village: ClaimVillage) -> None:
    """PA01: 5 points each, at most 10 a month and person; the third gives nothing."""
    outcomes = []
    for _ in range(3):
        claim = submit(village, "PA01", "王大山")
        for by in list(village.reviewers.values())[:2]:
            decide(village, claim, by)
        outcomes.append((claim.state, claim.granted, claim.entry_id is not None))
    assert outcomes == [("approved", 50, True), ("approved", 50, True), ("approved", 0, False)]
    cut = queries.story(village.village_id, claim).cut
    assert cut is not None
    assert (cut.code, cut.facts["granted_tenths"]) == ("cut_month_member", 0)
    standing = member_standing(village.village_id, village.member("王大山"))
    assert balances([standing]) == {standing: 100}
    assert checker.check() == []


def test_what_may_not_be_claimed(village: ClaimVillage) -> None:
    for rule_code, whole, days, code in (
        ("ZY01", False, 0, "rule_not_claimable"),
        ("XF01", False, 0, "rule_not_claimable"),
        ("QQ99", False, 0, "rule_not_found"),
        ("PA01", True, 0, "claim_member_missing"),
        ("PA01", False, 1, "claim_in_future"),
        ("PA01", False, -60, "no_rule_version"),
    ):
        day = DAY + timedelta(days=days)
        refusal = _refused(partial(submit, village, rule_code, "王大山", whole=whole, day=day))
        assert refusal.code == code
    assert queries.claims(village.village_id) == []


def test_a_household_claims_so_often_a_day(village: ClaimVillage) -> None:
    with at(-60):
        for _ in range(20):
            submit(village, "PA01", "王大山")
    refusal = _refused(lambda: submit(village, "PA01", "李秀英"))
    assert (refusal.code, refusal.facts) == ("claims_too_many", {"count_max": 20})
    submit(village, "PA01", "陈桂兰")
    with at(15 * 60):
        submit(village, "PA01", "李秀英")


def test_a_branch_without_budget_says_so_and_keeps_the_claim(app: Flask) -> None:
    village = make_claim_village()
    with at(0):
        claim = submit(village, "BZ05", "王大山", whole=True)
        first, second, _ = village.reviewers.values()
        decide(village, claim, first)
        decide(village, claim, second)
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE ledger_balance SET balance = 499"))
        db.session.rollback()
        refusal = _refused(lambda: decide(village, claim, village.staff(Role.SUPERVISION)))
        assert isinstance(refusal, Conflict)
        assert refusal.code == "branch_budget_short"
        assert refusal.facts == {"needed_tenths": 500, "budget_tenths": 499}
        assert queries.claim(village.village_id, claim.id).state == "in_review"


def test_the_draw_can_be_checked_and_binds(app: Flask) -> None:
    village = make_claim_village(quorum=2, drawn=2)
    with at(0):
        claim = submit(village, "PA01", "王大山")
        (drawn,) = queries.story(village.village_id, claim).draws
        assert sorted(drawn.candidates) == sorted(village.reviewers.values())
        assert drawn.drawn == draw(list(drawn.candidates), seed=drawn.seed, size=2)
        (out,) = set(village.reviewers.values()) - set(drawn.drawn)
        assert _refused(lambda: decide(village, claim, out)).code == "reviewer_not_drawn"
        decide(village, claim, drawn.drawn[0])
        run_in_transaction(
            lambda: service.draw_again(
                village_id=village.village_id, claim_id=claim.id, reason="外出", actor_id=1
            )
        )
        again = queries.story(village.village_id, claim).draws[-1]
        assert drawn.drawn[0] not in again.candidates
        assert decide(village, claim, again.drawn[0]).state == "approved"


def test_lots_are_spread_and_steady() -> None:
    people = range(100, 110)
    seeds = [f"{number:032x}" for number in range(400)]
    drawn = [draw(people, seed=seed, size=3) for seed in seeds]
    assert drawn == [draw(reversed(people), seed=seed, size=3) for seed in seeds]
    times = [sum(each in lots for lots in drawn) for each in people]
    assert all(80 < count < 160 for count in times), times


def test_the_checker_compares_claims_with_the_books(village: ClaimVillage) -> None:
    claim = submit(village, "PA01", "王大山")
    for by in list(village.reviewers.values())[:2]:
        decide(village, claim, by)
    assert checker.check() == []
    with db.engine.begin() as connection:
        connection.execute(update(Claim).values(granted=60))
    db.session.rollback()
    (fault,) = checker.check()
    assert f"claim {claim.id} and entry {claim.entry_id} do not say the same" in fault.detail


def test_history_is_only_added_to(each_app: Flask) -> None:
    village = make_claim_village()
    with at(0):
        claim = submit(village, "PA01", "王大山")
    for change in ("UPDATE claim_event SET text = 'x'", "DELETE FROM claim_event"):
        with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
            connection.execute(text(change))
    db.session.rollback()
    assert len(queries.events([claim.id])[claim.id]) == 1


def test_two_deciding_at_once_award_once(each_app: Flask, fight: Fight) -> None:
    """Both of a quorum of two approve, and both of an organiser's step; one award each."""
    village = make_claim_village()
    with at(0):
        ids = [submit(village, "PA01", "王大山").id for _ in range(2)]
        ids += [submit(village, "CW02", "陈桂兰").id for _ in range(2)]
    by = list(village.reviewers.values())[:2]
    ways = fight(rivals.approve_the_same_claims, village.village_id, ids, by)
    for one, other in zip(*ways, strict=True):
        assert sorted((one, other)) == ["approved", "in_review"]
    pending = household_pending(village.village_id, village.household_of("王大山"))
    assert balance(pending) == 100
    assert balance(branch_budget(village.village_id)) == 10_000 - 200
    assert checker.check() == []


def test_one_and_the_same_decision_sent_twice_counts_once(each_app: Flask, fight: Fight) -> None:
    village = make_claim_village(quorum=1)
    with at(0):
        ids = [submit(village, "PA02", "王大山").id for _ in range(3)]
    worker = village.staff(Role.GRID_WORKER)
    ways = fight(rivals.approve_the_same_claims, village.village_id, ids, [worker, worker])
    for one, other in zip(*ways, strict=True):
        assert sorted((one, other)) == ["approved", "claim_moved_on"]
    assert len(rulebook.awards(village.village_id)) == 3
    assert checker.check() == []


def test_a_claim_of_another_village_is_not_there(village: ClaimVillage) -> None:
    claim = submit(village, "PA01", "王大山")
    other = village.branch.places.other_village_id
    with pytest.raises(NotFound):
        queries.claim(other, claim.id)
    with pytest.raises(NotFound):
        service.withdraw_claim(village_id=other, claim_id=claim.id, actor_id=1)


def test_withdrawn_before_it_is_decided(village: ClaimVillage) -> None:
    claim = submit(village, "PA02", "王大山")
    back = partial(
        service.withdraw_claim, village_id=village.village_id, claim_id=claim.id, actor_id=7
    )
    assert run_in_transaction(back).state == "withdrawn"
    assert run_in_transaction(back).state == "withdrawn"
    assert len(queries.events([claim.id])[claim.id]) == 2
    approved = submit(village, "PA02", "王大山")
    decide(village, approved, village.staff(Role.GRID_WORKER))
    refusal = _refused(
        lambda: service.withdraw_claim(
            village_id=village.village_id, claim_id=approved.id, actor_id=7
        )
    )
    assert refusal.code == "claim_decided"
