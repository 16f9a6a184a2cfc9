"""The checker of the books compares them with what activities know; planted faults are found."""

import pytest
from flask import Flask
from sqlalchemy import text

from app.activities.models import ActivitySession
from app.extensions import db
from app.kit.points import Tenths
from app.ledger.queries import checker
from tests.factories.activities import (
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
def lived(app: Flask) -> tuple[Branch, ActivitySession]:
    """A grant, pools, holds, payments and releases."""
    branch = make_branch()
    give_points(branch, "王大山", Tenths(40))
    earning, spending = make_session(branch), make_session(branch, rule_code="XF01")
    for session in (earning, spending):
        sign_up(branch, session, "王大山", "李秀英")
        with at(0):
            check_in(branch, session, "王大山")
        close(branch, session)
    assert checker.check() == []
    return branch, spending


@pytest.mark.parametrize(
    "fault",
    [
        "UPDATE quota_grant SET amount = amount + 1",
        "DELETE FROM quota_grant",
        "UPDATE pool_movement SET returns = NOT returns",
        "UPDATE pool_movement SET amount = amount + 1",
        "UPDATE pool_movement SET activity_id = (SELECT max(id) FROM activity)",
        "DELETE FROM pool_movement WHERE id = (SELECT min(id) FROM pool_movement)",
        "UPDATE signup SET held = held + 1 WHERE hold_state = 'paid'",
        "UPDATE signup SET hold_state = 'released' WHERE hold_state = 'paid'",
        "UPDATE signup SET household_id = (SELECT max(id) FROM household)",
        "UPDATE signup SET settling_entry_id = NULL WHERE hold_state = 'released'",
        "UPDATE signup SET hold_entry_id = NULL WHERE hold_state = 'paid'",
    ],
)
def test_a_planted_fault_is_found(lived: tuple[Branch, ActivitySession], fault: str) -> None:
    db.session.rollback()
    assert db.session.execute(text(fault)).rowcount > 0  # type: ignore[attr-defined]
    db.session.commit()
    findings = checker.check()
    assert {finding.pass_name for finding in findings} == {"witnesses_agree"}
