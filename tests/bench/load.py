"""A web server of the application's kind, and clients that keep it busy.

The clients are plain sockets in one thread: that takes the processor less from the server, which
shares the machine, than any client library would, and it runs where nothing may be installed.
"""

import os
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile

from tests.bench.frame import Figures

_ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS_MAX = 60
_CONTENT_LENGTH = b"content-length:"


@contextmanager
def serve(application: str, database_url: str) -> Iterator[int]:
    """Run gunicorn as the application is run on that database; yields the port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--config", "python:app.gunicorn", application]
    environment = {**os.environ, "DATABASE_URL": database_url, "PORT": str(port)}
    with (
        TemporaryFile() as log,
        subprocess.Popen(command, cwd=_ROOT, env=environment, stdout=log, stderr=log) as process,
    ):
        try:
            give_up = time.monotonic() + _START_SECONDS_MAX
            while not _listens(port):
                if process.poll() is not None or time.monotonic() > give_up:
                    log.seek(0)
                    raise RuntimeError(log.read().decode()[-2000:])
                time.sleep(0.1)
            yield port
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0


@dataclass(slots=True)
class _Client:
    connection: socket.socket
    sent_at: float = 0.0
    received: bytearray = field(default_factory=bytearray)

    def send(self, request: bytes) -> None:
        self.received.clear()
        self.sent_at = time.perf_counter()
        self.connection.sendall(request)

    def receive(self) -> bool:
        """Take in what is there; whether the answer is whole. Raises RuntimeError for a refusal."""
        part = self.connection.recv(65_536)
        if not part:
            raise RuntimeError("the server closed the connection")
        self.received += part
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found:
            return False
        length = head.lower().partition(_CONTENT_LENGTH)[2].split(b"\r\n", 1)[0]
        if len(body) < int(length):
            return False
        if not head.startswith(b"HTTP/1.1 2"):
            raise RuntimeError(self.received.decode())
        return True


def send_all(port: int, requests: Sequence[bytes], *, clients: int) -> Figures:
    """Send every request once; each client sends its next when it has the answer to its last."""
    waiting = iter(requests)
    latencies: list[float] = []
    with selectors.DefaultSelector() as ready:
        began = time.perf_counter()
        for _, request in zip(range(clients), waiting, strict=False):
            client = _Client(socket.create_connection(("127.0.0.1", port)))
            client.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            ready.register(client.connection, selectors.EVENT_READ, client)
            client.send(request)
        while len(latencies) < len(requests):
            for key, _ in ready.select():
                client = key.data
                if not client.receive():
                    continue
                latencies.append(time.perf_counter() - client.sent_at)
                following = next(waiting, None)
                if following is None:
                    ready.unregister(client.connection)
                    client.connection.close()
                else:
                    client.send(following)
        seconds = time.perf_counter() - began
    latencies.sort()
    return {
        "requests/s": len(requests) / seconds,
        "p50 ms": 1000 * latencies[len(latencies) // 2],
        "p99 ms": 1000 * latencies[len(latencies) * 99 // 100],
    }
