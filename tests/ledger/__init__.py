"""Tests of the books."""

import pytest

# What the model expected and what the books said is told when they differ.
pytest.register_assert_rewrite("tests.ledger.model")
