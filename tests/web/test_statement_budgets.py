"""How often the two requests of the rush hour speak to the database, counted at the HTTP edge.

Each statement is a round trip and costs the server as much as all that Python does around it. The
figures only ever go down.
"""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event

from app.extensions import db
from app.identity.domain import Role
from app.store import service
from app.store.domain.goods import MovementKind
from app.web.transaction import run_in_transaction
from tests.factories.activities import at, make_branch, make_session, sign_up
from tests.factories.people import issue_member_card
from tests.factories.places import make_places
from tests.factories.stores import make_shop
from tests.support.clients import ApiClient

# On SQLite each row of a list counts, and so do BEGIN, COMMIT and ROLLBACK; none is a round trip.
_CHECK_IN = {"postgresql": 9, "sqlite": 13}
_REDEMPTION = {"postgresql": 12, "sqlite": 33}


@pytest.fixture
def sent(each_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every statement that reaches the driver, whoever sends it."""
    noted: list[str] = []

    def noting(send: Callable[..., Any]) -> Callable[..., Any]:
        def note_and_send(cursor: Any, statement: str, *rest: Any, **options: Any) -> Any:
            noted.append(statement)
            return send(cursor, statement, *rest, **options)

        return note_and_send

    def note(statement: str) -> None:
        # What a trigger does is told too, as a remark.
        if not statement.startswith("--"):
            noted.append(statement)

    def trace(connection: Any, *_: object) -> None:
        connection.set_trace_callback(note)

    if db.engine.dialect.name == "postgresql":
        for name in ("execute", "executemany"):
            monkeypatch.setattr(psycopg.Cursor, name, noting(getattr(psycopg.Cursor, name)))
        yield noted
        return
    event.listen(db.engine, "checkout", trace)
    yield noted
    event.remove(db.engine, "checkout", trace)


def test_a_card_scanned_at_the_door(each_app: Flask, sent: list[str]) -> None:
    branch = make_branch()
    session = make_session(branch)
    path = f"/activity-sessions/{session.id}/scans"
    sign_up(branch, session, "王大山")
    card = {"code": issue_member_card(branch.people, "王大山")}
    with at(0):
        organiser = ApiClient(each_app, branch.places.token(Role.ORGANISER))
        sent.clear()
        answer = organiser.post(path, card)
    assert answer.get_json()["level"] == "ok"
    assert len(sent) == _CHECK_IN[db.engine.dialect.name], "\n".join(sent)


def test_a_redemption_of_three_goods(each_app: Flask, sent: list[str]) -> None:
    shop = make_shop(make_places())
    shop.give_points("0002", "100")
    run_in_transaction(
        lambda: service.stock_in(
            village_id=shop.village_id,
            good_id=shop.goods["牙刷"],
            kind=MovementKind.BOUGHT,
            quantity=1,
            source="村集体采购",
            actor_id=0,
        )
    )
    lines = [
        {"good_id": str(shop.goods[title]), "quantity": 1} for title in ("肥皂", "大米10斤", "牙刷")
    ]
    till = ApiClient(each_app, shop.token)
    # The first household's redemption opens the accounts of what is handed out, once for all.
    for name in ("王大山", "陈桂兰"):
        path = f"/scans/{shop.scan(name)}/redemption"
        sent.clear()
        answer = till.post(path, {"lines": lines})
        assert answer.status_code == 201
    assert len(sent) == _REDEMPTION[db.engine.dialect.name], "\n".join(sent)
