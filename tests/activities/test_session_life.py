"""A session from approval to closing, on both databases, with the books after each step."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.activities import queries, service
from app.activities.domain.check_in import Source
from app.activities.domain.signups import HoldState
from app.activities.models import ActivitySession, Attendance, Signup
from app.extensions import db
from app.kit.errors import Conflict, NotFound
from app.kit.month import Month
from app.kit.points import Tenths
from app.ledger import service as ledger
from app.ledger.domain.accounts import (
    activity_income,
    activity_pool,
    branch_budget,
    household_held,
    household_pending,
    household_spendable,
    member_standing,
)
from app.ledger.queries import balance, checker
from app.web.transaction import run_in_transaction
from tests.factories.activities import (
    BUDGET,
    Branch,
    at,
    check_in,
    close,
    give_points,
    make_branch,
    make_session,
    sign_up,
)


@pytest.fixture
def branch(each_app: Flask) -> Branch:
    return make_branch()


def points(branch: Branch, name: str) -> tuple[int, int, int]:
    """Spendable, held and pending points of somebody's household."""
    household_id = branch.household_of(name)
    return (
        balance(household_spendable(branch.village_id, household_id)),
        balance(household_held(branch.village_id, household_id)),
        balance(household_pending(branch.village_id, household_id)),
    )


def budget_and_pool(branch: Branch, session: ActivitySession) -> tuple[int, int]:
    return (
        balance(branch_budget(branch.village_id)),
        balance(activity_pool(branch.village_id, session.activity_id)),
    )


def row(branch: Branch, session: ActivitySession, name: str) -> Attendance:
    db.session.rollback()
    found = queries.attendance_of(session.id, branch.member(name))
    assert found is not None
    return found


def refused(code: str, work: Callable[[], object]) -> dict[str, object]:
    with pytest.raises(Conflict) as refusal:
        work()
    assert refusal.value.code == code
    return dict(refusal.value.facts)


def test_approving_reserves_the_budget_and_cancelling_returns_it(branch: Branch) -> None:
    session = make_session(branch, seats=30)
    assert budget_and_pool(branch, session) == (BUDGET - 600, 600)
    for _ in range(2):
        run_in_transaction(
            lambda: service.approve_activity(
                village_id=branch.village_id, activity_id=session.activity_id, actor_id=1
            )
        )
        assert budget_and_pool(branch, session) == (BUDGET - 600, 600)
    for _ in range(2):
        run_in_transaction(
            lambda: service.cancel_activity(
                village_id=branch.village_id,
                activity_id=session.activity_id,
                reason="下雨",
                actor_id=1,
            )
        )
        assert budget_and_pool(branch, session) == (BUDGET, 0)
    assert checker.check() == []


def test_a_short_budget_is_refused_with_the_figures(branch: Branch) -> None:
    session = make_session(branch, seats=501, approved=False)
    facts = refused(
        "branch_budget_short",
        lambda: run_in_transaction(
            lambda: service.approve_activity(
                village_id=branch.village_id, activity_id=session.activity_id, actor_id=1
            )
        ),
    )
    assert facts == {"needed_tenths": 10_020, "budget_tenths": 10_000}
    assert budget_and_pool(branch, session) == (BUDGET, 0)


def test_who_came_is_awarded_at_the_closing_and_the_rest_returns(branch: Branch) -> None:
    session = make_session(branch)
    sign_up(branch, session, "王大山", "李秀英", "陈桂兰")
    with at(-10):
        check_in(branch, session, "王大山")
        check_in(branch, session, "李秀英", source=Source.ROTATING_CODE)
    assert points(branch, "王大山") == (0, 0, 0)
    close(branch, session)
    assert points(branch, "王大山") == (0, 0, 40)
    assert points(branch, "陈桂兰") == (0, 0, 0)
    assert balance(member_standing(branch.village_id, branch.member("李秀英"))) == 20
    assert budget_and_pool(branch, session) == (BUDGET - 40, 0)
    assert row(branch, session, "陈桂兰").state == "absent"
    assert row(branch, session, "王大山").minutes == 60
    assert checker.check() == []


def test_closing_twice_is_the_same_closing(branch: Branch) -> None:
    session = make_session(branch)
    sign_up(branch, session, "王大山")
    with at(0):
        check_in(branch, session, "王大山")
    close(branch, session)
    closed_at = queries.session(branch.village_id, session.id).session.closed_at
    close(branch, session)
    db.session.rollback()
    assert queries.session(branch.village_id, session.id).session.closed_at == closed_at
    assert points(branch, "王大山") == (0, 0, 20)


def test_a_cap_cuts_and_the_cut_returns_to_the_branch(branch: Branch) -> None:
    # ZY01 gives two points, at most eight a month, and the group's rules share the counter.
    for _ in range(5):
        session = make_session(branch, seats=1)
        sign_up(branch, session, "陈桂兰")
        with at(0):
            check_in(branch, session, "陈桂兰")
        close(branch, session)
    assert points(branch, "陈桂兰") == (0, 0, 80)
    assert budget_and_pool(branch, session) == (BUDGET - 80, 0)
    line = queries.result_lines(queries.session(branch.village_id, session.id))[0]
    assert (line.asked, line.granted) == (20, 0)
    assert line.cap is not None
    assert line.cap.points_max == 80
    assert checker.check() == []


def test_more_people_than_seats_are_paid_from_the_branch_budget(branch: Branch) -> None:
    session = make_session(branch, seats=1, drop_in=True)
    with at(0):
        for name in ("王大山", "陈桂兰", "赵建国"):
            check_in(branch, session, name, source=Source.ROSTER)
    close(branch, session)
    assert budget_and_pool(branch, session) == (BUDGET - 60, 0)
    assert checker.check() == []


def test_whoever_waits_must_be_decided_before_the_closing(branch: Branch) -> None:
    session = make_session(branch)
    sign_up(branch, session, "王大山", "陈桂兰")
    with at(16):
        check_in(branch, session, "王大山")
        check_in(branch, session, "陈桂兰", source=Source.POSTER)
    assert row(branch, session, "王大山").waits_for == "late"
    facts = refused("attendance_unconfirmed", lambda: close(branch, session))
    assert facts == {"count": 2}
    run_in_transaction(
        lambda: service.confirm_attendance(
            village_id=branch.village_id,
            session_id=session.id,
            attendance_id=row(branch, session, "王大山").id,
            actor_id=branch.organiser_id,
        )
    )
    run_in_transaction(
        lambda: service.mark_not_there(
            village_id=branch.village_id,
            session_id=session.id,
            member_id=branch.member("陈桂兰"),
            excuse="",
            actor_id=branch.organiser_id,
        )
    )
    close(branch, session)
    assert points(branch, "王大山") == (0, 0, 20)
    assert points(branch, "陈桂兰") == (0, 0, 0)
    assert row(branch, session, "王大山").confirmed_by == branch.organiser_id


def test_hours_count_full_hours_between_in_and_out(branch: Branch) -> None:
    session = make_session(branch, rule_code="ZY07", minutes=150, hourly=True)
    sign_up(branch, session, "王大山", "陈桂兰", "赵建国")
    assert budget_and_pool(branch, session)[1] == 3 * 2 * 10
    with at(0):
        for name in ("王大山", "陈桂兰", "赵建国"):
            check_in(branch, session, name)
    for minutes, name in ((50, "陈桂兰"), (90, "赵建国")):
        with at(minutes):
            run_in_transaction(
                partial(
                    service.check_out,
                    village_id=branch.village_id,
                    session_id=session.id,
                    member_id=branch.member(name),
                    actor_id=1,
                    own=False,
                )
            )
    close(branch, session, minutes=160)
    assert row(branch, session, "王大山").minutes_rule == "planned"
    assert [row(branch, session, name).minutes for name in ("王大山", "陈桂兰", "赵建国")] == [
        150, 50, 90,
    ]  # fmt: skip
    assert points(branch, "王大山") == (0, 0, 20)
    assert points(branch, "陈桂兰") == (0, 0, 0)
    assert points(branch, "赵建国") == (0, 0, 10)
    assert checker.check() == []


def test_a_repeated_scan_changes_nothing(branch: Branch) -> None:
    session = make_session(branch)
    sign_up(branch, session, "王大山")
    with at(-29):
        assert not check_in(branch, session, "王大山").unchanged
    with at(20):
        again = check_in(branch, session, "王大山", source=Source.POSTER)
    assert again.unchanged
    assert (again.attendance.source, again.attendance.state) == ("card", "present")
    assert len(db.session.scalars(select(Attendance)).all()) == 1


def test_without_sign_up_the_session_must_allow_it(branch: Branch) -> None:
    session = make_session(branch)
    with at(0):
        facts = refused("not_signed_up", lambda: check_in(branch, session, "王大山"))
    assert facts["name"] == "王大山"


def test_sessions_not_closed_after_two_days_are_offered(branch: Branch) -> None:
    session = make_session(branch)
    end = session.ends_at
    almost = end + timedelta(days=2) - timedelta(seconds=1)
    assert queries.sessions_to_close(branch.village_id, almost) == []
    due = queries.sessions_to_close(branch.village_id, end + timedelta(days=2))
    assert [view.session.id for view in due] == [session.id]
    assert queries.sessions_to_close(branch.places.other_village_id, end + timedelta(days=9)) == []
    close(branch, session)
    assert queries.sessions_to_close(branch.village_id, end + timedelta(days=2)) == []


# --- activities that cost points -------------------------------------------------------------


def test_a_spending_activity_holds_takes_and_gives_back(branch: Branch) -> None:
    give_points(branch, "王大山", Tenths(50))
    give_points(branch, "陈桂兰", Tenths(20))
    session = make_session(branch, rule_code="XF01")
    assert budget_and_pool(branch, session) == (BUDGET, 0)
    sign_up(branch, session, "王大山", "李秀英", "陈桂兰")
    assert points(branch, "王大山") == (10, 40, 0)
    with at(0):
        check_in(branch, session, "王大山")
    close(branch, session)
    # One of the two came; the other's hold goes back, and so does that of the third household.
    assert points(branch, "王大山") == (30, 0, 0)
    assert points(branch, "陈桂兰") == (20, 0, 0)
    assert balance(activity_income(branch.village_id)) == 20
    assert checker.check() == []


def test_signing_up_needs_the_points(branch: Branch) -> None:
    give_points(branch, "王大山", Tenths(19))
    session = make_session(branch, rule_code="XF01")
    facts = refused("insufficient_points", lambda: sign_up(branch, session, "王大山"))
    assert facts == {"needed_tenths": 20, "balance_tenths": 19}
    assert queries.live_signups(session.id) == []


def test_cancelling_gives_back_and_whoever_can_pay_moves_up(branch: Branch) -> None:
    give_points(branch, "王大山", Tenths(20))
    give_points(branch, "赵建国", Tenths(20))
    session = make_session(branch, rule_code="XF01", seats=1)
    sign_up(branch, session, "王大山", "陈桂兰", "赵建国")
    assert points(branch, "赵建国") == (20, 0, 0)
    run_in_transaction(
        lambda: service.cancel_signup(
            village_id=branch.village_id,
            session_id=session.id,
            member_id=branch.member("王大山"),
            actor_id=1,
        )
    )
    # 陈桂兰 was first in line but has no points: she keeps waiting, and 赵建国 moves up.
    places = {
        signup.member_id: (signup.place, signup.hold_state)
        for signup in queries.live_signups(session.id)
    }
    assert places == {
        branch.member("陈桂兰"): ("waiting", HoldState.NONE),
        branch.member("赵建国"): ("confirmed", HoldState.HELD),
    }
    assert points(branch, "王大山") == (20, 0, 0)
    assert points(branch, "赵建国") == (0, 20, 0)
    assert checker.check() == []


def test_cancelling_a_spending_activity_gives_everybody_back(branch: Branch) -> None:
    give_points(branch, "王大山", Tenths(40))
    session = make_session(branch, rule_code="XF01")
    sign_up(branch, session, "王大山", "李秀英")
    run_in_transaction(
        lambda: service.cancel_activity(
            village_id=branch.village_id,
            activity_id=session.activity_id,
            reason="老师生病",
            actor_id=1,
        )
    )
    assert points(branch, "王大山") == (40, 0, 0)
    assert checker.check() == []


def test_a_drop_in_pays_at_the_door(branch: Branch) -> None:
    give_points(branch, "王大山", Tenths(20))
    session = make_session(branch, rule_code="XF01", drop_in=True)
    with at(0):
        check_in(branch, session, "王大山")
        assert points(branch, "王大山") == (0, 20, 0)
        refused("insufficient_points", lambda: check_in(branch, session, "李秀英"))
    close(branch, session)
    assert balance(activity_income(branch.village_id)) == 20


# --- corrections -----------------------------------------------------------------------------


def correct(branch: Branch, session: ActivitySession, name: str, *, attended: bool) -> None:
    run_in_transaction(
        lambda: service.correct_attendance(
            village_id=branch.village_id,
            session_id=session.id,
            member_id=branch.member(name),
            attended=attended,
            minutes=None,
            reason="看错了名单",
            actor_id=branch.organiser_id,
        )
    )


def test_a_correction_reverses_and_awards_in_one_action(branch: Branch) -> None:
    session = make_session(branch)
    sign_up(branch, session, "王大山", "陈桂兰")
    with at(0):
        check_in(branch, session, "王大山")
    refused("session_not_closed", lambda: correct(branch, session, "王大山", attended=False))
    close(branch, session)
    correct(branch, session, "王大山", attended=False)
    assert points(branch, "王大山") == (0, 0, 0)
    assert balance(member_standing(branch.village_id, branch.member("王大山"))) == 0
    assert budget_and_pool(branch, session) == (BUDGET, 0)
    correct(branch, session, "陈桂兰", attended=True)
    # Somebody who was on no list at all.
    correct(branch, session, "赵小军", attended=True)
    assert points(branch, "陈桂兰") == (0, 0, 20)
    assert points(branch, "赵小军") == (0, 0, 20)
    assert budget_and_pool(branch, session) == (BUDGET - 40, 0)
    refused("correction_changes_nothing", lambda: correct(branch, session, "陈桂兰", attended=True))
    # A correction can be corrected: what the branch paid goes back to the branch.
    correct(branch, session, "陈桂兰", attended=False)
    assert budget_and_pool(branch, session) == (BUDGET - 20, 0)
    assert checker.check() == []
    made = queries.corrections([row(branch, session, "陈桂兰").id])
    assert [(each.state_before, each.state_after) for each in made] == [
        ("absent", "present"),
        ("present", "absent"),
    ]


def test_corrected_minutes_change_the_award(branch: Branch) -> None:
    session = make_session(branch, rule_code="ZY07", minutes=120, hourly=True)
    sign_up(branch, session, "王大山")
    with at(0):
        check_in(branch, session, "王大山")
    close(branch, session, minutes=130)
    assert points(branch, "王大山") == (0, 0, 20)
    run_in_transaction(
        lambda: service.correct_attendance(
            village_id=branch.village_id,
            session_id=session.id,
            member_id=branch.member("王大山"),
            attended=True,
            minutes=70,
            reason="早走了",
            actor_id=1,
        )
    )
    assert points(branch, "王大山") == (0, 0, 10)
    assert row(branch, session, "王大山").minutes_rule == "corrected"
    assert checker.check() == []


def test_a_payment_is_refunded_and_made_by_correction(branch: Branch) -> None:
    give_points(branch, "王大山", Tenths(40))
    session = make_session(branch, rule_code="XF01")
    sign_up(branch, session, "王大山", "李秀英")
    with at(0):
        check_in(branch, session, "王大山")
    close(branch, session)
    correct(branch, session, "王大山", attended=False)
    assert points(branch, "王大山") == (40, 0, 0)
    correct(branch, session, "李秀英", attended=True)
    correct(branch, session, "王大山", attended=True)
    assert points(branch, "王大山") == (0, 0, 0)
    assert balance(activity_income(branch.village_id)) == 40
    assert checker.check() == []


def test_a_refund_of_what_was_paid_in_a_sealed_month_is_told_before_the_next_close(
    branch: Branch,
) -> None:
    give_points(branch, "王大山", Tenths(40))
    session = make_session(branch, rule_code="XF01")
    sign_up(branch, session, "王大山")
    with at(0):
        check_in(branch, session, "王大山")
    close(branch, session)
    run_in_transaction(lambda: ledger.close_period(branch.village_id, month=Month(2026, 10)))
    correct(branch, session, "王大山", attended=False)
    assert checker.check_open_month(branch.village_id) == []
    db.session.execute(update(Signup).values(held=Signup.held + 1))
    findings = checker.check_open_month(branch.village_id)
    assert {finding.pass_name for finding in findings} == {"witnesses_agree"}


def test_other_villages_sessions_are_not_there(branch: Branch) -> None:
    session = make_session(branch)
    other = branch.places.other_village_id
    with pytest.raises(NotFound, match="session_not_found"):
        run_in_transaction(
            lambda: service.close_session(village_id=other, session_id=session.id, actor_id=1)
        )
    with pytest.raises(NotFound, match="activity_not_found"):
        queries.activity(other, session.activity_id)
