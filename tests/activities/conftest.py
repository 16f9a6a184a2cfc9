"""The village that the page tests walk through."""

import pytest
from flask import Flask

from tests.activities.site import Site
from tests.factories.activities import make_branch, make_session


@pytest.fixture
def site(app: Flask) -> Site:
    """A village with one approved session, on SQLite."""
    branch = make_branch()
    return Site(app, branch, make_session(branch))
