"""The JSON API: what is sent is read strictly, and the description says how they are answered."""

import json
from collections.abc import Callable
from typing import Any

from flask import Flask, Request
from flask_smorest import Api, Blueprint
from marshmallow import RAISE, Schema, fields
from webargs.core import missing, parse_json
from webargs.flaskparser import FlaskParser, is_json_request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from app.kit.schema import IdField, MonthField, TenthsField

from .access import ACCESS_ATTRIBUTE, ANYONE
from .errors import answer_http_error
from .idempotency import KEY_HEADER, KEY_LENGTH_MAX
from .transaction import KEY_REQUIRED_ATTRIBUTE, WRITES_ATTRIBUTE


class _StrictParser(FlaskParser):
    # A misspelt search must not answer with everything there is.
    DEFAULT_UNKNOWN_BY_LOCATION = FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION | {"query": RAISE}

    def load_json(self, req: Request, schema: Schema) -> Any:
        """The body as JSON, `missing` when there is none.

        Raises UnsupportedMediaType for anything that does not call itself JSON, BadRequest for
        what cannot be read: nested beyond measure, with numbers of thousands of digits, or with
        text that is none.
        """
        body = req.get_data(cache=True)
        if not body:
            return missing
        if not is_json_request(req):
            raise UnsupportedMediaType
        try:
            found = parse_json(body)
            # An escape can name half a character ("\ud800"), which no database takes.
            json.dumps(found, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            raise BadRequest from error
        return found


class JsonBlueprint(Blueprint):
    """A feature's part of the API."""

    ARGUMENTS_PARSER = _StrictParser()

    def arguments(self, schema: type[Schema], **options: Any) -> Callable[..., Any]:
        """Read the request through a schema that is made now, not anew for every request."""
        decorate: Callable[..., Any] = super().arguments(schema(), **options)
        return decorate

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Callable[..., Any] | None = None,
        provide_automatic_options: bool | None = None,  # noqa: FBT001 - Flask gives it by place
        **options: Any,
    ) -> None:
        if view_func is not None:
            view_func = self.doc(**_told_by_view(view_func))(view_func)
        super().add_url_rule(rule, endpoint, view_func, provide_automatic_options, **options)


class ErrorFacts(Schema):
    code = fields.String(required=True)
    message = fields.String(required=True)
    facts = fields.Dict(keys=fields.String(), required=True)


class Error(Schema):
    """A stable code, a sentence for people, and the figures behind it."""

    error = fields.Nested(ErrorFacts, required=True)


class DescribedApi(Api):
    """flask-smorest with the house's error shape and fields."""

    ERROR_SCHEMA = Error
    handle_http_exception = staticmethod(answer_http_error)

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        for field in (IdField, MonthField, TenthsField):
            self.register_field(field, "string", None)


def _told_by_view(view: Callable[..., Any]) -> dict[str, Any]:
    """What the declarations on a view say about its callers and its Idempotency-Key."""
    told: dict[str, Any] = {}
    if getattr(view, ACCESS_ATTRIBUTE, None) == ANYONE:
        told["security"] = []
    if getattr(view, WRITES_ATTRIBUTE, False):
        key = {"type": "string", "minLength": 1, "maxLength": KEY_LENGTH_MAX}
        told["parameters"] = [
            {
                "in": "header",
                "name": KEY_HEADER,
                "required": getattr(view, KEY_REQUIRED_ATTRIBUTE),
                "schema": key,
            }
        ]
    return told
