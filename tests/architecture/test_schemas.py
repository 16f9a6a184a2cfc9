"""Every schema that takes input: hostile values are refused with a Chinese sentence, or taken."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask_smorest.fields import Upload
from marshmallow import Schema, ValidationError, fields

import app  # noqa: F401 - see _input_schemas
from app.kit.schema import MonthField, StrictSchema

_CHINESE = re.compile(r"[一-鿿]")
# A column of PostgreSQL holds so much; ids are bounded by their own field.
_WHOLE_LIMIT = 1 << 31
_HOSTILE: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, float("nan"), float("inf"), 1 << 31, 1 << 63, -(1 << 70),
    [], [None], [[]], {}, {"a": 1}, "", " ", "\x00", "a\x00b", "\u202e甲", "\ud800", "甲" * 5000,
    "-1", "1.5", "NaN", "1e400", "9" * 30, "9" * 5000, "٣", "²", "0001-01-01", "9999-12-31",
    "0000-01", "9999-12", "2026-13", "2026-02-30", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00", "2026-10-12T08:30:00", "24:00", "'", "%s", "{}", "<b>",
)  # fmt: skip


def _below(schema: type[Schema]) -> Iterator[type[Schema]]:
    for child in schema.__subclasses__():
        yield child
        yield from _below(child)


def _input_schemas() -> list[type[Schema]]:
    # Importing the application has imported every feature's schemas.
    found = set(_below(StrictSchema))
    taking = [
        schema
        for schema in found
        if schema.__module__.startswith("app.") and not schema.__name__.endswith("Out")
    ]
    return sorted(taking, key=lambda schema: (schema.__module__, schema.__qualname__))


@pytest.mark.parametrize("schema", _input_schemas(), ids=lambda schema: schema.__qualname__)
def test_hostile_values_are_refused_in_chinese(schema: type[Schema]) -> None:
    for name, field in schema().fields.items():
        if isinstance(field, Upload):
            continue  # holds what Werkzeug found to be a file
        for value in (*_HOSTILE, *([value] for value in _HOSTILE)):
            try:
                taken = schema(partial=True).load({name: value})
            except ValidationError as refusal:
                sentences = list(_sentences(refusal.messages))
                assert sentences
                assert all(_CHINESE.search(found) for found in sentences), (name, value, sentences)
            else:
                _assert_holdable(taken)


def test_a_schema_says_what_it_does_not_know() -> None:
    shapes: tuple[Any, ...] = ({"zzz": 1}, [], "text", 5)
    for given in shapes:
        with pytest.raises(ValidationError) as refusal:
            StrictSchema().load(given)
        assert all(_CHINESE.search(found) for found in _sentences(refusal.value.messages))


def test_dates_leave_room_for_their_neighbours() -> None:
    month = MonthField().deserialize("2999-12")
    assert month.next.previous == month
    with pytest.raises(ValidationError):
        MonthField().deserialize("0000-01")


def _sentences(found: Any) -> Iterator[str]:
    if isinstance(found, dict):
        for inner in found.values():
            yield from _sentences(inner)
    elif isinstance(found, list):
        for inner in found:
            yield from _sentences(inner)
    else:
        yield str(found)


def _assert_holdable(value: Any) -> None:
    """Every number fits its column, every date has neighbours."""
    if isinstance(value, dict):
        for inner in value.values():
            _assert_holdable(inner)
    elif isinstance(value, list):
        for inner in value:
            _assert_holdable(inner)
    elif isinstance(value, int) and not isinstance(value, bool):
        assert abs(value) < 1 << 63
    elif isinstance(value, date):
        assert value + timedelta(days=400) > value - timedelta(days=400)
        if isinstance(value, datetime):
            assert value.tzinfo is not None


def test_whole_numbers_fit_every_column() -> None:
    for schema in _input_schemas():
        for name, field in schema().fields.items():
            if isinstance(field, fields.Integer):
                with pytest.raises(ValidationError):
                    schema(partial=True).load({name: _WHOLE_LIMIT})
                with pytest.raises(ValidationError):
                    schema(partial=True).load({name: 1.5})
