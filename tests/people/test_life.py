"""Life events on a real database: people go, points follow, sums stay."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DatabaseError

from app.activities import service as activities
from app.activities.queries import live_signups
from app.extensions import db
from app.identity.domain import Role
from app.incentives.queries import computed_month
from app.kit import clock
from app.kit.errors import DomainError
from app.kit.month import Month
from app.kit.points import Tenths
from app.ledger.domain.accounts import Purpose, household_points, village_account
from app.ledger.queries import balance, checker
from app.notices import service as notices
from app.notices.domain import NoticePeriod
from app.notices.models import Notice
from app.notices.queries.figures import VillageMonth, village_month
from app.people import queries, service
from app.people.domain.households import MemberStatus
from app.people.domain.life import Arrival, LifeDraft, LifeKind, LifeState
from app.people.domain.persons import Person
from app.people.models import LifeDecision, LifeEvent
from app.web.transaction import run_in_transaction
from tests.factories.activities import (
    START,
    at,
    check_in,
    close,
    give_points,
    make_session,
    sign_up,
)
from tests.factories.claims import ClaimVillage, make_claim_village
from tests.factories.people import issue_member_card
from tests.factories.registers import family_register
from tests.factories.rulebooks import open_book
from tests.people.test_import import bring_in

DAY = START.date()
OCTOBER = Month(2026, 10)


@pytest.fixture
def village(each_app: Flask) -> ClaimVillage:
    """0001 王大山 李秀英 with 12.5 points, 0002 陈桂兰 with 4, 0003 赵建国 孙梅 赵小军 with 30."""
    made = make_claim_village()
    open_book(made.branch.places.other_village_id, month=OCTOBER, budget_tenths=10)
    for name, points in (("王大山", 125), ("陈桂兰", 40), ("赵建国", 300)):
        give_points(made.branch, name, Tenths(points))
    return made


def enter(village: ClaimVillage, kind: LifeKind, head: str, **more: object) -> LifeEvent:
    draft = LifeDraft(kind, village.household_of(head), DAY, "户口本已变更", **more)  # type: ignore[arg-type]
    with at(60):
        return run_in_transaction(
            lambda: service.enter_life_event(
                village_id=village.village_id,
                draft=draft,
                actor_id=village.staff(Role.BRANCH_PRESIDENT),
            )
        )


def confirm(
    village: ClaimVillage,
    event: LifeEvent,
    *,
    by: int | None = None,
    arrival: Arrival | None = None,
    days: int = 0,
) -> int:
    second = village.staff(Role.SUPERVISION) if by is None else by
    event_id, village_id = event.id, village.village_id

    def work() -> int | None:
        return service.confirm_life_event(
            event=queries.life_row(village_id, event_id), actor_id=second, arrival=arrival
        )

    with at(90 + days * 24 * 60):
        return run_in_transaction(work) or 0


def do(village: ClaimVillage, kind: LifeKind, head: str, **more: object) -> int:
    """Enter an event and have it confirmed; the household where people or points went."""
    return confirm(village, enter(village, kind, head, **more))


def spendable(village: ClaimVillage, household_id: int, village_id: int = 0) -> int:
    return balance(
        household_points(village_id or village.village_id, household_id, Purpose.SPENDABLE)
    )


def refused(work: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as caught:
        work()
    return caught.value.code


def check_books() -> None:
    db.session.rollback()
    assert checker.check() == []


def test_a_split_takes_the_agreed_share_and_nothing_twice(village: ClaimVillage) -> None:
    home = village.household_of("赵建国")
    session = make_session(village.branch)
    sign_up(village.branch, session, "孙梅")
    with at(1):
        check_in(village.branch, session, "孙梅")
    close(village.branch, session)
    card = issue_member_card(village.branch.people, "孙梅")
    event = enter(
        village,
        LifeKind.SPLIT,
        "赵建国",
        member_ids=(village.member("孙梅"), village.member("赵小军")),
        passbook_no="31",
        points=Tenths(105),
    )
    assert queries.life_view(event).state is LifeState.WAITING
    assert spendable(village, home) == 300
    made = confirm(village, event)
    assert confirm(village, event) == made
    assert (spendable(village, home), spendable(village, made)) == (195, 105)
    # What waits for the notice stays with the household that earned it.
    assert balance(household_points(village.village_id, home, Purpose.PENDING)) == 20
    new = queries.household(village.village_id, made)
    assert (new.passbook_no, new.head_name) == ("0031", "孙梅")
    assert queries.owner_of_card(village.village_id, card).household_id == made
    assert queries.kin_of(village.village_id, [made])[made] == {home}
    view = queries.life_view(queries.life_row(village.village_id, event.id))
    assert (view.state, view.moved, view.arrived_id) == (LifeState.DONE, 105, made)
    check_books()


def test_points_at_once_follow_a_household_that_merged_before_the_closing(
    village: ClaimVillage,
) -> None:
    home, target = village.household_of("王大山"), village.household_of("陈桂兰")
    with clock.stopped_at(START - timedelta(days=1)):
        run_in_transaction(
            lambda: activities.set_release_policy(
                village_id=village.village_id,
                at_once=True,
                starts_on=DAY,
                record_number="8号",
                actor_id=0,
            )
        )
    session = make_session(village.branch)
    sign_up(village.branch, session, "李秀英")
    with at(1):
        check_in(village.branch, session, "李秀英")
    do(village, LifeKind.MERGE, "王大山", to_household_id=target)
    close(village.branch, session, minutes=200)
    assert (spendable(village, home), spendable(village, target)) == (0, 40 + 125 + 20)
    check_books()


def test_a_merged_household_closes_and_what_still_comes_to_it_follows(
    village: ClaimVillage,
) -> None:
    """Pending points of an award and a hold on a sign-up come later, and go on by themselves."""
    home, target = village.household_of("王大山"), village.household_of("陈桂兰")
    earning = make_session(village.branch)
    sign_up(village.branch, earning, "李秀英")
    with at(1):
        check_in(village.branch, earning, "李秀英")
    close(village.branch, earning)
    paying = make_session(village.branch, rule_code="XF01", starts_in=timedelta(days=5))
    sign_up(village.branch, paying, "王大山")
    held = balance(household_points(village.village_id, home, Purpose.HELD))
    assert held > 0
    run_in_transaction(
        lambda: service.declare_kin(
            village_id=village.village_id,
            household_id=home,
            other_household_id=village.household_of("赵建国"),
            actor_id=0,
        )
    )
    whole = run_in_transaction(
        lambda: service.issue_card(village_id=village.village_id, actor_id=0, household_id=home)
    )
    do(village, LifeKind.MERGE, "王大山", to_household_id=target)
    assert queries.household(village.village_id, home).status == "ended"
    assert refused(lambda: queries.owner_of_card(village.village_id, whole)) == "card_not_found"
    assert spendable(village, home) == 0
    assert spendable(village, target) == 40 + 125 - held
    assert [each.name for each in queries.members_of(target)] == ["陈桂兰", "李秀英", "王大山"]
    assert village.household_of("赵建国") in queries.kin_of(village.village_id, [target])[target]
    with at(120):
        run_in_transaction(
            lambda: activities.cancel_signup(
                village_id=village.village_id,
                session_id=paying.id,
                member_id=village.member("王大山"),
                actor_id=0,
            )
        )
    assert (spendable(village, home), spendable(village, target)) == (0, 165)
    notice = close_october(village)
    settle(village, notice)
    assert (spendable(village, home), spendable(village, target)) == (0, 185)
    check_books()


@pytest.mark.parametrize("clock_days", [(0, 1), (1, 0)], ids=["in order", "clock set back"])
def test_points_go_the_whole_way_from_household_to_household(
    village: ClaimVillage, clock_days: tuple[int, int]
) -> None:
    """0003 merges into 0001 and that into 0002; both have earned before."""
    session = make_session(village.branch)
    sign_up(village.branch, session, "赵建国", "王大山")
    with at(1):
        check_in(village.branch, session, "赵建国")
        check_in(village.branch, session, "王大山")
    close(village.branch, session)
    for head, heir, days in zip(
        ("赵建国", "王大山"), ("王大山", "陈桂兰"), clock_days, strict=True
    ):
        event = enter(village, LifeKind.MERGE, head, to_household_id=village.household_of(heir))
        confirm(village, event, days=days)
    settle(village, close_october(village))
    left = [spendable(village, village.household_of(name)) for name in ("赵建国", "王大山")]
    assert left == [0, 0]
    assert spendable(village, village.household_of("陈桂兰")) == 40 + 125 + 300 + 2 * 20
    check_books()


def test_a_waiting_list_knows_who_has_died_and_who_lives_where(village: ClaimVillage) -> None:
    home, target = village.household_of("王大山"), village.household_of("陈桂兰")
    session = make_session(village.branch, rule_code="XF01", seats=1, starts_in=timedelta(days=5))
    sign_up(village.branch, session, "赵建国", "陈桂兰", "王大山")
    do(village, LifeKind.MERGE, "王大山", to_household_id=target)
    heirs = {"member_id": village.member("陈桂兰"), "new_head_id": village.member("王大山")}
    do(village, LifeKind.DEATH, "陈桂兰", **heirs)
    with at(120):
        run_in_transaction(
            lambda: activities.cancel_signup(
                village_id=village.village_id,
                session_id=session.id,
                member_id=village.member("赵建国"),
                actor_id=0,
            )
        )
    dead, moved_up = live_signups(session.id)
    assert (dead.place, moved_up.place, moved_up.household_id) == ("waiting", "confirmed", target)
    assert moved_up.held > 0
    assert (spendable(village, home), spendable(village, target)) == (0, 165 - moved_up.held)
    check_books()


@pytest.mark.parametrize("way", ["move", "return", "register"])
def test_an_old_word_is_void_once_a_household_has_people_again(
    village: ClaimVillage, way: str
) -> None:
    """陈桂兰's points were inherited; then somebody lives there, earns, and dies."""
    home, heir = village.household_of("陈桂兰"), village.household_of("赵建国")
    village_id, dead = village.village_id, village.member("陈桂兰")
    do(village, LifeKind.DEATH, "陈桂兰", member_id=dead)
    do(village, LifeKind.INHERITANCE, "陈桂兰", to_household_id=heir)
    with at(95):
        if way == "move":
            comer = village.member("李秀英")
            move = partial(service.move_member, member_id=comer, household_id=home, relation="")
            run_in_transaction(partial(move, village_id=village_id))
        elif way == "return":
            run_in_transaction(
                partial(service.record_return, village_id=village_id, member_id=dead)
            )
        else:
            bring_in(village_id, family_register(("0002", "", "陈小明", "户主", "", "", "", "")))
    (lives,) = (each for each in queries.members_of(home) if each.status is MemberStatus.ACTIVE)
    village.branch.people.members[lives.name] = lives.id
    session = make_session(village.branch)
    sign_up(village.branch, session, lives.name)
    with at(1):
        check_in(village.branch, session, lives.name)
    close(village.branch, session)
    with at(200):
        run_in_transaction(
            lambda: service.record_departure(
                village_id=village_id,
                member_id=lives.id,
                status=MemberStatus.DIED,
                departed_on=DAY,
            )
        )
    settle(village, close_october(village))
    assert (spendable(village, home), spendable(village, heir)) == (20, 340)
    check_books()


def test_who_merged_leaves_nothing_to_inherit(village: ClaimVillage) -> None:
    home, target = village.household_of("王大山"), village.household_of("陈桂兰")
    do(village, LifeKind.MERGE, "王大山", to_household_id=target)
    third = village.household_of("赵建国")
    enter_it = partial(enter, village, LifeKind.INHERITANCE, "王大山", to_household_id=third)
    assert refused(enter_it) == "household_taken_in"
    # An inheritance is the family's word, which it may change.
    do(village, LifeKind.DEATH, "钱多多", member_id=village.member("钱多多"))
    for heir in (third, target):
        assert do(village, LifeKind.INHERITANCE, "钱多多", to_household_id=heir) == heir
    # Who takes a household in decides nothing about what is still open of it.
    late = village.household_of("钱多多")
    kin = queries.kin_of(village.village_id, [home, late])
    assert (kin[home], kin[late]) == ({target}, {target, third})


def close_october(village: ClaimVillage) -> Notice:
    with clock.stopped_at(START + timedelta(days=13)):
        return run_in_transaction(
            lambda: notices.close_month(
                village_id=village.village_id, month=OCTOBER, actor_id=1, reason="还有活动"
            )
        )


def settle(village: ClaimVillage, notice: Notice) -> None:
    place = {"village_id": village.village_id, "notice_id": notice.id, "actor_id": 1}
    first_day = DAY + timedelta(days=14)
    with clock.stopped_at(START + timedelta(days=14)):
        run_in_transaction(
            lambda: notices.publish_notice(period=NoticePeriod.starting(first_day, 7), **place)
        )
    with clock.stopped_at(START + timedelta(days=22)):
        run_in_transaction(lambda: notices.settle_notice(**place))


def test_a_household_moves_to_another_village_of_the_town(village: ClaimVillage) -> None:
    there = village.branch.places.other_village_id
    president = village.branch.places.staff["shishan", Role.BRANCH_PRESIDENT]
    home = village.household_of("王大山")
    session = make_session(village.branch)
    sign_up(village.branch, session, "王大山")
    with at(1):
        check_in(village.branch, session, "王大山")
    close(village.branch, session)
    event = enter(village, LifeKind.VILLAGE_MOVE, "王大山", to_village_id=there)
    assert queries.arriving_row(there, event.id).id == event.id
    made = confirm(village, event, by=president, arrival=Arrival("88", None))
    arrived = queries.household(there, made)
    assert (arrived.passbook_no, arrived.head_name) == ("0088", "王大山")
    assert [each.name for each in queries.members_of(made)] == ["王大山", "李秀英"]
    assert {each.status for each in queries.members_of(home)} == {"moved_away"}
    assert (spendable(village, home), spendable(village, made, there)) == (0, 125)
    notice = close_october(village)
    settle(village, notice)
    assert (spendable(village, home), spendable(village, made, there)) == (0, 145)
    out = balance(village_account(village.village_id, Purpose.MOVED_OUT))
    assert (out, balance(village_account(there, Purpose.MOVED_IN))) == (145, -145)
    check_books()
    back = partial(
        service.record_return, village_id=village.village_id, member_id=village.member("王大山")
    )
    assert refused(lambda: run_in_transaction(back)) == "member_in_other_village"
    assert queries.household(village.village_id, home).status == "ended"


def test_the_last_death_leaves_points_until_the_family_has_agreed(village: ClaimVillage) -> None:
    """Nothing is forfeited: what nobody can spend waits for an heir."""
    home, heir = village.household_of("陈桂兰"), village.household_of("赵建国")
    card = issue_member_card(village.branch.people, "陈桂兰")
    do(village, LifeKind.DEATH, "陈桂兰", member_id=village.member("陈桂兰"))
    assert refused(lambda: queries.owner_of_card(village.village_id, card)) == "card_not_found"
    assert spendable(village, home) == 40
    do(village, LifeKind.INHERITANCE, "陈桂兰", to_household_id=heir)
    assert (spendable(village, home), spendable(village, heir)) == (0, 340)
    check_books()


def test_birth_new_head_and_another_grid(village: ClaimVillage) -> None:
    home = village.household_of("赵建国")
    do(village, LifeKind.BIRTH, "赵建国", person=Person("赵小宝", relation="孙"))
    do(village, LifeKind.HEAD_CHANGE, "赵建国", member_id=village.member("孙梅"))
    do(village, LifeKind.GRID_MOVE, "赵建国", grid_id=village.grids[0])
    notice = close_october(village)
    before = computed_month(village.village_id, OCTOBER).result.grids
    with clock.stopped_at(START + timedelta(days=14)):
        draft = LifeDraft(
            LifeKind.GRID_MOVE, home, DAY + timedelta(days=14), "新房", grid_id=village.grids[1]
        )
        run_in_transaction(
            lambda: service.confirm_life_event(
                event=service.enter_life_event(
                    village_id=village.village_id, draft=draft, actor_id=1
                ),
                actor_id=1,
            )
        )
    names = [(each.name, each.is_head) for each in queries.members_of(home)]
    assert sorted(names) == [
        ("孙梅", True),
        ("赵小军", False),
        ("赵小宝", False),
        ("赵建国", False),
    ]
    assert queries.household(village.village_id, home).grid_id == village.grids[1]
    # What is closed stays: the grid's figures of October, and those on its notice.
    assert computed_month(village.village_id, OCTOBER).result.grids == before
    settle(village, notice)
    check_books()


def test_the_notice_adds_up_after_a_split_a_merger_a_move_and_a_death(
    village: ClaimVillage,
) -> None:
    there = village.branch.places.other_village_id
    split = {"member_ids": (village.member("孙梅"),), "passbook_no": "31", "points": Tenths(105)}
    do(village, LifeKind.SPLIT, "赵建国", **split)
    do(village, LifeKind.MERGE, "陈桂兰", to_household_id=village.household_of("赵建国"))
    event = enter(village, LifeKind.VILLAGE_MOVE, "王大山", to_village_id=there)
    president = village.branch.places.staff["shishan", Role.BRANCH_PRESIDENT]
    confirm(village, event, by=president, arrival=Arrival("88", None))
    death = {"member_id": village.member("赵建国"), "new_head_id": village.member("陈桂兰")}
    do(village, LifeKind.DEATH, "赵建国", **death)
    close_october(village)
    figures = village_month(village.village_id, OCTOBER)
    assert told(figures) == {
        # 给的 12.5、4、30 分也在更正里：那是测试转来的。
        "0001": (0, -125),
        "0002": (0, -40),
        "0003": (235, -65),
        "0031": (105, 105),
        "0010": (0, 0),
    }
    assert figures.village.closing == 235 + 105
    assert told(village_month_of(there)) == {"0088": (125, 125)}
    check_books()


def village_month_of(village_id: int) -> VillageMonth:
    with clock.stopped_at(START + timedelta(days=13)):
        run_in_transaction(
            lambda: notices.close_month(village_id=village_id, month=OCTOBER, actor_id=1)
        )
    return village_month(village_id, OCTOBER)


def told(figures: VillageMonth) -> dict[str, tuple[int, int]]:
    """Closing balance of each line, and what its remark says that came or went."""
    return {
        line.household.passbook_no: (line.figures.closing, line.followed)
        for line in figures.households
    }


@pytest.mark.parametrize(
    ("by", "code"),
    [
        ("president", "life_needs_other"),
        ("undeclared", "reviewer_undeclared"),
        ("own", "reviewer_own_household"),
        ("kin", "reviewer_is_kin"),
    ],
)
def test_who_may_not_say_yes(village: ClaimVillage, by: str, code: str) -> None:
    target = village.household_of("赵建国")
    event = enter(village, LifeKind.MERGE, "陈桂兰", to_household_id=target)
    account_id = village.staff(Role.SUPERVISION)
    if by == "president":
        account_id = village.staff(Role.BRANCH_PRESIDENT)
    if by == "undeclared":
        account_id = village.staff(Role.REVIEWER)
    if by in ("own", "kin"):
        household_id = target if by == "own" else village.household_of("王大山")
        declare = partial(service.declare_staff_tie, grid_id=None, actor_id=0)
        run_in_transaction(
            lambda: declare(
                village_id=village.village_id, account_id=account_id, household_id=household_id
            )
        )
    if by == "kin":
        run_in_transaction(
            lambda: service.declare_kin(
                village_id=village.village_id,
                household_id=target,
                other_household_id=village.household_of("王大山"),
                actor_id=0,
            )
        )
    assert refused(lambda: confirm(village, event, by=account_id)) == code
    assert spendable(village, target) == 300


def test_what_cannot_be(village: ClaimVillage) -> None:
    head, wife = village.member("赵建国"), village.member("孙梅")
    cases: tuple[tuple[str, LifeKind, dict[str, object]], ...] = (
        ("split_takes_head", LifeKind.SPLIT, {"member_ids": (head,), "passbook_no": "31"}),
        ("nobody_chosen", LifeKind.SPLIT, {"passbook_no": "31"}),
        ("passbook_no_taken", LifeKind.SPLIT, {"member_ids": (wife,), "passbook_no": "2"}),
        (
            "insufficient_points",
            LifeKind.SPLIT,
            {"member_ids": (wife,), "passbook_no": "31", "points": Tenths(301)},
        ),
        ("life_target_missing", LifeKind.MERGE, {}),
        ("life_target_same", LifeKind.MERGE, {"to_household_id": village.household_of("赵建国")}),
        (
            "household_not_ended",
            LifeKind.INHERITANCE,
            {"to_household_id": village.household_of("王大山")},
        ),
        ("member_elsewhere", LifeKind.DEATH, {"member_id": village.member("王大山")}),
        ("member_elsewhere", LifeKind.DEATH, {"member_id": head, "new_head_id": 7}),
        ("village_not_found", LifeKind.VILLAGE_MOVE, {"to_village_id": village.village_id}),
        ("grid_missing", LifeKind.GRID_MOVE, {}),
    )
    for code, kind, more in cases:
        assert refused(partial(enter, village, kind, "赵建国", **more)) == code


def test_a_withdrawn_event_never_happens_and_no_row_changes(village: ClaimVillage) -> None:
    event = enter(village, LifeKind.DEATH, "赵建国", member_id=village.member("孙梅"))
    with at(61):
        run_in_transaction(lambda: service.withdraw_life_event(event=event, actor_id=1))
        run_in_transaction(lambda: service.withdraw_life_event(event=event, actor_id=1))
    assert refused(lambda: confirm(village, event)) == "life_event_decided"
    assert queries.member(village.village_id, village.member("孙梅")).status == "active"
    for statement in (
        update(LifeEvent).values(note="改过"),
        delete(LifeDecision),
        text("UPDATE life_decision SET confirmed = confirmed"),
    ):
        with pytest.raises(DatabaseError):
            db.session.execute(statement)
        db.session.rollback()
