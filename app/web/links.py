"""Addresses: links from QR codes, which are in capitals to make the codes smaller, and ids."""

import re
from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING

from flask import Flask, request
from werkzeug.exceptions import BadRequest
from werkzeug.routing import IntegerConverter, Map

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ID_MAX = (1 << 63) - 1
_CAPITAL_LINK = re.compile(r"/[A-Z]/")


class CapitalLinks:
    """Lets /K/… find the page at /k/…; everything behind the letter stays as it is."""

    def __init__(self, application: "WSGIApplication") -> None:
        self._application = application

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        path: str = environ.get("PATH_INFO", "")
        if _CAPITAL_LINK.match(path):
            environ["PATH_INFO"] = path[:3].lower() + path[3:]
        return self._application(environ, start_response)


class IdConverter(IntegerConverter):
    """A number in an address: one that no database holds finds no page."""

    # Python refuses to read numbers of thousands of digits at all.
    regex = r"[0-9]{1,19}"

    def __init__(self, url_map: Map, number_max: int = ID_MAX) -> None:
        super().__init__(url_map, max=number_max)


def id_argument(name: str) -> int | None:
    """An id behind the question mark; None when it is missing or no id."""
    given = request.args.get(name, type=int)
    return given if given is not None and 0 <= given <= ID_MAX else None


def _refuse_null_characters() -> None:
    """PostgreSQL takes no text with this character, and nobody types it."""
    if any("\0" in text for text in (request.path, *chain(*request.args.listvalues()))):
        raise BadRequest


def init_links(app: Flask) -> None:
    """Put the capital links in front of the application, and bound its numbers and texts."""
    app.before_request(_refuse_null_characters)
    app.url_map.converters["int"] = IdConverter
    app.wsgi_app = CapitalLinks(app.wsgi_app)  # type: ignore[method-assign]
