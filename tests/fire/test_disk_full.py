"""A full disk: refused with a plain word, nothing torn, and all well when there is room again."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.extensions import db
from tests.conftest import migrate
from tests.fire.crowd import Call, Crowd
from tests.fire.load import CALLERS, assert_kept, busy_steps, make_busy_village
from tests.fire.reckoning import ledger_findings
from tests.fire.small_disk import filled, largest_file, may_mount, mounted, no_file_above
from tests.fire.village import Village, application_on
from tests.fire.web import WebServer, running
from tests.support.postgres import PostgresServer, run_postgres

_TMPFS, _LIMIT = "tmpfs", "file size limit"
_DISK = _TMPFS if may_mount() else _LIMIT
_ROUNDS_MAX = 40
_WAL_SEGMENT_MB = 1
# More than the server ever keeps ready in front of the one that it writes.
_WAL_SEGMENTS_SPARE = 200


# The limit is tried everywhere, so that it is known to work where nothing can be mounted.
@pytest.mark.parametrize("disk", sorted({_DISK, _LIMIT}))
def test_sqlite(disk: str, crowd: Crowd, tmp_path: Path) -> None:
    with mounted("16m") if disk == _TMPFS else nullcontext(tmp_path) as folder:
        url = f"sqlite:///{folder / 'points.db'}"
        migrate(url)
        with application_on(url), running(WebServer(url, tmp_path / "log")) as web:
            village = make_busy_village()
            db.session.remove()
            full = (
                filled(folder)
                if disk == _TMPFS
                else no_file_above(largest_file(folder), web.workers)
            )
            _fill_up_and_go_on(web, crowd, village, full)


@pytest.mark.parametrize("disk", [_DISK])
def test_postgresql(disk: str, crowd: Crowd, tmp_path: Path) -> None:
    with (
        mounted("192m") if disk == _TMPFS else nullcontext() as folder,
        run_postgres(data=folder and folder / "data", wal_segment_mb=_WAL_SEGMENT_MB) as server,
    ):
        url = server.url(server.create_database())
        migrate(url)
        with application_on(url), running(WebServer(url, tmp_path / "log")) as web:
            village = make_busy_village()
            db.session.remove()
            full = _filled_with_its_log(server, folder) if folder else _limited(server)
            _fill_up_and_go_on(web, crowd, village, full)


@contextmanager
def _filled_with_its_log(server: PostgresServer, folder: Path) -> Iterator[None]:
    """First no table can grow, which the server takes calmly; at the end neither can its log, at
    which it gives up.
    """
    with filled(folder):
        yield
        with suppress(DBAPIError):
            for _ in range(_WAL_SEGMENTS_SPARE):
                # A file of the log ends as soon as there is anything in it.
                db.session.execute(text("SELECT pg_create_restore_point('full')"))
                db.session.execute(text("SELECT pg_switch_wal()"))
        db.session.rollback()
        server.wait_until_ended()
    server.start()


@contextmanager
def _limited(server: PostgresServer) -> Iterator[None]:
    """No file of the server grows beyond that of the outcomes, which every request adds to."""
    size = _WAL_SEGMENT_MB << 20
    db.session.execute(
        text("""
            INSERT INTO request_outcome (id, caller, key, request_digest, outcome, created_at)
            SELECT n, 'filler', n::text, '', repeat('x', 1500), now()
            FROM generate_series(1, :bytes / 1500) AS n
        """),
        {"bytes": size},
    )
    db.session.commit()
    db.session.execute(text("CHECKPOINT"))
    db.session.remove()
    server.kill()
    server.start(file_blocks_max=size // 512)
    try:
        yield
    finally:
        server.kill()
        server.start()


def _fill_up_and_go_on(
    web: WebServer, crowd: Crowd, village: Village, full: AbstractContextManager[None]
) -> None:
    with full:
        calls = _send_until_refused(web, crowd, village)
        refused = [call for call in calls if call.status != 201]
        assert {call.outcome for call in refused} == {"database_unavailable"}
        assert all(call.headers["Retry-After"] for call in refused)
        assert ledger_findings() == []
    # Connections of this process to a server that has gone meanwhile.
    db.engine.dispose()
    web.wait_until_it_answers()
    later = crowd.do(web.port, busy_steps(village))
    # A pooled connection may be the old server's still.
    assert {call.outcome for call in later} <= {"201", "database_unavailable"}
    assert_kept(web.port, crowd, village, calls + later)
    assert "unexpected failure" not in web.log
    assert "Traceback" not in web.log


def _send_until_refused(web: WebServer, crowd: Crowd, village: Village) -> list[Call]:
    calls: list[Call] = []
    for _ in range(_ROUNDS_MAX):
        calls += crowd.do(
            web.port, [[village.grant(70), village.grant(80)] for _ in range(CALLERS)]
        )
        if any(call.status == 503 for call in calls):
            return calls
    raise AssertionError("the disk does not fill up")
