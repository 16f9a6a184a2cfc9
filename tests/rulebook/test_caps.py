"""Caps as pure decisions: never above, whatever comes when and in whatever order."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.points import Tenths
from app.rulebook.domain.awards import RuleRef, explain_cut
from app.rulebook.domain.caps import CapCounters, Deed, decide_grant, period_days
from app.rulebook.domain.rules import Cap, CapPeriod, CapScope, RuleKind
from app.web.messages import sentence

FIRST_DAY = date(2026, 9, 1)
_AMOUNTS = st.integers(1, 60).map(Tenths)
_PERIODS = st.sampled_from(CapPeriod)
_SCOPES = st.sampled_from(CapScope)
_DEEDS = st.builds(
    Deed,
    rule_code=st.sampled_from(["ZY01", "ZY02"]),
    cap_group=st.just("VOLUNTEER"),
    member_id=st.sampled_from([11, 12, 21, None]),
    household_id=st.sampled_from([1, 2]),
    occurred_on=st.integers(0, 500).map(lambda days: FIRST_DAY + timedelta(days=days)),
    source=st.integers(1, 3).map(lambda number: ("session", number)),
)
_WISHES = st.lists(st.tuples(_DEEDS, _AMOUNTS), max_size=25)


def _counter(cap: Cap, deed: Deed) -> object:
    """Who and which period, told in another way than the code does."""
    day = deed.occurred_on
    window: object = {
        CapPeriod.EVENT: deed.source,
        CapPeriod.MONTH: day.strftime("%Y-%m"),
        CapPeriod.QUARTER: (day.year, (day.month - 1) // 3),
        CapPeriod.YEAR: day.year,
        CapPeriod.ONCE: None,
    }[cap.period]
    if cap.scope is CapScope.HOUSEHOLD:
        return deed.household_id, window
    return deed.member_id or ("whole", deed.household_id), window


def _granted(cap: Cap, wishes: list[tuple[Deed, Tenths]]) -> dict[object, int]:
    counters = CapCounters([])
    totals: dict[object, int] = {}
    for deed, asked in wishes:
        grant = counters.grant(asked, cap, deed)
        assert 0 <= grant.granted <= asked
        assert grant.granted + grant.cut == asked
        key = _counter(cap, deed)
        assert grant.used_before == totals.get(key, 0)
        totals[key] = totals.get(key, 0) + grant.granted
    return totals


@given(_WISHES, st.integers(1, 200), _PERIODS, _SCOPES)
def test_exactly_what_was_asked_up_to_the_cap_and_never_above(
    wishes: list[tuple[Deed, Tenths]], points_max: int, period: CapPeriod, scope: CapScope
) -> None:
    cap = Cap(Tenths(points_max), period, scope, "VOLUNTEER")
    asked: dict[object, int] = {}
    for deed, amount in wishes:
        asked[_counter(cap, deed)] = asked.get(_counter(cap, deed), 0) + amount
    assert _granted(cap, wishes) == {key: min(total, points_max) for key, total in asked.items()}


@given(_WISHES, _PERIODS, _SCOPES, st.randoms(use_true_random=False))
def test_the_order_within_a_batch_does_not_change_the_total(
    wishes: list[tuple[Deed, Tenths]], period: CapPeriod, scope: CapScope, random: st.DataObject
) -> None:
    cap = Cap(Tenths(80), period, scope, "VOLUNTEER")
    shuffled = list(wishes)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert _granted(cap, shuffled) == _granted(cap, wishes)


@given(_WISHES, _DEEDS, _PERIODS, _SCOPES)
def test_what_was_taken_back_frees_its_room(
    wishes: list[tuple[Deed, Tenths]], deed: Deed, period: CapPeriod, scope: CapScope
) -> None:
    """With any earlier award gone, a new one gets at least what it would have got."""
    cap = Cap(Tenths(80), period, scope, "VOLUNTEER")
    counters = CapCounters([])
    before = [(each, counters.grant(asked, cap, each).granted) for each, asked in wishes]
    full = CapCounters(before).grant(Tenths(50), cap, deed).granted
    for index, (gone, freed) in enumerate(before):
        rest = before[:index] + before[index + 1 :]
        granted = CapCounters(rest).grant(Tenths(50), cap, deed).granted
        same = _counter(cap, gone) == _counter(cap, deed)
        assert granted == (min(50, full + freed) if same else full)


def test_rules_outside_the_group_have_counters_of_their_own() -> None:
    cap = Cap(Tenths(80), CapPeriod.MONTH, CapScope.MEMBER)
    deed = Deed("ZY06", "", 11, 1, FIRST_DAY, ("session", 1))
    counters = CapCounters([(replace(deed, rule_code="ZY08"), 80)])
    assert counters.grant(Tenths(20), cap, deed).granted == 20


def test_a_rule_that_joins_a_group_brings_what_it_awarded_before() -> None:
    alone = Deed("ZY01", "", 11, 1, FIRST_DAY, ("session", 1))
    grouped = replace(alone, cap_group="VOLUNTEER")
    other_rule = replace(grouped, rule_code="ZY02")
    cap = Cap(Tenths(80), CapPeriod.MONTH, CapScope.MEMBER, "VOLUNTEER")
    counters = CapCounters([(alone, 30), (other_rule, 40)])
    assert counters.grant(Tenths(20), cap, grouped).granted == 10


def test_no_cap_cuts_nothing_and_an_overdrawn_counter_gives_nothing() -> None:
    cap = Cap(Tenths(80), CapPeriod.MONTH, CapScope.MEMBER)
    assert decide_grant(Tenths(500), None, Tenths(999)).granted == 500
    assert decide_grant(Tenths(20), cap, Tenths(90)).granted == 0


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        (CapPeriod.MONTH, date(2028, 2, 1), date(2028, 2, 29)),
        (CapPeriod.QUARTER, date(2028, 1, 1), date(2028, 3, 31)),
        (CapPeriod.YEAR, date(2028, 1, 1), date(2028, 12, 31)),
        (CapPeriod.ONCE, date.min, date.max),
    ],
)
def test_periods_are_those_of_the_calendar(period: CapPeriod, first: date, last: date) -> None:
    assert period_days(period, date(2028, 2, 14)) == (first, last)


def _rule(cap: Cap) -> RuleRef:
    return RuleRef(
        id=1, rule_version_id=1, code="ZY01", category="志愿服务", title="消防安全宣传",
        kind=RuleKind.EARN, points=Tenths(20), cap=cap, evidence="", review="",
    )  # fmt: skip


def _explained(cap: Cap, *, asked: int, granted: int, used: int) -> str:
    day = date(2026, 10, 12)
    reason = explain_cut(
        _rule(cap), asked=asked, granted=granted, used_before=used, occurred_on=day
    )
    return sentence(reason.code, reason.facts) if reason else ""


def test_a_cut_is_explained_in_one_sentence() -> None:
    shared = Cap(Tenths(80), CapPeriod.MONTH, CapScope.MEMBER, "VOLUNTEER")
    assert (
        _explained(shared, asked=20, granted=10, used=70)
        == "10月志愿服务封顶8分，已得7分，本次计1分。"
    )
    own = Cap(Tenths(100), CapPeriod.YEAR, CapScope.HOUSEHOLD)
    assert (
        _explained(own, asked=20, granted=0, used=100)
        == "2026年“消防安全宣传”一户封顶10分，本户已得10分，本次计0分。"
    )
    assert _explained(own, asked=20, granted=20, used=0) == ""
    quarter = Cap(Tenths(100), CapPeriod.QUARTER, CapScope.MEMBER)
    assert _explained(quarter, asked=20, granted=0, used=100).startswith("2026年第4季度“")


@pytest.mark.parametrize("scope", CapScope)
@pytest.mark.parametrize("period", CapPeriod)
def test_every_cap_has_its_sentence(period: CapPeriod, scope: CapScope) -> None:
    said = _explained(Cap(Tenths(25), period, scope), asked=20, granted=5, used=20)
    for part in ("“消防安全宣传”", "封顶2.5分", "已得2分", "本次计0.5分"):
        assert part in said
