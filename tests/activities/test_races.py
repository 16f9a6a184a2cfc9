"""Two processes against one village, with real commits: no seat, row or award is doubled."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

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

_ROUNDS = 5
_SECONDS_MAX = 120

Contest = Callable[..., tuple[list[str], list[str]]]


@pytest.fixture
def branch(each_app: Flask) -> Branch:
    return make_branch()


@pytest.fixture
def contest(branch: Branch) -> Iterator[Contest]:
    """Lets both processes do the same at once and gives what each of them got."""
    context = multiprocessing.get_context("spawn")
    url = db.engine.url.render_as_string(hide_password=False)
    barrier = context.Barrier(2, timeout=_SECONDS_MAX)
    with ProcessPoolExecutor(
        2, mp_context=context, initializer=contenders.enter_ring, initargs=(url, barrier)
    ) as pool:

        def both(
            work: Callable[..., list[str]], session_ids: Sequence[int], names: Sequence[str]
        ) -> tuple[list[str], list[str]]:
            member_ids = [branch.member(name) for name in names]
            first, second = (
                pool.submit(work, number, branch.village_id, session_ids, member_ids)
                for number in (0, 1)
            )
            results = first.result(_SECONDS_MAX), second.result(_SECONDS_MAX)
            db.session.rollback()
            return results

        yield both


def test_the_last_seat_is_taken_once(branch: Branch, contest: Contest) -> None:
    ids = [make_session(branch, seats=1).id for _ in range(_ROUNDS)]
    results = contest(contenders.take_the_last_seat, ids, ["王大山", "陈桂兰"])
    for one, other in zip(*results, strict=True):
        assert {one, other} == {"confirmed", "waiting"}
    for session_id in ids:
        assert queries.count_places(session_id) == {Place.CONFIRMED: 1, Place.WAITING: 1}


def test_the_same_card_is_checked_in_once(branch: Branch, contest: Contest) -> None:
    ids = []
    for _ in range(_ROUNDS):
        session = make_session(branch)
        sign_up(branch, session, "王大山")
        ids.append(session.id)
    results = contest(contenders.scan_the_same_card, ids, ["王大山"])
    for one, other in zip(*results, strict=True):
        assert {one, other} == {"checked in", "already"}
    assert db.session.scalar(select(func.count()).select_from(Attendance)) == _ROUNDS


def test_the_same_session_is_closed_once(branch: Branch, contest: Contest) -> None:
    ids = []
    for _ in range(3):
        session = make_session(branch)
        sign_up(branch, session, "王大山")
        with at(0):
            check_in(branch, session, "王大山")
        ids.append(session.id)
    first, second = contest(contenders.close_the_same_session, ids, ["王大山"])
    assert first == second
    pending = household_pending(branch.village_id, branch.household_of("王大山"))
    assert balance(pending) == 60
    assert checker.check() == []
