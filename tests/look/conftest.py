"""The sample pages, served by the real application with its headers."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.look.site import Site, serve_site


@pytest.fixture
def site(app: Flask) -> Iterator[Site]:
    with serve_site(app) as running:
        yield running
