"""SQLite on a machine that loses its power: what was acknowledged was synced."""

import shutil
from pathlib import Path

from tests.fire.crowd import Call, Crowd
from tests.fire.disk import after_power_cut
from tests.fire.load import busy_steps, make_busy_village
from tests.fire.reckoning import Losses, ledger_findings, reckon
from tests.fire.village import application_on
from tests.fire.web import WebServer, running

_SUCCESSES = 120


def test_what_was_acknowledged_survives(sqlite_url: str, crowd: Crowd, tmp_path: Path) -> None:
    calls = _cut_the_power(sqlite_url, crowd, tmp_path)
    assert any(call.status == 0 for call in calls)
    for number, seed in enumerate([None, 1, 2, 3]):
        losses, findings = _after(tmp_path, calls, f"{number}.db", seed)
        assert not losses, losses
        assert findings == []


def test_the_control_loses(sqlite_url: str, crowd: Crowd, tmp_path: Path) -> None:
    """Without syncs what was acknowledged is gone, and is missed."""
    calls = _cut_the_power(sqlite_url, crowd, tmp_path, SYNCHRONOUS="OFF")
    losses, _ = _after(tmp_path, calls, "lazy.db", None)
    assert losses.lost
    assert not losses.doubled + losses.altered + losses.never_sent


def _cut_the_power(url: str, crowd: Crowd, folder: Path, **environment: str) -> list[Call]:
    """Put load on a recorded server and kill it in the middle; what its callers heard."""
    with application_on(url):
        village = make_busy_village()
    shutil.copy(url.removeprefix("sqlite:///"), folder / "base.db")
    web = WebServer(
        url,
        folder / "log",
        application="tests.fire.recorded_app:app",
        environment={"RECORDING": str(folder / "recording"), **environment},
    )
    with running(web):
        deed = crowd.send_off(web.port, busy_steps(village))
        deed.wait_for_successes(_SUCCESSES)
        web.kill()
        return deed.abandon()


def _after(
    folder: Path, calls: list[Call], name: str, seed: int | None
) -> tuple[Losses, list[str]]:
    """What is lost, and what `ledger check` finds, after the cut."""
    after_power_cut(folder / "base.db", folder / "recording", folder / name, seed)
    with application_on(f"sqlite:///{folder / name}"):
        return reckon(calls), ledger_findings()
