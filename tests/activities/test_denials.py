"""A household says "not me": the credit is taken back and given to whoever was there."""

from collections.abc import Callable

import pytest
from flask import Flask

from app.activities import queries, service
from app.activities.domain.denials import DenialDecision
from app.activities.models import ActivitySession, AttendanceDenial
from app.extensions import db
from app.kit.errors import DomainError
from app.ledger.domain.accounts import household_pending, member_standing
from app.ledger.queries import balances, checker
from app.rulebook import queries as rulebook
from app.web.transaction import run_in_transaction
from tests.factories.activities import (
    Branch,
    at,
    check_in,
    close,
    make_branch,
    make_session,
    sign_up,
)


@pytest.fixture
def branch(each_app: Flask) -> Branch:
    return make_branch()


@pytest.fixture
def session(branch: Branch) -> ActivitySession:
    """王大山 was checked in and has the points; 陈桂兰 signed up and was not."""
    session = make_session(branch, seats=5)
    sign_up(branch, session, "王大山", "陈桂兰")
    with at(0):
        check_in(branch, session, "王大山")
    close(branch, session)
    return session


def award_of(session: ActivitySession, branch: Branch, name: str) -> int:
    attendance = queries.attendance_of(session.id, branch.member(name))
    assert attendance is not None
    assert attendance.award_id is not None
    return attendance.award_id


def deny(branch: Branch, award_id: int, name: str = "王大山") -> AttendanceDenial:
    with at(90):
        return run_in_transaction(
            lambda: service.deny_award(
                village_id=branch.village_id,
                household_id=branch.household_of(name),
                award_id=award_id,
                statement="那天我们都不在村里",
                actor_id=5,
            )
        )


def decide(
    branch: Branch,
    denial: AttendanceDenial,
    decision: DenialDecision = DenialDecision.UPHELD,
    right: str = "",
) -> AttendanceDenial:
    with at(200):
        return run_in_transaction(
            lambda: service.decide_denial(
                village_id=branch.village_id,
                denial_id=denial.id,
                decision=decision,
                answer="查过名单",
                right_member_id=branch.member(right) if right else None,
                actor_id=9,
            )
        )


def points(branch: Branch) -> dict[str, tuple[int, int]]:
    """Pending points and standing of both who might have been there, in tenths."""
    found = {}
    for name in ("王大山", "陈桂兰"):
        pending = household_pending(branch.village_id, branch.household_of(name))
        standing = member_standing(branch.village_id, branch.member(name))
        held = balances([pending, standing])
        found[name] = (held[pending], held[standing])
    return found


def refused(code: str, work: Callable[[], object]) -> None:
    with pytest.raises(DomainError, match=code):
        work()


def test_the_credit_goes_to_whoever_was_there(branch: Branch, session: ActivitySession) -> None:
    award_id = award_of(session, branch, "王大山")
    assert points(branch) == {"王大山": (20, 20), "陈桂兰": (0, 0)}
    denial = decide(branch, deny(branch, award_id), right="陈桂兰")
    assert points(branch) == {"王大山": (0, 0), "陈桂兰": (20, 20)}
    taken_back, given = queries.corrections([found.id for found in queries.attendances(session.id)])
    assert (denial.correction_id, denial.replacement_id) == (taken_back.id, given.id)
    assert (taken_back.award_id_before, taken_back.award_id_after) == (award_id, None)
    assert given.award_id_after == award_of(session, branch, "陈桂兰")
    assert rulebook.award(branch.village_id, award_id).reversal_entry_id is not None
    assert checker.check() == []


def test_nobody_else_need_be_named(branch: Branch, session: ActivitySession) -> None:
    denial = decide(branch, deny(branch, award_of(session, branch, "王大山")))
    assert denial.replacement_id is None
    assert points(branch) == {"王大山": (0, 0), "陈桂兰": (0, 0)}


def test_a_rejected_denial_changes_nothing(branch: Branch, session: ActivitySession) -> None:
    denial = deny(branch, award_of(session, branch, "王大山"))
    refused(
        "replacement_not_upheld",
        lambda: decide(branch, denial, DenialDecision.REJECTED, right="陈桂兰"),
    )
    decide(branch, denial, DenialDecision.REJECTED)
    assert points(branch) == {"王大山": (20, 20), "陈桂兰": (0, 0)}
    refused("denial_decided", lambda: decide(branch, denial))


def test_what_cannot_be_denied(branch: Branch, session: ActivitySession) -> None:
    award_id = award_of(session, branch, "王大山")
    refused("award_not_found", lambda: deny(branch, award_id, "陈桂兰"))
    denial = deny(branch, award_id)
    assert deny(branch, award_id).id == denial.id
    refused("replacement_is_same", lambda: decide(branch, denial, right="王大山"))
    assert [found.denial.id for found in queries.open_denials(branch.village_id)] == [denial.id]
    decide(branch, denial, right="陈桂兰")
    assert queries.open_denials(branch.village_id) == []
    db.session.rollback()
    again = award_of(session, branch, "陈桂兰")
    run_in_transaction(
        lambda: service.correct_attendance(
            village_id=branch.village_id,
            session_id=session.id,
            member_id=branch.member("陈桂兰"),
            attended=False,
            minutes=None,
            reason="看错了",
            actor_id=9,
        )
    )
    refused("award_not_deniable", lambda: deny(branch, again, "陈桂兰"))


def test_a_denial_that_was_put_right_meanwhile(branch: Branch, session: ActivitySession) -> None:
    denial = deny(branch, award_of(session, branch, "王大山"))
    with at(150):
        run_in_transaction(
            lambda: service.correct_attendance(
                village_id=branch.village_id,
                session_id=session.id,
                member_id=branch.member("王大山"),
                attended=False,
                minutes=None,
                reason="组织者先改了",
                actor_id=9,
            )
        )
    assert decide(branch, denial).correction_id is None
    assert points(branch)["王大山"] == (0, 0)
    assert checker.check() == []
