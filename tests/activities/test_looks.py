"""Every page on a phone: accessible, large enough, no sideways scroll."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from app import create_app
from app.activities import queries, service
from app.activities.domain.check_in import Source
from app.activities.domain.rotating_code import make_code
from app.activities.models import ActivitySession
from app.extensions import db
from app.identity.access import SESSION_COOKIE
from app.identity.domain import Role
from app.kit.month import Month
from app.people.service import issue_card
from app.web.transaction import run_in_transaction
from tests.conftest import TEST_MASTER_KEY, settings_for
from tests.factories.activities import (
    START,
    Branch,
    at,
    check_in,
    close,
    make_branch,
    make_session,
    sign_up,
)
from tests.factories.people import member_token
from tests.support.browser import open_phone
from tests.support.live_server import serve
from tests.support.page_checks import page_faults
from tests.support.qr_codes import read_svg

THEMES = Path(__file__).parents[2] / "app" / "sample" / "data" / "themes.csv"


@dataclass
class Shown:
    """A served village with something on every page."""

    address: str
    branch: Branch
    paths: dict[str, tuple[str | None, str]]


@pytest.fixture
def shown(sqlite_url: str) -> Iterator[Shown]:
    app = create_app(settings_for(sqlite_url))
    with app.app_context(), serve(lambda _: app) as address:
        branch = make_branch()
        with at(5):
            yield Shown(address, branch, _paths(branch))
        db.session.remove()
        db.engine.dispose()


def _sessions(branch: Branch) -> list[ActivitySession]:
    """One closed, one running, one to be approved, and one that costs points."""
    closed = make_session(branch)
    sign_up(branch, closed, "王大山", "陈桂兰")
    with at(0):
        check_in(branch, closed, "王大山")
    close(branch, closed)
    running = make_session(branch, seats=10, drop_in=True)
    sign_up(branch, running, "王大山", "李秀英", "陈桂兰")
    with at(3):
        check_in(branch, running, "王大山")
        check_in(branch, running, "李秀英", source=Source.POSTER)
    planned = make_session(branch, approved=False)
    spending = make_session(branch, rule_code="XF01", starts_in=timedelta(days=2))
    return [closed, running, planned, spending]


def _denial(branch: Branch, closed: ActivitySession) -> int:
    attendance = queries.attendance_of(closed.id, branch.member("王大山"))
    assert attendance is not None
    award_id = attendance.award_id or 0
    return run_in_transaction(
        lambda: (
            service.deny_award(
                village_id=branch.village_id,
                household_id=branch.household_of("王大山"),
                award_id=award_id,
                statement="那天我们全家都在县城，没有人去过。",
                actor_id=1,
            ).id
        )
    )


def _paths(branch: Branch) -> dict[str, tuple[str | None, str]]:
    """Token and address of every page, by name."""
    town_id = branch.places.town_id
    run_in_transaction(
        lambda: service.import_themes(town_id=town_id, table=THEMES.read_bytes(), actor_id=1)
    )
    month = Month(2026, 10)
    list_id = queries.lists_of_month(town_id, month)[0].id
    run_in_transaction(
        lambda: service.publish_theme_list(town_id=town_id, theme_list_id=list_id, actor_id=1)
    )
    closed, running, planned, spending = _sessions(branch)
    desk, past = f"/organiser/sessions/{running.id}", f"/organiser/sessions/{closed.id}"
    organiser = branch.places.token(Role.ORGANISER)
    president = branch.places.token(Role.BRANCH_PRESIDENT)
    town = branch.places.token(Role.HEAD_BANK)
    villager = member_token(branch.village_id, branch.member("王大山"), "王大山")
    theme_id = queries.published_themes(town_id, month)[0].id
    with at(5):
        code = make_code(TEST_MASTER_KEY, running.id, START + timedelta(minutes=5))
    return {
        "list": (villager, "/activities"),
        "session": (villager, f"/activities/sessions/{spending.id}"),
        "running": (villager, f"/activities/sessions/{running.id}"),
        "rotating": (villager, f"/r/{code}"),
        "rotating-anonymous": (None, f"/r/{code}"),
        "poster": (villager, f"/p/{running.poster_code}"),
        "organiser": (organiser, "/organiser"),
        "desk": (organiser, desk),
        "scan": (organiser, f"{desk}/scan"),
        "rotating-code": (organiser, f"{desk}/rotating-code"),
        "roster": (organiser, f"{desk}/roster?search=陈"),
        "paper": (organiser, f"{desk}/paper?search=赵"),
        "person": (organiser, f"{desk}/people/{branch.member('李秀英')}"),
        "close": (organiser, f"{desk}/close"),
        "result": (organiser, f"{past}/close"),
        "correct": (organiser, f"{past}/correct/{branch.member('王大山')}"),
        "branch": (president, "/branch/activities"),
        "schedule": (president, f"/branch/activities/new?theme_id={theme_id}"),
        "denials": (president, "/branch/denials"),
        "denial": (president, f"/branch/denials/{_denial(branch, closed)}"),
        "activity": (president, f"/branch/activities/{planned.activity_id}"),
        "theme-lists": (town, "/town/theme-lists"),
        "theme-month": (town, "/town/theme-lists/2026-11"),
        "grants": (town, "/town/grants"),
    }


def test_every_page_reads_well_on_a_phone(shown: Shown, chromium: Browser) -> None:
    faults: dict[str, list[str]] = {}
    for name, (token, path) in shown.paths.items():
        with open_phone(chromium) as page:
            if token is not None:
                _sign_in(page.context, shown, token)
            answer = page.goto(shown.address + path)
            assert answer is not None
            assert answer.status == 200, name
            found = page_faults(page)
            if found:
                faults[name] = found
    assert faults == {}


def test_the_door_works_with_and_without_scripts(shown: Shown, chromium: Browser) -> None:
    """The organiser types a household's card, chooses who came, and shows the rotating code."""
    branch = shown.branch
    card = run_in_transaction(
        lambda: issue_card(
            village_id=branch.village_id,
            actor_id=0,
            household_id=branch.household_of("赵建国"),
        )
    )
    token, scan_path = shown.paths["scan"]
    assert token is not None
    with open_phone(chromium) as page:
        _sign_in(page.context, shown, token)
        page.goto(shown.address + scan_path)
        page.get_by_label("积分卡").fill(card)
        page.get_by_role("button", name="登记").click()
        panel = page.get_by_role("alert")
        panel.get_by_text("孙梅", exact=True).click()
        panel.get_by_role("button").first.click()
        page.get_by_text("09:05 签到成功。").first.wait_for()
        page.goto(shown.address + shown.paths["rotating-code"][1])
        assert read_svg(page.locator("[data-rotate]").inner_html())
    plain = chromium.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    _sign_in(plain, shown, token)
    page = plain.new_page()
    page.goto(shown.address + scan_path)
    page.get_by_label("积分卡").fill(card)
    page.get_by_role("button", name="登记").click()
    page.get_by_label("赵小军").check()
    page.get_by_role("button", name="登记").click()
    page.get_by_text("09:05 签到成功。").wait_for()
    plain.close()
    db.session.rollback()
    sources = {
        name: row.source
        for name in ("孙梅", "赵小军")
        if (row := queries.attendance_of(int(scan_path.split("/")[3]), branch.member(name)))
    }
    assert sources == {"孙梅": "household_card", "赵小军": "household_card"}


def _sign_in(context: BrowserContext, shown: Shown, token: str) -> None:
    context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": shown.address}])
