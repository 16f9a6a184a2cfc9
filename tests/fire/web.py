"""gunicorn as production runs it, to be killed and started again."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from tests.conftest import TEST_MASTER_KEY
from tests.support.processes import children_of, is_alive, wait_until_dead

ROOT = Path(__file__).resolve().parents[2]
_SECONDS_MAX = 120


@dataclass
class WebServer:
    """The web server of one database, always on the same port; `log` is what it has written."""

    database_url: str
    log_path: Path
    application: str = "wsgi:app"
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=lambda: _free_port())  # noqa: PLW0108 - it is defined below
    _master: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and come back when a worker answers."""
        with self.log_path.open("ab") as log:
            self._master = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "--config", "python:app.gunicorn",
                 self.application],
                cwd=ROOT, env={**os.environ, **self._settings()}, stdout=log, stderr=log,
            )  # fmt: skip
        self.wait_until_it_answers()

    def wait_until_it_answers(self, status: int = 200) -> None:
        """Come back when /healthz answers with this status."""
        end = time.monotonic() + _SECONDS_MAX
        while _health(self.port) != status:
            if time.monotonic() > end or not is_alive(self.master):
                raise TimeoutError(f"no answer {status} from the web server:\n{self.log}")
            time.sleep(0.05)

    @property
    def master(self) -> int:
        """The process that starts the workers."""
        assert self._master is not None
        return self._master.pid

    @property
    def workers(self) -> list[int]:
        """The processes that answer requests."""
        return children_of(self.master)

    @property
    def log(self) -> str:
        return self.log_path.read_text()

    def kill_workers(self) -> None:
        """Kill all workers at once; the master starts others."""
        _kill(self.workers)

    def kill_and_start(self) -> None:
        """Kill everything, and start again."""
        self.kill()
        self.start()

    def kill(self) -> None:
        """Kill the master and then its workers, which it cannot replace any more."""
        assert self._master is not None
        # Stopped, it starts nobody while its workers are counted.
        self._master.send_signal(signal.SIGSTOP)
        _kill([*self.workers, self.master])
        self._master.wait()

    def _settings(self) -> dict[str, str]:
        return {
            "APP_ENV": "production",
            "DATABASE_URL": self.database_url,
            "MASTER_KEY": TEST_MASTER_KEY.hex(),
            "PORT": str(self.port),
            "PUBLIC_URL": "https://village.example",
            "SECRET_KEY": "a secret of nothing but these tests",
            **self.environment,
        }


@contextmanager
def running(server: WebServer) -> Iterator[WebServer]:
    """Start the server; nothing of it is left at the end, however that comes."""
    try:
        server.start()
        yield server
    finally:
        if server._master is not None and is_alive(server.master):
            server.kill()


def _kill(process_ids: Sequence[int]) -> None:
    for process_id in process_ids:
        os.kill(process_id, signal.SIGKILL)
    wait_until_dead(process_ids)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _health(port: int) -> int | None:
    connection = HTTPConnection("127.0.0.1", port, timeout=_SECONDS_MAX)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()
