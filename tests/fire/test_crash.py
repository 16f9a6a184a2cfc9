"""Whatever is killed, an acknowledged post is there once, and nothing else is."""

from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import text

from app.extensions import db
from tests.conftest import migrate
from tests.fire.crowd import Crowd
from tests.fire.load import assert_kept, busy_steps, make_busy_village
from tests.fire.reckoning import UNDECIDED, reckon
from tests.fire.village import application_on
from tests.fire.web import WebServer, running
from tests.support.postgres import PostgresServer, run_postgres


def test_killed_web_servers_on_sqlite(sqlite_url: str, crowd: Crowd, tmp_path: Path) -> None:
    with (
        application_on(sqlite_url),
        running(WebServer(sqlite_url, tmp_path / "log")) as web,
    ):
        _kill_one_after_the_other(web, crowd, [web.kill_workers, web.kill_and_start])


def test_killed_web_and_database_servers(crowd: Crowd, tmp_path: Path) -> None:
    with run_postgres() as server:
        url = _migrated(server)
        with application_on(url):
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                assert db.session.scalar(text(f"SHOW {setting}")) == "on"

        def kill_database() -> None:
            server.kill()
            web.wait_until_it_answers(503)
            server.start()

        with application_on(url), running(WebServer(url, tmp_path / "log")) as web:
            _kill_one_after_the_other(
                web,
                crowd,
                [web.kill_workers, kill_database, web.kill_and_start, kill_database],
            )


def _kill_one_after_the_other(
    web: WebServer, crowd: Crowd, kills: Sequence[Callable[[], None]]
) -> None:
    """Under load; needs an application context on the database."""
    village = make_busy_village()
    db.session.remove()
    # No connection of this process is to a server that will be gone.
    db.engine.dispose()
    deed = crowd.send_off(web.port, busy_steps(village), patient=True)
    for number, kill in enumerate(kills, start=1):
        deed.wait_for_successes(30 * number)
        kill()
    calls = deed.finish()
    assert any(call.lost for call in calls)
    assert {call.outcome for call in calls} <= {"201", *UNDECIDED}
    assert_kept(web.port, crowd, village, calls)
    assert "unexpected failure" not in web.log


def test_the_checker_finds_what_is_lost(crowd: Crowd, tmp_path: Path) -> None:
    """The control: a server that acknowledges what is only in its memory is found out."""
    lazy = {
        "synchronous_commit": "off",
        "wal_writer_delay": "10s",
        "wal_writer_flush_after": "1GB",
    }
    with run_postgres(settings=lazy) as server:
        url = _migrated(server)
        with application_on(url), running(WebServer(url, tmp_path / "log")) as web:
            village = make_busy_village()
            assert db.session.scalar(text("SHOW synchronous_commit")) == "off"
            # The village itself is to survive.
            db.session.execute(text("CHECKPOINT"))
            db.session.remove()
            db.engine.dispose()
            deed = crowd.send_off(web.port, busy_steps(village))
            deed.wait_for_successes(40)
            server.kill()
            server.start()
            losses = reckon(deed.finish())
        assert losses.lost
        assert not losses.doubled + losses.altered + losses.never_sent


def _migrated(server: PostgresServer) -> str:
    url = server.url(server.create_database())
    migrate(url)
    return url
