"""Between two seals, a head every night keeps the open month."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.extensions import db
from app.kit import clock
from app.kit.ids import IdSource, use_node
from app.ledger import queries, service
from app.ledger.models import LedgerHead
from app.ledger.queries import checker
from app.ledger.queries.heads import heads
from app.web.transaction import run_in_transaction
from tests.ledger.books import OCTOBER, VILLAGE, open_book, post

pytestmark = pytest.mark.usefixtures("each_app")


@pytest.fixture(autouse=True)
def own_node() -> Iterator[None]:
    """Whatever node a test plays, the process has its own again afterwards."""
    yield
    use_node(None)


def _record() -> tuple[int, int] | None:
    """The number of entries under the head and the id of the last one."""

    def record() -> tuple[int, int] | None:
        head = service.record_head(VILLAGE)
        return None if head is None else (head.entry_count, head.last_entry_id)

    return run_in_transaction(record)


def test_a_head_covers_all_entries_of_the_open_month() -> None:
    open_book()
    last = post("budget → pending1 20", "budget → pending2 5")[-1]
    assert _record() == (3, last.entry_id)
    post("budget → pending1 7")
    assert checker.check() == []
    head = _record()
    assert head is not None
    assert head[0] == 4
    assert len(heads(last.period_id)) == 2


def test_nothing_new_makes_no_new_head() -> None:
    assert _record() is None
    open_book(budget=0)
    assert _record() is None
    last = post("scores → member1 5")[0]
    assert _record() == _record() == (1, last.entry_id)
    assert len(heads(last.period_id)) == 1


def test_no_entry_slips_in_below_a_head() -> None:
    """Another server, whose clock is an hour ahead, posted the last entry under the head; its
    account has no balance row whose version would say so.
    """
    open_book(budget=0)
    with clock.stopped_at(clock.now() + timedelta(hours=1)):
        ahead = IdSource(node=5).next()
    posted = post("scores → member1 5")[0]

    def write_head() -> None:
        period = queries.open_period(VILLAGE)
        assert period is not None
        period.head_entry_id = ahead

    run_in_transaction(write_head)
    later = post("scores → member2 5")[0]
    assert posted.entry_id < ahead < later.entry_id


def test_heads_follow_each_other_whatever_the_clocks_say() -> None:
    """A server whose clock is an hour ahead records a head, then one whose clock is right."""
    open_book()
    with clock.stopped_at(clock.now() + timedelta(hours=1)):
        use_node(5)
        _record()
    use_node(6)
    last = post("scores → member1 5")[0]
    assert _record() == _record() == (2, last.entry_id)
    assert [head.entry_count for head in heads(last.period_id)] == [1, 2]


def test_ids_grow_from_month_to_month() -> None:
    open_book()
    last = post("budget → pending1 20")[0]
    run_in_transaction(lambda: service.close_period(VILLAGE, month=OCTOBER))
    november = queries.open_period(VILLAGE)
    assert november is not None
    assert november.head_entry_id == last.entry_id
    run_in_transaction(lambda: service.close_period(VILLAGE, month=OCTOBER.next))
    december = queries.open_period(VILLAGE)
    assert december is not None
    assert december.head_entry_id == last.entry_id
    assert checker.check() == []


def test_heads_of_a_sealed_month_are_left_to_the_seal() -> None:
    open_book()
    _record()
    run_in_transaction(lambda: service.close_period(VILLAGE, month=OCTOBER))
    assert checker.check() == []
    assert db.session.scalar(select(func.count()).select_from(LedgerHead)) == 1
