"""A village that reviews claims, at nine on the day of the deed."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.factories.activities import at
from tests.factories.claims import ClaimVillage, make_claim_village


@pytest.fixture
def village(app: Flask) -> Iterator[ClaimVillage]:
    made = make_claim_village()
    with at(0):
        yield made
