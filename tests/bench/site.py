"""Where the benches run: throw-away databases with every durability on."""

from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Self

from tests.conftest import migrate
from tests.support.postgres import PostgresServer, run_postgres

# Memory and checkpoints as on a small server of its own; what makes an acknowledged commit
# survive a power cut is named too, so that nobody's defaults can take it away.
SERVER_SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "1GB",
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
}


@dataclass
class Site(AbstractContextManager["Site"]):
    """How long benches run, and the server that they share.

    `rounds` per alternative, about `seconds` each. `folder` is for files, removed by the caller.
    """

    rounds: int
    seconds: float
    folder: Path
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @cached_property
    def postgres(self) -> PostgresServer:
        """The PostgreSQL server, started when it is first asked for."""
        return self._stack.enter_context(run_postgres(settings=SERVER_SETTINGS))

    @cached_property
    def _template(self) -> str:
        name = self.postgres.create_database()
        migrate(self.postgres.url(name))
        return name

    def postgres_url(self) -> str:
        """Address of a fresh, migrated PostgreSQL database."""
        return self.postgres.url(self.postgres.create_database(self._template))

    def sqlite_url(self, name: str) -> str:
        """Address of a fresh, migrated SQLite database in a file of that name."""
        url = f"sqlite:///{self.folder / name}.db"
        migrate(url)
        return url
