"""Check-in points that wait for no notice: the same on every page and paper, taken back exactly.

A session on 14 October gives 2 points to the households 0001 and 0002 at once; one on the 12th,
before the policy, gives 0001 2 points that wait.
"""

import json
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask

from app.activities import queries as activities
from app.activities import service
from app.activities.domain.check_in import Source
from app.activities.models import ActivitySession
from app.identity.domain import Role
from app.incentives import queries as incentives
from app.kit import clock
from app.kit.errors import Conflict, Invalid
from app.ledger.domain.accounts import Purpose
from app.ledger.queries import checker
from app.notices import service as notices
from app.notices.domain import Decision, ObjectionSource
from app.notices.queries import award_choices
from app.web.transaction import run_in_transaction
from tests.factories.activities import START, check_in, close, make_session, sign_up
from tests.home.month import OCTOBER, VillageMonth, make_month, on
from tests.support.clients import ApiClient, PageClient
from tests.support.ring import Fight, wait_for_the_other
from tests.support.wording import words

Clients = Callable[[str | None], PageClient]


def _decide(village: VillageMonth, starts_on: date, *, at_once: bool = True) -> None:
    run_in_transaction(
        lambda: service.set_release_policy(
            village_id=village.village_id,
            at_once=at_once,
            starts_on=starts_on,
            record_number="露村会〔2026〕8号",
            actor_id=village.branch.president_id,
        )
    )


def _attend(
    village: VillageMonth, *names: str, source: Source = Source.CARD, days: int = 2
) -> ActivitySession:
    """A drop-in session so many days after START at which these people are checked in."""
    session = make_session(village.branch, drop_in=True, seats=10, starts_in=timedelta(days=days))
    for name in names:
        with clock.stopped_at(START + timedelta(days=days)):
            check_in(village.branch, session, name, source=source)
    with clock.stopped_at(START + timedelta(days=days, minutes=70)):
        run_in_transaction(
            lambda: service.close_session(
                village_id=village.village_id,
                session_id=session.id,
                actor_id=village.branch.organiser_id,
            )
        )
    return session


def _points(village: VillageMonth, name: str) -> tuple[int, int]:
    """Spendable and pending, in tenths."""
    return (
        village.points_of(name, Purpose.SPENDABLE),
        village.points_of(name, Purpose.PENDING),
    )


def _october(village: VillageMonth) -> ActivitySession:
    with on(12):
        _decide(village, date(2026, 10, 14))
    village.attend("王大山")
    return _attend(village, "李秀英", "陈桂兰")


def test_at_once_is_spendable_at_once_and_nothing_else_changes(village: VillageMonth) -> None:
    _october(village)
    assert (_points(village, "王大山"), _points(village, "陈桂兰")) == ((20, 20), (20, 0))
    with on(15):
        village.redeem("李秀英", {"牙刷": 2})
    notice = village.close_october()
    took_part = incentives.computed_month(village.village_id, OCTOBER).result.households
    assert sum(each.took_part for each in took_part.values()) == 2
    deeds = incentives.household_story(
        village.village_id, OCTOBER, village.branch.household_of("陈桂兰")
    ).deeds
    assert [row.amount for row in deeds] == [20]
    published = village.publish(notice)
    content = json.loads(published.content or "")
    assert [
        (row["sums"]["added"], row["sums"]["redeemed"], row["sums"]["closing"])
        for row in content["household_rows"]
    ] == [("4", "2", "2"), ("2", "0", "2"), ("0", "0", "0")]
    village.settle(published)
    assert (_points(village, "王大山"), _points(village, "陈桂兰")) == ((20, 0), (20, 0))
    assert checker.check() == []


def test_pages_say_what_waits_and_what_does_not(
    village: VillageMonth, page_client: Clients
) -> None:
    _october(village)
    village.publish(village.close_october())
    with on(27):
        wang = page_client(village.token("王大山"))
        assert "另有 2 分 11月2日起可用" in words(wang, "/me")
        chen = page_client(village.token("陈桂兰"))
        told = words(chen, "/me") + words(chen, "/me/passbook")
        assert "现在可以用 2 分" in told
        assert "起可用" not in told
        assert "公示后可用" not in told


def test_what_is_typed_in_later_waits_and_so_do_earlier_days(village: VillageMonth) -> None:
    with on(12):
        with pytest.raises(Invalid, match="release_start_past"):
            _decide(village, date(2026, 10, 12))
        _decide(village, date(2026, 10, 13))
    with on(13):
        _decide(village, date(2026, 10, 16), at_once=False)
    _attend(village, "王大山", days=0)
    assert _points(village, "王大山") == (0, 20)
    _attend(village, "陈桂兰", source=Source.PAPER)
    assert _points(village, "陈桂兰") == (0, 20)
    _attend(village, "赵建国", source=Source.ROSTER)
    assert _points(village, "赵建国") == (0, 20)
    _attend(village, "赵建国", days=5)
    assert _points(village, "赵建国") == (0, 40)


def test_what_a_correction_gives_waits_and_is_marked(village: VillageMonth) -> None:
    """Whoever was absent at the closing, and the hours of somebody whose card was scanned."""
    with on(12):
        _decide(village, date(2026, 10, 13))
    session = make_session(
        village.branch, rule_code="ZY07", hourly=True, starts_in=timedelta(days=2)
    )
    sign_up(village.branch, session, "王大山", "陈桂兰")
    with clock.stopped_at(START + timedelta(days=2)):
        check_in(village.branch, session, "陈桂兰")
    close(village.branch, session, minutes=2 * 24 * 60 + 70)
    before = _points(village, "陈桂兰")
    assert (before[0] > 0, before[1], _points(village, "王大山")) == (True, 0, (0, 0))

    def correct(name: str, minutes: int) -> int | None:
        return run_in_transaction(
            lambda: (
                service.correct_attendance(
                    village_id=village.village_id,
                    session_id=session.id,
                    member_id=village.branch.member(name),
                    attended=True,
                    minutes=minutes,
                    reason="时间登错了",
                    actor_id=village.branch.organiser_id,
                ).award_id_after
            )
        )

    with on(15):
        came, stayed = correct("王大山", 60), correct("陈桂兰", 120)
    assert came is not None
    assert stayed is not None
    assert (_points(village, "王大山")[0], _points(village, "陈桂兰")[0]) == (0, 0)
    assert _points(village, "王大山")[1] == before[0]
    assert _points(village, "陈桂兰")[1] > before[0]
    assert activities.staff_entered_awards(village.village_id, [came, stayed]) == {came}
    assert checker.check() == []


def test_a_correction_takes_it_from_where_it_went(village: VillageMonth) -> None:
    """Denied on the next day, and after the month was settled: both come from the spendable."""
    session = _october(village)

    def correct(name: str) -> None:
        run_in_transaction(
            lambda: service.correct_attendance(
                village_id=village.village_id,
                session_id=session.id,
                member_id=village.branch.member(name),
                attended=False,
                minutes=None,
                reason="没有来",
                actor_id=village.branch.organiser_id,
            )
        )

    with on(15):
        correct("陈桂兰")
    assert _points(village, "陈桂兰") == (0, 0)
    village.settle(village.publish(village.close_october()))
    with on(5, month=11):
        correct("李秀英")
    assert _points(village, "王大山") == (20, 0)
    assert checker.check() == []


def test_an_objection_to_points_that_are_spent_is_refused_with_the_figures(
    village: VillageMonth,
) -> None:
    """Until the household has points again; then the same decision goes through."""
    _october(village)
    with on(15):
        village.redeem("陈桂兰", {"牙刷": 1})
    notice = village.publish(village.close_october())
    with on(27):
        (choice,) = award_choices(notice, "2")
        objection = run_in_transaction(
            lambda: notices.file_objection(
                notice_id=notice.id,
                source=ObjectionSource.PHONE,
                passbook_number="0002",
                objector_name="",
                statement="那天她没有来。",
                actor_id=None,
            )
        )

        def uphold() -> None:
            run_in_transaction(
                lambda: notices.decide_objection(
                    village_id=village.village_id,
                    objection_id=objection.id,
                    decision=Decision.UPHELD,
                    answer="属实",
                    award_ids=(choice.award_id,),
                    actor_id=village.branch.president_id,
                )
            )

        with pytest.raises(Conflict) as refusal:
            uphold()
        assert refusal.value.facts == {"balance_tenths": 10, "needed_tenths": 20}
    assert _points(village, "陈桂兰") == (10, 0)
    _attend(village, "陈桂兰", days=15)
    with on(28):
        uphold()
    assert _points(village, "陈桂兰") == (10, 0)
    assert checker.check() == []


def _spend_or_take_back(number: int, village: VillageMonth, session_id: int) -> list[str]:
    """One spends the 2 points in the store, the other takes them back."""
    wait_for_the_other()
    try:
        with on(15):
            if number == 1:
                village.redeem("陈桂兰", {"牙刷": 2})
            else:
                run_in_transaction(
                    lambda: service.correct_attendance(
                        village_id=village.village_id,
                        session_id=session_id,
                        member_id=village.branch.member("陈桂兰"),
                        attended=False,
                        minutes=None,
                        reason="没有来",
                        actor_id=village.branch.organiser_id,
                    )
                )
    except Conflict as refusal:
        return [refusal.code]
    return ["done"]


def test_points_are_spent_or_taken_back_never_both(each_app: Flask, fight: Fight) -> None:
    village = make_month()
    session = _october(village)
    outcomes = sorted(fight(_spend_or_take_back, village, session.id))
    assert outcomes == [["done"], ["insufficient_points"]]
    assert _points(village, "陈桂兰") == (0, 0)
    assert checker.check() == []


def test_the_president_decides_and_nobody_else(
    village: VillageMonth, page_client: Clients, app: Flask
) -> None:
    path = "/branch/check-in-points"
    form = {"at_once": "1", "starts_on": "2026-10-13", "record_number": "露村会〔2026〕8号"}
    places = village.branch.places
    with on(12):
        president = page_client(places.token(Role.BRANCH_PRESIDENT))
        supervision = page_client(places.token(Role.SUPERVISION))
        assert "今天 公示后可用" in words(president, path)
        early = president.post(path, {**form, "starts_on": "2026-10-12"})
        assert "最早从 2026年10月13日 起执行" in early.get_data(as_text=True)
        assert president.post(path, form).status_code == 303
        assert supervision.post(path, form).status_code == 403
        assert page_client(places.token(Role.CLERK)).get(path).status_code == 403
        assert "2026年10月13日起马上可用 会议记录 露村会〔2026〕8号" in words(supervision, path)
        api = ApiClient(app, places.token(Role.BRANCH_PRESIDENT))
        body = {"at_once": False, "starts_on": "2026-11-01", "record_number": "9号"}
        assert api.post("/release-policies", body).status_code == 201
        listed = api.get("/release-policies").json or []
        assert [(each["number"], each["at_once"]) for each in listed] == [(2, False), (1, True)]
        other = ApiClient(app, places.token(Role.SUPERVISION, "shishan"))
        assert other.get("/release-policies").json == []
        assert ApiClient(app).get("/release-policies").status_code == 401
    with on(14):
        assert activities.check_ins_spendable_at_once(village.village_id, clock.today())
