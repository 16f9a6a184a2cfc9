"""Links from QR codes, which are written in capitals to make the codes smaller."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

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


def init_links(app: Flask) -> None:
    """Put it in front of the application."""
    app.wsgi_app = CapitalLinks(app.wsgi_app)  # type: ignore[method-assign]
