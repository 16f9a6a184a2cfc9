"""The sample pages, served by the real application with its headers."""

from collections.abc import Iterator

import pytest

from app import create_app
from app.extensions import db
from tests.conftest import settings_for
from tests.look.site import Site, serve_site


@pytest.fixture
def site(sqlite_url: str) -> Iterator[Site]:
    app = create_app(settings_for(sqlite_url))
    with app.app_context(), serve_site(app) as running:
        yield running
        db.engine.dispose()
