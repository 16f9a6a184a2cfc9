"""Two processes against one village, with real commits: no seat, row or award is doubled."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.activities import queries
from app.activities.domain.check_in import Place
from app.activities.models import Attendance
from app.extensions import db
from app.ledger.domain.accounts import household_pending
from app.ledger.queries import balance, checker
from tests.activities import contenders
from tests.factories.activities import Branch, at, check_in, make_branch, make_session, sign_up
from tests.support.ring import Fight

_ROUNDS = 5


@pytest.fixture
def branch(each_app: Flask) -> Branch:
    return make_branch()


def test_the_last_seat_is_taken_once(branch: Branch, fight: Fight) -> None:
    ids = [make_session(branch, seats=1).id for _ in range(_ROUNDS)]
    rivals = [branch.member(name) for name in ("王大山", "陈桂兰")]
    results = fight(contenders.take_the_last_seat, branch.village_id, ids, rivals)
    for one, other in zip(*results, strict=True):
        assert {one, other} == {"confirmed", "waiting"}
    for session_id in ids:
        assert queries.count_places(session_id) == {Place.CONFIRMED: 1, Place.WAITING: 1}


def test_the_same_card_is_checked_in_once(branch: Branch, fight: Fight) -> None:
    ids = []
    for _ in range(_ROUNDS):
        session = make_session(branch)
        sign_up(branch, session, "王大山")
        ids.append(session.id)
    results = fight(contenders.scan_the_same_card, branch.village_id, ids, branch.member("王大山"))
    for one, other in zip(*results, strict=True):
        assert {one, other} == {"checked in", "already"}
    assert db.session.scalar(select(func.count()).select_from(Attendance)) == _ROUNDS


def test_the_same_session_is_closed_once(branch: Branch, fight: Fight) -> None:
    ids = []
    for _ in range(3):
        session = make_session(branch)
        sign_up(branch, session, "王大山")
        with at(0):
            check_in(branch, session, "王大山")
        ids.append(session.id)
    first, second = fight(contenders.close_the_same_session, branch.village_id, ids)
    assert first == second
    pending = household_pending(branch.village_id, branch.household_of("王大山"))
    assert balance(pending) == 60
    assert checker.check() == []
