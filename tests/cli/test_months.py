"""A town's month is closed in one command, each village by itself."""

import pytest
from flask import Flask
from sqlalchemy import text

from app.extensions import db
from app.identity import queries as identity
from app.ledger import queries as books
from app.ledger.domain.canonical import printed_digest
from app.notices import queries as notices
from app.sample.county import CountyShape, load_county, village_code
from app.sample.county.shape import town_code

SHAPE = CountyShape(villages=3, months=0, households=6, sessions=2, seats=6, redemptions=2)
MONTH = str(SHAPE.open_month)


@pytest.fixture
def county(app: Flask) -> Flask:
    load_county(SHAPE, processes=0, progress=lambda *_: None)
    return app


def _close(app: Flask, town: str = town_code(0), month: str = MONTH) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["month", "close", "--town", town, "--month", month])
    return result.exit_code, result.output


def test_every_village_is_closed_and_has_its_notice(county: Flask) -> None:
    exit_code, output = _close(county)
    assert exit_code == 0, output
    for village in identity.villages():
        (seal,) = books.seals(village.id)
        assert f"{village.code}: {printed_digest(seal.digest)}" in output
        assert [notice.month for notice in notices.notices(village.id)] == [MONTH]
    assert _close(county)[0] == 0
    assert [len(books.seals(village.id)) for village in identity.villages()] == [1, 1, 1]


def test_a_village_whose_books_do_not_hold_stops_no_other(county: Flask) -> None:
    second = identity.village_by_code(village_code(1)).id
    db.session.execute(text("DROP TRIGGER ledger_entry_no_update"))
    db.session.execute(
        text("UPDATE ledger_entry SET memo = 'x' WHERE village_id = :id"), {"id": second}
    )
    db.session.commit()
    exit_code, output = _close(county)
    assert exit_code == 1
    assert "1 of 3 refused" in output
    closed = [len(books.seals(village.id)) for village in identity.villages()]
    assert closed == [1, 0, 1]


@pytest.mark.parametrize(("town", "month"), [("nowhere", MONTH), (town_code(0), "2025-13")])
def test_what_there_is_not_is_refused(county: Flask, town: str, month: str) -> None:
    exit_code, output = _close(county, town, month)
    assert exit_code == 2
    assert "no such town or month" in output
