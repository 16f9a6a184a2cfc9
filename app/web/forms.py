"""HTML forms through the same schemas as JSON, and what templates need to show them again."""

import secrets
from datetime import date, datetime
from typing import Any

from flask import Flask, g, has_request_context, request
from marshmallow import Schema, ValidationError

from app.kit import clock
from app.kit.codes import group_code
from app.kit.errors import Busy, DomainError, InFlight, Invalid
from app.kit.points import format_hundredths, format_tenths
from app.kit.text import without_hidden_characters

from .idempotency import KEY_FIELD
from .messages import sentence


class FormInvalid(Invalid):
    """Some fields are wrong; `errors` has one sentence per field for the page."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("invalid_input", fields=sorted(errors))
        self.errors = errors


def load_form(schema: Schema) -> Any:
    """The request's form through a schema; raises FormInvalid with a sentence per field.

    A field left empty counts as not filled in. A field declared as a list takes all its values.
    """
    data: dict[str, Any] = {}
    for name, values in request.form.lists():
        if name in (KEY_FIELD, "csrf_token"):
            continue
        field = schema.fields.get(name)
        if field is not None and type(field).__name__ == "List":
            data[name] = values
        elif values[-1].strip():
            data[name] = values[-1]
    try:
        return schema.load(data)
    except ValidationError as error:
        raise FormInvalid(_first_sentences(error.messages_dict)) from error


def uploaded_file() -> tuple[str, bytes]:
    """Name and content of the form's file; Invalid `file_missing` when none was chosen."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid("file_missing")
    return without_hidden_characters(file.filename), file.stream.read()


def _first_sentences(messages: dict[str, Any]) -> dict[str, str]:
    return {name: _first_sentence(found) for name, found in messages.items()}


def _first_sentence(found: Any) -> str:
    while isinstance(found, dict):
        found = next(iter(found.values()))
    return str(found[0]) if isinstance(found, list) else str(found)


def _form_value(name: str, default: object = "") -> object:
    """What was typed into the field, on a form shown again; else the default."""
    return request.form.get(name, default) if has_request_context() else default


def _form_values(name: str, default: list[str] | None = None) -> list[str]:
    return request.form.getlist(name) or default or []


def _form_errors() -> dict[str, str]:
    refusal = g.get("refusal")
    return refusal.errors if isinstance(refusal, FormInvalid) else {}


def _refusal_sentence() -> str | None:
    refusal: DomainError | None = g.get("refusal")
    return None if refusal is None else sentence(refusal.code, refusal.facts)


def _fresh_key() -> str:
    """A new idempotency key for a form.

    A form shown again after a refusal is a new attempt, so it too gets a new key; not while its
    twin is being worked on or the database is busy, for then sending it again is the same attempt.
    """
    if isinstance(g.get("refusal"), (Busy, InFlight)):
        return request.form.get(KEY_FIELD) or secrets.token_urlsafe(16)
    return secrets.token_urlsafe(16)


def _day(value: date | datetime, *, year: bool = False) -> str:
    day = clock.local(value).date() if isinstance(value, datetime) else value
    prefix = f"{day.year}年" if year else ""
    return f"{prefix}{day.month}月{day.day}日"


def _weekday(value: date | datetime) -> str:
    """（周六）, and for the next days also how they are called: （今天，周六）."""
    day = clock.local(value).date() if isinstance(value, datetime) else value
    name = f"周{'一二三四五六日'[day.weekday()]}"
    near = {0: "今天，", 1: "明天，", 2: "后天，"}.get((day - clock.today()).days, "")
    return f"（{near}{name}）"


def _moment(value: datetime) -> str:
    local = clock.local(value)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def init_forms(app: Flask) -> None:
    """Give the templates their filters and globals."""
    app.jinja_env.filters.update(
        tenths=format_tenths,
        hundredths=format_hundredths,
        day=_day,
        iso_day=lambda value: clock.local(value).date().isoformat(),
        weekday=_weekday,
        moment=_moment,
        hour=lambda value: f"{clock.local(value):%H:%M}",
        grouped=group_code,
    )
    app.jinja_env.globals.update(
        form_value=_form_value,
        form_values=_form_values,
        idempotency_key=_fresh_key,
        sentence=sentence,
    )

    @app.context_processor
    def form_state() -> dict[str, object]:
        return {"errors": _form_errors(), "refusal": _refusal_sentence()}
