"""Inspection rounds: drawn once, marked by one, checked by another, posted as one batch."""

from collections.abc import Callable
from functools import partial

import pytest
from flask import Flask

from app.claims import queries, service
from app.claims.domain.denials import DenialDecision
from app.claims.domain.inspections import MarkWish, drawn_order
from app.claims.models import InspectionRound
from app.extensions import db
from app.identity.domain import Role
from app.kit.errors import DomainError
from app.ledger.domain.accounts import Address, branch_budget, household_pending, issuance
from app.ledger.domain.drafts import EntryDraft, EntryKind, TransferDraft
from app.ledger.queries import balance, checker
from app.ledger.service import post
from app.people import service as people
from app.rulebook import queries as rulebook
from app.web.transaction import run_in_transaction
from tests.factories.activities import at
from tests.factories.claims import DAY, ClaimVillage, make_claim_village, tie

FAILED, CLEAN, CLEANEST = range(3)


@pytest.fixture
def village(each_app: Flask) -> ClaimVillage:
    return make_claim_village()


def open_round(village: ClaimVillage, rule_code: str = "HJ01") -> InspectionRound:
    with at(0):
        return run_in_transaction(
            lambda: service.open_inspection(
                village_id=village.village_id,
                rule_code=rule_code,
                grid_id=None,
                occurred_on=DAY,
                actor_id=village.staff(Role.ORGANISER),
            )
        )


def mark(village: ClaimVillage, found: InspectionRound, by: int, **levels: int) -> None:
    """Mark households by the name of a member, all in one go."""
    lines = {line.household_id: line.id for line in queries.inspection_marks(found.id)}
    wishes = [MarkWish(lines[village.household_of(name)], level) for name, level in levels.items()]
    round_id = found.id
    with at(30):
        run_in_transaction(
            lambda: service.mark_households(
                village_id=village.village_id, round_id=round_id, wishes=wishes, actor_id=by
            )
        )


def check(village: ClaimVillage, found: InspectionRound, by: int, *returned: str) -> bool:
    """Agree to all but the returned; whether everything is posted now."""
    marks = queries.inspection_marks(found.id)
    lines = {line.household_id: line.id for line in marks}
    seen = [MarkWish(line.id, line.level) for line in marks if line.level is not None]
    returned_ids = {lines[village.household_of(name)] for name in returned}
    round_id = found.id
    with at(60):
        posted = run_in_transaction(
            lambda: (
                service.check_inspection(
                    village_id=village.village_id,
                    round_id=round_id,
                    seen=seen,
                    returned_ids=returned_ids,
                    actor_id=by,
                ).posted_at
            )
        )
    return posted is not None


def refused(work: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as caught:
        work()
    db.session.rollback()
    return caught.value.code


def pending(village: ClaimVillage, name: str) -> int:
    return balance(household_pending(village.village_id, village.household_of(name)))


def finish(village: ClaimVillage) -> InspectionRound:
    """A round in which 王大山 is cleanest, 陈桂兰 clean and the others fail, posted."""
    found = open_round(village)
    levels = {"王大山": CLEANEST, "陈桂兰": CLEAN, "赵建国": FAILED, "钱多多": FAILED}
    mark(village, found, village.staff(Role.ORGANISER), **levels)
    assert check(village, found, village.staff(Role.SUPERVISION))
    return found


def test_a_round_from_the_draw_to_the_books(village: ClaimVillage) -> None:
    organiser, supervision = village.staff(Role.ORGANISER), village.staff(Role.SUPERVISION)
    found = open_round(village)
    view = queries.inspection_view(village.village_id, found.id, organiser)
    assert [(each.level, each.word, each.points) for each in view.levels] == [
        (FAILED, "不达标", 0), (CLEAN, "清洁", 20), (CLEANEST, "最清洁", 50),
    ]  # fmt: skip
    homes = [row.household.id for row in view.rows]
    assert tuple(homes) == drawn_order(sorted(homes), found.seed)
    mark(village, found, organiser, 王大山=CLEANEST, 陈桂兰=CLEAN, 赵建国=CLEANEST, 钱多多=FAILED)
    assert refused(lambda: check(village, found, organiser)) == "inspection_not_yours"
    # One line is sent back and judged anew; the rest is agreed to and waits for it.
    assert not check(village, found, supervision, "赵建国")
    assert pending(village, "王大山") == 0
    assert refused(lambda: mark(village, found, organiser, 王大山=CLEAN)) == "inspection_checked"
    mark(village, found, organiser, 赵建国=CLEAN)
    mark(village, found, organiser, 赵建国=CLEAN)
    assert check(village, found, supervision)
    assert check(village, found, supervision)
    names = ("王大山", "陈桂兰", "赵建国", "钱多多")
    assert [pending(village, name) for name in names] == [50, 20, 20, 0]
    late = refused(lambda: mark(village, found, organiser, 钱多多=CLEAN))
    assert late == "inspection_checked"
    assert checker.check() == []
    # The cap of the group is five points a month: a second round leaves less.
    again = open_round(village, "HJ02")
    mark(village, again, organiser, 王大山=CLEAN, 陈桂兰=CLEANEST, 赵建国=FAILED, 钱多多=FAILED)
    assert check(village, again, supervision)
    assert [pending(village, name) for name in names] == [50, 50, 20, 0]
    assert checker.check() == []


def test_nobody_judges_the_own_family(village: ClaimVillage) -> None:
    organiser, supervision = village.staff(Role.ORGANISER), village.staff(Role.SUPERVISION)
    home, kin = village.household_of("王大山"), village.household_of("陈桂兰")
    place = {"village_id": village.village_id, "actor_id": 0}

    def declare() -> None:
        tie(village, organiser, household_id=home)
        people.declare_kin(household_id=home, other_household_id=kin, **place)

    run_in_transaction(declare)
    found = open_round(village)
    own = refused(lambda: mark(village, found, organiser, 王大山=CLEANEST))
    assert own == "reviewer_own_household"
    assert refused(lambda: mark(village, found, organiser, 陈桂兰=CLEAN)) == "reviewer_is_kin"
    undeclared = village.staff(Role.REVIEWER)
    assert refused(lambda: mark(village, found, undeclared, 赵建国=1)) == "reviewer_undeclared"
    mark(village, found, organiser, 赵建国=CLEAN, 钱多多=FAILED)
    mark(village, found, supervision, 王大山=CLEAN, 陈桂兰=CLEAN)
    assert not check(village, found, supervision)
    # Who marked two lines cannot check them, and the organiser is of the family: a third does.
    assert refused(lambda: check(village, found, organiser)) == "inspection_not_yours"
    assert check(village, found, village.reviewers["评议员甲"])
    assert pending(village, "王大山") == 20


def test_a_budget_that_does_not_reach_posts_nothing(village: ClaimVillage) -> None:
    found = open_round(village)
    mark(
        village, found, village.staff(Role.ORGANISER),
        王大山=CLEANEST, 陈桂兰=CLEANEST, 赵建国=CLEANEST, 钱多多=CLEANEST,
    )  # fmt: skip
    budget = balance(branch_budget(village.village_id))
    move_budget(village, branch_budget, issuance, budget - 150)
    short = refused(lambda: check(village, found, village.staff(Role.SUPERVISION)))
    assert short == "branch_budget_short"
    assert pending(village, "王大山") == 0
    move_budget(village, issuance, branch_budget, 100)
    assert check(village, found, village.staff(Role.SUPERVISION))
    assert balance(branch_budget(village.village_id)) == 50


def move_budget(
    village: ClaimVillage,
    source: Callable[[int], Address],
    target: Callable[[int], Address],
    amount: int,
) -> None:
    moved = TransferDraft(source(village.village_id), target(village.village_id), amount)
    key = f"test:{source.__name__}"
    draft = EntryDraft(village.village_id, EntryKind.MOVE, DAY, 0, key, (moved,))
    run_in_transaction(lambda: post([draft]))


def test_a_household_denies_what_it_was_given(village: ClaimVillage) -> None:
    finish(village)
    (award,) = rulebook.awards(village.village_id, household_id=village.household_of("王大山"))
    deny = partial(
        service.deny_award,
        village_id=village.village_id,
        award_id=award.id,
        statement="那天我家没人",
        actor_id=5,
    )
    other = village.household_of("陈桂兰")
    assert refused(partial(deny, household_id=other)) == "award_not_found"
    denial = run_in_transaction(partial(deny, household_id=village.household_of("王大山")))
    assert len(queries.open_denials(village.village_id)) == 1
    decide = partial(
        service.decide_denial,
        village_id=village.village_id,
        denial_id=denial.id,
        decision=DenialDecision.UPHELD,
        answer="认错门了",
        actor_id=5,
    )
    with at(120):
        run_in_transaction(decide)
    assert pending(village, "王大山") == 0
    assert refused(decide) == "denial_decided"
    assert checker.check() == []
