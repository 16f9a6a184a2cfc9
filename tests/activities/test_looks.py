"""Every page on a phone: accessible, large enough, no sideways scroll."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from app import create_app
from app.activities import queries, service
from app.activities.domain.check_in import Source
from app.activities.domain.rotating_code import make_code
from app.activities.models import ActivitySession
from app.extensions import db
from app.identity.access import SESSION_COOKIE
from app.identity.domain import Role
from app.kit.month import Month
from app.web.transaction import run_in_transaction
from tests.activities.site import member_token
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
from tests.support.browser import open_phone
from tests.support.live_server import serve
from tests.support.page_checks import page_faults

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
    running = make_session(branch, drop_in=True)
    sign_up(branch, running, "王大山", "李秀英", "陈桂兰")
    with at(3):
        check_in(branch, running, "王大山")
        check_in(branch, running, "李秀英", source=Source.POSTER)
    planned = make_session(branch, approved=False)
    spending = make_session(branch, rule_code="XF01", starts_in=timedelta(days=2))
    return [closed, running, planned, spending]


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
                page.context.add_cookies(
                    [{"name": SESSION_COOKIE, "value": token, "url": shown.address}]
                )
            answer = page.goto(shown.address + path)
            assert answer is not None
            assert answer.status == 200, name
            found = page_faults(page)
            if found:
                faults[name] = found
    assert faults == {}
