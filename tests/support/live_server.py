"""A web server inside the test process, so that a test can move the application's clock."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from wsgiref.types import WSGIApplication

from werkzeug.serving import WSGIRequestHandler, make_server


class _QuietHandler(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Say nothing: the test's own output is what counts."""


@contextmanager
def serve(make_app: Callable[[str], WSGIApplication]) -> Iterator[str]:
    """Serve the application that `make_app` makes for the address given to it.

    Yields that address, like `http://127.0.0.1:40123`; requests are answered in threads.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        address = f"http://127.0.0.1:{port}"
        server = make_server(
            "127.0.0.1", port, make_app(address), threaded=True,
            request_handler=_QuietHandler, fd=listener.fileno(),
        )  # fmt: skip
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield address
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
