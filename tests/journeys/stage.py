"""The stage of a journey: a served village, a clock to move, and phones for its people."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser, Locator, Page, Playwright

from app.config import Settings
from app.extensions import db
from app.identity.domain import Role
from app.kit import clock
from app.ledger import queries as books
from app.ledger.domain.accounts import Address
from app.ledger.queries import checker
from tests.factories.places import PASSWORD, Places, make_places
from tests.support.browser import launch_with_camera, open_phone
from tests.support.live_server import serve
from tests.support.page_checks import page_faults


@dataclass
class Stage:
    """One journey's world. `faults` collects what the page checks find on the way.

    Pages are the same on both databases, so one journey that `looks` is enough.
    """

    app: Flask
    address: str
    places: Places
    playwright: Playwright
    chromium: Browser
    folder: Path
    now: datetime
    stack: ExitStack
    looks: bool
    faults: list[str] = field(default_factory=list)
    _pages: dict[Role, Page] = field(default_factory=dict)

    def set_clock(self, day: date, hour: int, minute: int = 0) -> None:
        self.now = clock.instant(day, time(hour, minute))

    def phone(self) -> Page:
        """A fresh phone that nobody has signed in on."""
        return self.stack.enter_context(open_phone(self.chromium))

    def camera_phone(self, payload: str, like: Page) -> Page:
        """A phone signed in like another one, whose camera sees a code."""
        browser = self.stack.enter_context(
            launch_with_camera(self.playwright, payload, self.folder)
        )
        page = self.stack.enter_context(open_phone(browser))
        page.context.add_cookies(like.context.cookies())  # type: ignore[arg-type]
        return page

    def staff(self, role: Role) -> Page:
        """The phone of a member of staff, signed in by user name and password."""
        page = self.phone()
        page.goto(f"{self.address}/sign-in")
        name = "town" if role is Role.HEAD_BANK else "luxi"
        page.get_by_label("用户名").fill(f"{name}-{role}")
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_load_state()
        return page

    def open(self, page: Page, path: str) -> None:
        """Open a page and look at it as the checks do."""
        answer = page.goto(f"{self.address}{path}")
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"
        self.look(page)

    def press(self, button: Locator) -> None:
        """Click what leads to another page, and look at that page once it is there."""
        with button.page.expect_navigation():
            button.click()
        self.look(button.page)

    def look(self, page: Page) -> None:
        if self.looks:
            self.faults.extend(f"{page.url}: {fault}" for fault in page_faults(page))

    def holds(self, expected: dict[Address, int]) -> None:
        """The checker is silent and the accounts hold what was worked out by hand (tenths)."""
        with self.app.app_context():
            assert checker.check() == []
            held = books.balances(list(expected))
            db.session.remove()
        assert held == expected


@contextmanager
def set_stage(
    make_app: object,
    database_url: str,
    playwright: Playwright,
    chromium: Browser,
    folder: Path,
    *,
    looks: bool,
) -> Iterator[Stage]:
    """Serve a town with two villages, staff, and nothing else, on the database."""
    stages: list[Stage] = []
    apps: list[Flask] = []

    def serve_app(address: str) -> Flask:
        apps.append(make_app(_settings(database_url, address)))  # type: ignore[operator]
        return apps[0]

    with ExitStack() as stack:
        start = clock.instant(date(2026, 9, 30), time(9))
        stack.enter_context(clock.using(lambda: stages[0].now if stages else start))
        address = stack.enter_context(serve(serve_app))
        with apps[0].app_context():
            places = make_places()
            db.session.remove()
        stage = Stage(apps[0], address, places, playwright, chromium, folder, start, stack, looks)
        stages.append(stage)
        yield stage
    with apps[0].app_context():
        db.engine.dispose()


def _settings(database_url: str, address: str) -> Settings:
    return Settings(
        production=False,
        database_url=database_url,
        secret_key="journeys only",
        master_key=bytes(range(32)),
        public_url=address,
        node_id=None,
    )
