"""What two processes do to one village at the same time; each function runs in both of them."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from app.activities import service
from app.activities.domain.check_in import Source
from app.activities.domain.signups import SignupSource
from app.kit.errors import DomainError
from app.web.transaction import run_in_transaction
from tests.factories.activities import at
from tests.support.ring import wait_for_the_other


def take_the_last_seat(
    process: int, village_id: int, session_ids: Sequence[int], member_ids: Sequence[int]
) -> list[str]:
    """Sign the own member up for one session with one seat after the other."""
    return [
        _result(
            partial(
                service.sign_up,
                village_id=village_id,
                session_id=session_id,
                member_id=member_ids[process - 1],
                source=SignupSource.STAFF,
                actor_id=process,
            ),
            lambda signup: str(signup.place),
        )
        for session_id in session_ids
    ]


def scan_the_same_card(
    process: int, village_id: int, session_ids: Sequence[int], member_id: int
) -> list[str]:
    """Both check the same member in, session after session."""
    return [
        _result(
            partial(
                service.check_in,
                village_id=village_id,
                session_id=session_id,
                member_id=member_id,
                source=Source.CARD,
                actor_id=process,
            ),
            lambda done: "already" if done.unchanged else "checked in",
        )
        for session_id in session_ids
    ]


def close_the_same_session(process: int, village_id: int, session_ids: Sequence[int]) -> list[str]:
    """Both close the same sessions."""
    return [
        _result(
            partial(
                service.close_session,
                village_id=village_id,
                session_id=session_id,
                actor_id=process,
            ),
            lambda session: str(session.closed_by),
        )
        for session_id in session_ids
    ]


def _result(work: Callable[[], Any], words: Callable[[Any], str]) -> str:
    wait_for_the_other()
    try:
        with at(0):
            return run_in_transaction(lambda: words(work()))
    except DomainError as refusal:
        return refusal.code
