"""What two processes do to one village at the same time; each function runs in both of them."""

import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any

from app import create_app
from app.activities import service
from app.activities.domain.check_in import Source
from app.activities.domain.signups import SignupSource
from app.kit import clock
from app.kit.errors import DomainError
from app.web.transaction import run_in_transaction
from tests.conftest import settings_for
from tests.factories.activities import START

_ring: list[threading.Barrier] = []
_for_good = ExitStack()


def enter_ring(database_url: str, barrier: threading.Barrier) -> None:
    """Open the application in this process for good, its clock stopped at the start."""
    create_app(settings_for(database_url)).app_context().push()
    _for_good.enter_context(clock.stopped_at(START))
    _ring.append(barrier)


def take_the_last_seat(
    number: int, village_id: int, session_ids: Sequence[int], member_ids: Sequence[int]
) -> list[str]:
    """Sign the own member up for one session with one seat after the other."""
    return [
        _result(
            partial(
                service.sign_up,
                village_id=village_id,
                session_id=session_id,
                member_id=member_ids[number],
                source=SignupSource.STAFF,
                actor_id=number,
            ),
            lambda signup: str(signup.place),
        )
        for session_id in session_ids
    ]


def scan_the_same_card(
    number: int, village_id: int, session_ids: Sequence[int], member_ids: Sequence[int]
) -> list[str]:
    """Both check the same member in, session after session."""
    return [
        _result(
            partial(
                service.check_in,
                village_id=village_id,
                session_id=session_id,
                member_id=member_ids[0],
                source=Source.CARD,
                actor_id=number,
            ),
            lambda done: "already" if done.unchanged else "checked in",
        )
        for session_id in session_ids
    ]


def close_the_same_session(
    number: int, village_id: int, session_ids: Sequence[int], member_ids: Sequence[int]
) -> list[str]:
    """Both close the same sessions."""
    return [
        _result(
            partial(
                service.close_session,
                village_id=village_id,
                session_id=session_id,
                actor_id=number,
            ),
            lambda session: str(session.closed_by),
        )
        for session_id in session_ids
    ]


def _result(work: Callable[[], Any], words: Callable[[Any], str]) -> str:
    _ring[0].wait()
    try:
        return run_in_transaction(lambda: words(work()))
    except DomainError as refusal:
        return refusal.code
