"""The throw-away PostgreSQL: installed or from the wheel, as root or not."""

import shutil
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text

from tests.support.postgres import PostgresServer, find_programs, run_postgres, wheel_programs


@pytest.mark.parametrize("programs", [find_programs(), wheel_programs()], ids=["found", "wheel"])
def test_server_runs_and_leaves_nothing(programs: Path) -> None:
    with run_postgres(programs) as server:
        folder = server.socket_folder
        engine = create_engine(server.url(server.create_database()))
        with engine.connect() as connection:
            assert connection.execute(text("SELECT '𠮷'")).scalar_one() == "𠮷"
            assert connection.execute(text("SHOW fsync")).scalar_one() == "on"
        engine.dispose()
    assert not folder.exists()


def test_programs_in_a_closed_folder_run_too(tmp_path: Path) -> None:
    installation = wheel_programs().parent
    package = tmp_path / "closed" / installation.parent.name
    shutil.copytree(installation, package / installation.name, symlinks=True)
    libraries = f"{package.name}.libs"
    shutil.copytree(installation.parent.parent / libraries, package.parent / libraries)
    package.parent.chmod(0o700)
    with run_postgres(package / installation.name / "bin") as server:
        assert server.create_database() == "test_1"


def test_a_database_is_a_copy_of_its_template(postgres: PostgresServer) -> None:
    template = postgres.create_database()
    with _connect(postgres, template) as connection:
        connection.execute("CREATE TABLE branch AS SELECT 7 AS number")
    copy = postgres.create_database(template)
    with _connect(postgres, copy) as connection:
        assert connection.execute("SELECT number FROM branch").fetchall() == [(7,)]
    postgres.drop_database(copy)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        _connect(postgres, copy)


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    programs = tmp_path / "package" / "installation" / "bin"
    programs.mkdir(parents=True)
    (tmp_path / "package.libs").mkdir()
    (programs / "postgres").symlink_to("/bin/true")
    initdb = programs / "initdb"
    initdb.write_text("#!/bin/sh\necho no room on this disk >&2; exit 1\n")
    initdb.chmod(0o755)
    with pytest.raises(RuntimeError, match="no room on this disk"), run_postgres(programs):
        pass


def _connect(server: PostgresServer, database: str) -> psycopg.Connection:
    return psycopg.connect(server.url(database).replace("+psycopg", ""))
