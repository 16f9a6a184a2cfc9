"""The books by themselves."""

import pytest

from app.ledger.queries.checker import entries
from app.ledger.queries.witnesses import WitnessSource


@pytest.fixture(autouse=True)
def sources(monkeypatch: pytest.MonkeyPatch) -> list[WitnessSource]:
    """Who speaks for entries: nobody at first, for those of these tests belong to no feature."""
    given: list[WitnessSource] = []
    monkeypatch.setattr(entries, "witness_sources", lambda: given)
    return given
