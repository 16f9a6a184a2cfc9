"""The month of a village that the home pages gather from."""

import pytest
from flask import Flask

from tests.home.month import VillageMonth, make_month


@pytest.fixture
def village(app: Flask) -> VillageMonth:
    """A branch in October 2026 with people, rules, a budget and a store, on SQLite."""
    return make_month()
