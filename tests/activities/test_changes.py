"""A session changed before people come, on both databases."""

from datetime import date, timedelta

import pytest

from app.activities import queries, service
from app.extensions import db
from app.identity.domain import Role
from app.kit.errors import Conflict, Invalid
from app.ledger.domain.accounts import activity_pool, branch_budget
from app.ledger.queries import balance, checker
from app.web.transaction import run_in_transaction
from tests.activities.site import Site, main_of
from tests.factories.activities import START, at, make_session, sign_up
from tests.factories.rulebooks import adopt_rules

BEFORE = -24 * 60
FORM = {
    "day": "2026-10-14", "starts": "15:00", "ends": "16:30", "place": "学校操场", "seats": "5",
    "bring": "手套",
}  # fmt: skip


def test_the_president_changes_a_session_and_everybody_sees_it(site: Site) -> None:
    """3 seats become 5: 2 × 2 points more are reserved, and who waited has a seat."""
    sign_up(site.branch, site.session, "王大山", "李秀英", "陈桂兰", "赵建国")
    pool = activity_pool(site.branch.village_id, site.session.activity_id)
    budget = branch_budget(site.branch.village_id)
    reserved, left = balance(pool), balance(budget)
    president, villager = site.browser(Role.BRANCH_PRESIDENT), site.villager("赵建国")
    path = f"/branch/activities/sessions/{site.session.id}/change"
    page = f"/activities/sessions/{site.session.id}"
    with at(BEFORE):
        assert "候补中" in main_of(villager.get(page))
        assert 'value="村委会广场"' in president.get(path).get_data(as_text=True)
        done = president.post(path, FORM, follow=True)
        assert "贴出去的海报请换新的" in done.get_data(as_text=True)
        seen = main_of(villager.get(page))
        for words in ("10月14日", "15:00–16:30", "学校操场", "手套", "已报名", "村委会广场"):
            assert words in seen
        assert "原来是" in main_of(president.get(path))
        again = president.post(path, FORM)
        assert again.status_code == 303
    assert (balance(pool) - reserved, left - balance(budget)) == (40, 40)
    assert len(queries.changes_of(site.session.id)) == 1
    assert checker.check() == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seats": "2"}, "名额只能增加：现在3个"),
        ({"starts": "17:00"}, "结束时间要晚于开始时间"),
        ({"day": "2026-10-01"}, "活动时间已经过了"),
        ({"place": ""}, "请填写这一项"),
        ({"seats": "2001"}, "名额只能增加"),
    ],
)
def test_what_would_break_a_promise_is_refused(
    site: Site, change: dict[str, str], said: str
) -> None:
    president = site.browser(Role.BRANCH_PRESIDENT)
    path = f"/branch/activities/sessions/{site.session.id}/change"
    with at(BEFORE):
        refused = president.post(path, {**FORM, **change})
    assert 400 <= refused.status_code < 500
    assert said in refused.get_data(as_text=True)
    assert 'value="手套"' in refused.get_data(as_text=True)
    assert queries.changes_of(site.session.id) == []


def test_once_check_in_is_open_nothing_moves(site: Site) -> None:
    with at(-30), pytest.raises(Conflict, match="check_in_has_begun"):
        _change(site, starts_in=timedelta(hours=3))
    with at(-31):
        _change(site, starts_in=timedelta(hours=3))


def test_a_day_under_another_rule_book_would_change_the_points(site: Site) -> None:
    with at(BEFORE):
        adopt_rules(site.branch.village_id, starts_on=date(2026, 11, 1))
        with pytest.raises(Conflict, match="rule_differs_on_day"):
            _change(site, starts_in=timedelta(days=40))


def test_without_budget_there_are_no_more_seats(site: Site) -> None:
    session = make_session(site.branch, seats=1)
    everything = balance(branch_budget(site.branch.village_id)) // 20 + 1
    with at(BEFORE), pytest.raises(Conflict, match="branch_budget_short"):
        _change(site, session_id=session.id, seats=everything + 1)
    db.session.rollback()
    assert queries.session(site.branch.village_id, session.id).session.seats == 1


def test_an_hourly_session_keeps_an_hour_and_reserves_for_its_length(site: Site) -> None:
    session = make_session(site.branch, seats=2, rule_code="ZY07", hourly=True)
    pool = activity_pool(site.branch.village_id, session.activity_id)
    reserved = balance(pool)
    with at(BEFORE):
        with pytest.raises(Invalid, match="hourly_needs_an_hour"):
            _change(site, session_id=session.id, minutes=59, seats=2)
        _change(site, session_id=session.id, minutes=180, seats=2)
    assert balance(pool) == 3 * reserved
    with at(BEFORE):
        _change(site, session_id=session.id, minutes=60, seats=2)
        _change(site, session_id=session.id, minutes=180, seats=2)
    assert balance(pool) == 3 * reserved


def test_the_same_through_the_api(site: Site) -> None:
    path = f"/activity-sessions/{site.session.id}/change"
    body = {
        "starts_at": "2026-10-14T07:00:00+00:00", "ends_at": "2026-10-14T08:30:00+00:00",
        "place": "学校操场", "seats": 4,
    }  # fmt: skip
    with at(BEFORE):
        changed = site.caller(Role.BRANCH_PRESIDENT).post(path, body)
        assert changed.json is not None
        assert (changed.status_code, changed.json["seats"]) == (200, 4)
        assert site.caller(Role.ORGANISER).post(path, body).status_code == 403
        other = site.caller(Role.BRANCH_PRESIDENT, "shishan").post(path, body)
        assert other.status_code == 404


def _change(
    site: Site,
    *,
    session_id: int | None = None,
    starts_in: timedelta = timedelta(),
    minutes: int = 60,
    seats: int = 3,
) -> None:
    starts_at = START + starts_in
    plan = service.ChangedPlan(
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        place="村委会广场",
        seats=seats,
    )
    run_in_transaction(
        lambda: service.change_session(
            village_id=site.branch.village_id,
            session_id=session_id or site.session.id,
            plan=plan,
            actor_id=site.branch.president_id,
        )
    )
