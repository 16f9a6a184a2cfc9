"""The server process itself, as `make run` starts it, on each database."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("database", ["sqlite_url", "postgres_url"])
def test_server_answers_and_stops(database: str, request: pytest.FixtureRequest) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
    with start_gunicorn(DATABASE_URL=request.getfixturevalue(database), PORT=port) as process:
        assert process.stdout
        log = next(process.stdout)
        while "Listening at" not in log:
            log = next(process.stdout)
        # Requests wait in the socket until a worker is there to take them.
        with urlopen(f"http://127.0.0.1:{port}/healthz") as response:
            assert response.status == 200
        process.terminate()
        process.stdout.read()
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("database_url", "workers", "threads"),
    [("sqlite:///points.db", 1, 4), ("postgresql://127.0.0.1/points", os.cpu_count(), 4)],
)
def test_only_postgresql_gets_several_processes(
    database_url: str, workers: int, threads: int
) -> None:
    with start_gunicorn("--print-config", DATABASE_URL=database_url) as process:
        assert process.stdout
        settings = dict(line.split("=", 1) for line in process.stdout if "=" in line)
    found = {name.strip(): value.strip() for name, value in settings.items()}
    assert (found["workers"], found["threads"]) == (str(workers), str(threads))
    assert found["preload_app"] == "False"


def test_production_refuses_the_development_secrets(sqlite_url: str) -> None:
    with start_gunicorn(DATABASE_URL=sqlite_url, APP_ENV="production") as process:
        assert process.stdout
        log = process.stdout.read()
    assert process.returncode != 0
    assert "SECRET_KEY must be set" in log


def start_gunicorn(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "python:app.gunicorn", "wsgi:app",
         *arguments],
        cwd=ROOT, env={**os.environ, **environment},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
