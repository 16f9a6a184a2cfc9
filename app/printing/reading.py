"""Payloads read back from the JSON in which a frozen one is kept."""

import json
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any, TypeVar, get_args, get_type_hints

from .payloads import Printable

P = TypeVar("P", bound=Printable)


def read_payload(kind: type[P], content: str) -> P:
    """The payload that `dataclasses.asdict` and `json.dumps` wrote, to be set once more.

    Fields that came later have their defaults.
    """
    found: P = _read(kind, json.loads(content))
    return found


def _read(kind: Any, value: Any) -> Any:
    if kind is datetime:
        return datetime.fromisoformat(value)
    if isinstance(kind, type) and is_dataclass(kind):
        kinds = get_type_hints(kind)
        known = {field.name for field in fields(kind)} & value.keys()
        return kind(**{name: _read(kinds[name], value[name]) for name in known})
    if isinstance(value, list):
        part, *_ = get_args(kind)
        return tuple(_read(part, each) for each in value)
    return value
