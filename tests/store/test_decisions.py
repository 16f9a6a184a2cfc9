"""What the store decides, without a database."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zlib import crc32

import pytest

from app.kit.clock import instant
from app.kit.errors import Conflict, Denied, DomainError, Invalid
from app.kit.points import Tenths
from app.store.domain.goods import (
    MovementKind,
    Offer,
    amount_to_settle_fen,
    supply_kind_of,
    what_it_buys,
)
from app.store.domain.redemption import (
    Customer,
    Limits,
    Line,
    check_pause,
    check_redemption,
    check_void,
    merge_lines,
)

_TODAY = date(2026, 11, 20)
_NOW = instant(_TODAY, datetime.min.time())


def _offer(
    title: str,
    points: int,
    left: int | None = 100,
    month_max: int | None = None,
    taken: int = 0,
) -> Offer:
    return Offer(
        good_id=crc32(title.encode()),
        barcode=title,
        title=title,
        unit_word="次" if left is None else "件",
        price=Tenths(points * 10),
        left=left,
        household_month_max=month_max,
        taken_this_month=taken,
    )


_SOAP, _BRUSH, _RICE, _OIL = (
    _offer("肥皂", 5, month_max=4),
    _offer("牙刷", 10, month_max=2),
    _offer("大米10斤", 50, month_max=2),
    _offer("食用油5升", 85, month_max=1),
)
_HAIRCUT = _offer("理发", 10, left=None)
_FLOUR = _offer("面粉", 50)
_GOODS = [_SOAP, _BRUSH, _RICE, _OIL, _HAIRCUT]


@pytest.mark.parametrize(
    ("points", "words"),
    [
        (0, ""),
        (4, ""),
        (5, "肥皂 1"),
        (14, "牙刷 1"),
        (15, "牙刷 1 + 肥皂 1"),
        (60, "大米10斤 1 + 肥皂 2"),
        (100, "食用油5升 1 + 肥皂 3"),
        (1000, "食用油5升 1 + 大米10斤 2"),
    ],
)
def test_what_a_balance_buys(points: int, words: str) -> None:
    examples = what_it_buys(points * 10, _GOODS, today=_TODAY)
    assert " + ".join(f"{each.title} {each.quantity}" for each in examples) == words


@pytest.mark.parametrize(
    "missing",
    [
        _offer("大米", 50, left=0),
        _offer("大米", 50, month_max=2, taken=2),
        replace(_RICE, active=False),
        replace(_RICE, expires_on=_TODAY - timedelta(days=1)),
        _offer("大米", 50, left=None),
    ],
)
def test_only_what_can_be_had_today_is_an_example(missing: Offer) -> None:
    assert what_it_buys(1000, [missing], today=_TODAY) == ()


def test_an_example_of_one_good_counts_what_shelf_and_month_allow() -> None:
    examples = what_it_buys(1000, [_offer("大米", 50, left=9, month_max=3, taken=1)], today=_TODAY)
    assert [(each.title, each.quantity) for each in examples] == [("大米", 2)]


def _check(lines: list[Line], *, balance: int = 10_000, today: int = 0) -> Tenths:
    return check_redemption(
        lines,
        {offer.good_id: offer for offer in [*_GOODS, _FLOUR]},
        customer=Customer(Tenths(balance), Tenths(today), None),
        limits=Limits(Tenths(2000), Tenths(3000)),
        today=_TODAY,
    )


def test_limits_count_to_the_point() -> None:
    exactly = [Line(_FLOUR.good_id, 4)]
    assert _check(exactly, balance=2000, today=1000) == 2000
    with pytest.raises(Conflict, match="insufficient_points"):
        _check(exactly, balance=1999)
    with pytest.raises(Conflict, match="day_limit"):
        _check(exactly, today=1001)
    with pytest.raises(Conflict, match="redemption_limit"):
        _check([*exactly, Line(_SOAP.good_id, 1)])


def test_baskets_add_up_and_forget_what_was_put_back() -> None:
    assert merge_lines([Line(1, 2), Line(2, 0), Line(1, 1)]) == (Line(1, 3),)
    for bad in ([Line(1, -1)], [Line(1, 100)], [Line(1, 60), Line(1, 40)]):
        with pytest.raises(Invalid, match="quantity_bad"):
            merge_lines(bad)


@pytest.mark.parametrize(
    ("seconds", "listed"),
    [(0, None), (4.9, None), (5, True), (14.9, True), (15, False), (3600, False)],
)
def test_pauses(seconds: float, listed: bool | None) -> None:
    later = _NOW + timedelta(seconds=seconds)
    if listed is None:
        with pytest.raises(Conflict, match="redemption_too_soon"):
            check_pause(_NOW, later)
    else:
        assert check_pause(_NOW, later) is listed


@pytest.mark.parametrize(
    ("actor_id", "president", "day", "refusal"),
    [
        (1, False, _TODAY, None),
        (2, False, _TODAY, "void_other_clerk"),
        (1, False, _TODAY + timedelta(days=1), "void_day_over"),
        (2, True, _TODAY + timedelta(days=40), None),
    ],
)
def test_who_may_void(actor_id: int, president: bool, day: date, refusal: str | None) -> None:
    def check() -> None:
        check_void(
            clerk_id=1,
            sold_on=_TODAY,
            actor_id=actor_id,
            is_branch_president=president,
            today=day,
        )

    if refusal is None:
        check()
    else:
        with pytest.raises(Denied, match=refusal) as refused:
            check()
        assert isinstance(refused.value, DomainError)


def test_points_are_settled_to_the_fen() -> None:
    assert amount_to_settle_fen(5, 100) == 50
    assert amount_to_settle_fen(123, 80) == 984


def test_the_words_for_a_source_say_whether_it_was_given() -> None:
    assert supply_kind_of("爱心企业捐赠") is MovementKind.DONATED
    assert supply_kind_of("村集体采购") is MovementKind.BOUGHT
