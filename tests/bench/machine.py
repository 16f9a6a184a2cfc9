"""What the figures were taken on."""

import os
import platform
import time
from importlib.metadata import version
from pathlib import Path

import psycopg
import pysqlite3.dbapi2

from tests.bench.site import Site

_SYNC_SECONDS = 0.5
_PACKAGES = ("flask", "gunicorn", "psycopg", "sqlalchemy", "flask-sqlalchemy", "marshmallow")


def describe(site: Site) -> dict[str, str]:
    """The machine and the versions, by what they are."""
    return {
        "processor": f"{os.cpu_count()} cores, {_field('/proc/cpuinfo', 'model name')}",
        "memory": f"{int(_field('/proc/meminfo', 'MemTotal').split()[0]) / 2**20:.1f} GiB",
        "load at the start": f"{os.getloadavg()[0]:.1f}",
        "disk": f"{_syncs_per_second(site.folder):,.0f} writes of 8 kB with fdatasync a second",
        "system": platform.platform(),
        "Python": platform.python_version(),
        "PostgreSQL": _postgres_version(site),
        "SQLite": pysqlite3.dbapi2.sqlite_version,
        "packages": ", ".join(f"{name} {version(name)}" for name in _PACKAGES),
    }


def _field(path: str, name: str) -> str:
    for line in Path(path).read_text().splitlines():
        if line.startswith(name):
            return line.partition(":")[2].strip()
    return "unknown"


def _postgres_version(site: Site) -> str:
    """The server's version, and the settings that durability and speed hang on."""
    names = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers")
    with psycopg.connect(site.postgres.dsn("postgres")) as connection:
        rows = [connection.execute(f"SHOW {name}").fetchone() for name in names]
    return ", ".join(f"{name}={row[0]}" for name, row in zip(names, rows, strict=True) if row)


def _syncs_per_second(folder: Path) -> float:
    """How often a second the disk under the databases takes a page and says it is safe."""
    page, count = os.urandom(8192), 0
    with (folder / "sync").open("wb", buffering=0) as file:
        began = time.perf_counter()
        while time.perf_counter() < began + _SYNC_SECONDS:
            file.seek(0)
            file.write(page)
            os.fdatasync(file.fileno())
            count += 1
    return count / (time.perf_counter() - began)
