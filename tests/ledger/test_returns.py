"""Taking back a part of a redemption, on both databases."""

from collections.abc import Callable

import pytest

from app.kit.errors import Conflict, DomainError, Invalid, NotFound
from app.ledger import queries, service
from app.ledger.domain.accounts import Address, Purpose
from app.ledger.domain.drafts import EntryDraft, EntryKind, Posted, TransferDraft
from app.ledger.queries import checker
from app.web.transaction import run_in_transaction
from tests.ledger.books import ACCOUNTS, DAY, OCTOBER, VILLAGE, good, held, open_book, post

pytestmark = pytest.mark.usefixtures("each_app")

POINTS = (ACCOUNTS["spendable1"], ACCOUNTS["takings"])
SOAP = (good(1, Purpose.SHELF), good(1, Purpose.HANDED_OUT))
RICE = (good(2, Purpose.SHELF), good(2, Purpose.HANDED_OUT))


@pytest.fixture
def sale() -> tuple[int, int]:
    """The entries of a sale for 3.0: two pieces of soap and one bag of rice."""
    open_book()
    post("budget → spendable1 50")

    def sell() -> list[Posted]:
        shelves = [(good(n, Purpose.SUPPLIER), good(n, Purpose.SHELF)) for n in (1, 2)]
        stock = _entry("in", EntryKind.STOCK_IN, *((*shelf, 10) for shelf in shelves))
        points = _entry("points", EntryKind.REDEMPTION, (*POINTS, 30))
        goods = _entry("goods", EntryKind.GOODS_OUT, (*SOAP, 2), (*RICE, 1))
        return service.post([stock, points, goods])

    _, points, goods = run_in_transaction(sell)
    return points.entry_id, goods.entry_id


def _entry(key: str, kind: EntryKind, *moves: tuple[Address, Address, int]) -> EntryDraft:
    return EntryDraft(VILLAGE, kind, DAY, 7, key, _transfers(*moves))


def _transfers(*moves: tuple[Address, Address, int]) -> tuple[TransferDraft, ...]:
    return tuple(TransferDraft(*move) for move in moves)


def _return(entry_id: int, *moves: tuple[Address, Address, int], key: str = "back") -> Posted:
    return run_in_transaction(
        lambda: service.return_part(
            entry_id,
            village_id=VILLAGE,
            parts=_transfers(*moves),
            actor_id=8,
            idempotency_key=key,
            occurred_on=DAY,
        )
    )


def _refusal(work: Callable[[], object]) -> DomainError:
    with pytest.raises(DomainError) as refused:
        work()
    return refused.value


def _reverse(entry_id: int, key: str = "whole") -> Posted:
    return run_in_transaction(
        lambda: service.reverse(
            entry_id, village_id=VILLAGE, actor_id=8, idempotency_key=key, occurred_on=DAY
        )
    )


def test_goods_and_points_come_back_in_parts_until_nothing_is_left(sale: tuple[int, int]) -> None:
    points_id, goods_id = sale
    _return(goods_id, (*SOAP, 1), (*RICE, 1))
    _return(points_id, (*POINTS, 20), key="points back")
    assert held("spendable1 takings") == {"spendable1": 40, "takings": 10}
    assert queries.balance(SOAP[0]) == 9
    assert queries.balance(RICE[0]) == 10
    refused = _refusal(lambda: _return(goods_id, (*SOAP, 2), key="too many"))
    assert (refused.code, refused.facts) == (
        "more_than_original",
        {"unit_id": str(SOAP[0].unit_id), "left": 1, "wanted": 2},
    )
    _return(goods_id, (*SOAP, 1), key="the last")
    assert _refusal(lambda: _return(goods_id, (*SOAP, 1), key="x")).facts["left"] == 0
    returns = queries.returns_of(VILLAGE, [points_id, goods_id])
    assert {entry_id: len(parts) for entry_id, parts in returns.items()} == {
        points_id: 1,
        goods_id: 2,
    }
    assert checker.check() == []


def test_a_repeated_return_is_the_same_return(sale: tuple[int, int]) -> None:
    _, goods_id = sale
    first = _return(goods_id, (*SOAP, 2))
    assert _return(goods_id, (*SOAP, 2)) == Posted(first.entry_id, first.period_id, replayed=True)
    assert _refusal(lambda: _return(goods_id, (*SOAP, 1))).code == "idempotency_mismatch"
    assert queries.balance(SOAP[0]) == 10


def test_the_whole_and_a_part_exclude_each_other(sale: tuple[int, int]) -> None:
    points_id, goods_id = sale
    part = _return(goods_id, (*SOAP, 1))
    assert _refusal(lambda: _reverse(goods_id)).code == "partly_returned"
    # A return made by mistake is taken back like any other entry; then the whole may go.
    _reverse(part.entry_id, "mistaken")
    _reverse(goods_id)
    _reverse(points_id, "points whole")
    assert _refusal(lambda: _return(goods_id, (*SOAP, 1), key="y")).code == "already_reversed"
    assert queries.balance(SOAP[0]) == 10
    assert held("spendable1 takings") == {"spendable1": 50, "takings": 0}
    assert checker.check() == []


def test_parts_of_one_batch_count_together(sale: tuple[int, int]) -> None:
    _, goods_id = sale

    def part(key: str) -> EntryDraft:
        return service.return_draft(
            goods_id,
            village_id=VILLAGE,
            parts=_transfers((*RICE, 1)),
            actor_id=8,
            idempotency_key=key,
            occurred_on=DAY,
        )

    verdicts = run_in_transaction(lambda: service.post_each([part("one"), part("two")]))
    assert [getattr(verdict, "code", "posted") for verdict in verdicts] == [
        "posted",
        "more_than_original",
    ]
    assert queries.balance(RICE[0]) == 10


def test_only_what_went_out_comes_back(sale: tuple[int, int]) -> None:
    points_id, goods_id = sale
    stock_id = queries.entry_by_key(VILLAGE, "in")
    assert stock_id is not None
    supplied = (good(1, Purpose.SUPPLIER), good(1, Purpose.SHELF), 1)
    for work, error, code in (
        (lambda: _return(points_id, (*SOAP, 1)), Invalid, "bad_entry"),
        (lambda: _return(goods_id, (SOAP[1], SOAP[0], 1)), Invalid, "bad_entry"),
        (lambda: _return(goods_id + 1, (*SOAP, 1)), NotFound, "entry_not_found"),
        (lambda: _return(stock_id, supplied), Conflict, "not_returnable"),
        (lambda: _return(0, (*SOAP, 1)), Invalid, "bad_entry"),
        (lambda: _return(2**63, (*SOAP, 1)), Invalid, "bad_entry"),
    ):
        refused = _refusal(work)
        assert (type(refused), refused.code) == (error, code)
    assert queries.balance(SOAP[0]) == 8


def test_a_sealed_sale_comes_back_in_the_open_month(sale: tuple[int, int]) -> None:
    _, goods_id = sale
    run_in_transaction(lambda: service.close_period(VILLAGE, month=OCTOBER))
    part = _return(goods_id, (*SOAP, 1))
    november = queries.open_period(VILLAGE)
    assert november is not None
    assert part.period_id == november.id
    assert checker.check() == []
