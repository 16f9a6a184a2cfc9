"""Several processes find what one finds, and say so when they cannot read."""

import pytest
from flask import Flask
from sqlalchemy import text

from app.cli.checking import BookUnreadableError, check_all
from app.extensions import db
from app.ledger.queries import checker
from app.sample.county import CountyShape, load_county

SHAPE = CountyShape(villages=3, months=1, households=6, sessions=2, seats=6, redemptions=2)


@pytest.mark.parametrize("each_app", ["postgresql"], indirect=True)
def test_the_same_is_found_by_one_and_by_two(each_app: Flask) -> None:
    load_county(SHAPE, processes=0, progress=lambda *_: None)
    for fault in (
        "SET session_replication_role = replica",
        "UPDATE ledger_entry SET memo = 'x' WHERE kind = 'grant'",
        "UPDATE ledger_entry SET village_id = 7 WHERE kind = 'stock_in'",
    ):
        db.session.execute(text(fault))
    db.session.commit()
    steps: list[None] = []
    expected = checker.check()
    assert len({finding.village_id for finding in expected}) == SHAPE.villages + 1
    assert check_all(processes=2, progress=lambda: steps.append(None)) == expected
    assert len(steps) == checker.passes_count()
    db.session.execute(text("ALTER TABLE award RENAME TO lost"))
    db.session.commit()
    with pytest.raises(BookUnreadableError, match="award"):
        check_all(processes=2, progress=lambda: None)


def test_the_command_takes_the_number_of_processes(app: Flask) -> None:
    load_county(SHAPE, processes=0, progress=lambda *_: None)
    done = app.test_cli_runner().invoke(args=["ledger", "check", "--processes", "2"])
    assert done.exit_code == 0, done.output
    assert "3 books: every pass is silent." in done.output
