"""Fixtures around the throw-away servers and browsers."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from app.extensions import db
from tests.support.browser import find_chromium, launch, launch_with_camera, open_phone
from tests.support.postgres import PostgresServer, run_postgres
from tests.support.ring import Fight, open_ring

CameraPhone = Callable[[str], AbstractContextManager[Page]]


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One server for each test process; a test makes a database of its own in it."""
    # Its databases are made for one test each and thrown away, hundreds of files at a time; what
    # must survive a crash is tested on servers that are crashed.
    careless = {
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "max_wal_size": "256MB",
    }
    with run_postgres(settings=careless, in_memory=True) as server:
        yield server


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    if find_chromium() is None:
        pytest.skip("no Chromium: install it, or set CHROMIUM to its path")
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """One browser for each test process; `open_phone` gives phones that share nothing."""
    with launch(playwright) as browser:
        yield browser


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """A page on a phone of its own."""
    with open_phone(chromium) as page:
        yield page


@pytest.fixture
def camera_phone(playwright: Playwright, tmp_path: Path) -> CameraPhone:
    """Opens a page on a phone whose camera sees a QR code of the given payload."""

    @contextmanager
    def open_camera_phone(payload: str) -> Iterator[Page]:
        with (
            launch_with_camera(playwright, payload, tmp_path) as browser,
            open_phone(browser) as page,
        ):
            yield page

    return open_camera_phone


@pytest.fixture
def fight(each_app: Flask) -> Iterator[Fight]:
    """Lets two processes do the same to the test's database at once."""
    with open_ring(db.engine.url.render_as_string(hide_password=False)) as both:
        yield both
