"""What goes to PostgreSQL past SQLAlchemy, and how its failures come back."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from app import create_app
from app.extensions import db
from app.kit.errors import Busy
from app.ledger import service
from app.ledger.domain.drafts import EntryKind
from app.ledger.queries import checker
from app.ledger.queries.accounts import find_accounts
from app.ledger.service import on_postgresql
from app.ledger.service.batches import Found, batch_of
from app.web.outage import is_outage
from app.web.transaction import run_in_transaction
from tests.conftest import settings_for
from tests.ledger.books import ACCOUNTS, draft, open_book, post

_ENTRIES_FETCHED = text(
    "SELECT idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'ledger_entry'"
)


@pytest.fixture(autouse=True)
def book(postgres_url: str) -> Iterator[None]:
    """An empty book, inside an application on PostgreSQL."""
    with create_app(settings_for(postgres_url)).app_context():
        open_book(budget=0)
        yield
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("key", ['a "b" \\c', "{1,NULL}", "NULL", "词 ' ;--"])
def test_texts_arrive_as_they_were_sent(key: str) -> None:
    [first] = post("scores → member1 1", key=key)
    [again] = post("scores → member1 1", key=key)
    assert (again.entry_id, again.replayed) == (first.entry_id, True)
    stored = db.session.scalar(text("SELECT idempotency_key FROM ledger_entry"))
    assert stored == key
    assert checker.check() == []


def test_a_key_that_two_saw_free_is_one_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table refuses the second; its request runs again, and here never finds the first."""
    post("scores → member1 1", key="k")
    hold = on_postgresql.hold

    def hold_blindly(connection: Connection, *asked: object) -> Found:
        return replace(hold(connection, *asked), outcomes={})  # type: ignore[arg-type]

    monkeypatch.setattr(on_postgresql, "hold", hold_blindly)
    with pytest.raises(Busy, match="database_busy"):
        post("scores → member1 1", key="k")


def test_a_connection_lost_on_the_way_is_an_outage_and_the_next_post_finds_another() -> None:
    post("scores → member1 1")

    def cut_off() -> None:
        process_id = db.session.scalar(text("SELECT pg_backend_pid()"))
        with db.engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid, 10000)"), {"pid": process_id})
        service.post([draft("scores → member1 1")])

    with pytest.raises(DBAPIError) as lost:
        run_in_transaction(cut_off)
    assert is_outage(lost.value)
    post("scores → member1 1")
    assert checker.check() == []


def test_what_is_left_to_the_judge_is_locked_first() -> None:
    """Whatever speaks against writing at once: half the locks, and the rest of them taken later,
    would meet those of somebody else the other way round.
    """
    post("issuance → budget 100", kind=EntryKind.GRANT)
    post("budget → pending1 20")
    accounts = [ACCOUNTS["budget"], ACCOUNTS["pending1"]]
    wish = draft("budget → pending1 5")
    behind = batch_of([(wish, bytes(32))], accounts)
    post("pending1 → spendable1 1")

    def held_after_it() -> int:
        assert on_postgresql.post(db.session.connection(), behind) is None
        with db.engine.connect() as other:
            free = other.scalars(
                text("SELECT account_id FROM ledger_balance FOR UPDATE SKIP LOCKED")
            ).all()
        wanted = find_accounts(accounts).values()
        return len(set(wanted) - set(free))

    assert run_in_transaction(held_after_it) == len(accounts)


def test_a_key_is_one_look_into_its_index_whatever_the_plan_was_made_for() -> None:
    """The plan is made when the table is known to hold one entry, and goes on being used."""
    post("scores → member1 1", key="first")
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    for number in range(100):
        post("scores → member1 1", key=f"{number}")

    def fetched_so_far() -> int:
        return int(db.session.scalar(_ENTRIES_FETCHED))

    def fetched_by_a_post() -> int:
        before = fetched_so_far()
        service.post([draft("scores → member1 1", key="last")])
        return fetched_so_far() - before

    assert run_in_transaction(fetched_by_a_post) < 10
