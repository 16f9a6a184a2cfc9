"""The set-up script with stand-ins for Python: which one it takes and when it does nothing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHELL_TOOLS = ("bash", "dirname", "env", "grep", "sha256sum", "sort", "mkdir", "cp", "rm")
# Refuses the version check when its name is among the old ones; `-m venv` copies it into .venv.
STAND_IN = """#!/usr/bin/env bash
name=${0##*/}
case "$1" in
    -c) case " python3 python3.9 " in *" $name "*) exit 1;; esac;;
    -m) echo "$name makes .venv" >> calls; mkdir -p .venv/bin; cp "$0" .venv/bin/python;;
    *) echo "pip ${*: -1}" >> calls;;
esac
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of nothing but the set-up scripts and two lock files."""
    (tmp_path / ".ci").mkdir()
    for script in ("setup", "pip"):
        shutil.copy(ROOT / ".ci" / script, tmp_path / ".ci" / script)
    (tmp_path / "tests").mkdir()
    (tmp_path / "requirements.lock").write_text("flask")
    (tmp_path / "tests" / "requirements.lock").write_text("flask pytest")
    (tmp_path / "bin").mkdir()
    for tool in SHELL_TOOLS:
        path = shutil.which(tool)
        assert path
        (tmp_path / "bin" / tool).symlink_to(path)
    return tmp_path


def test_newest_suitable_python_is_taken(project: Path) -> None:
    add_pythons(project, "python3", "python3.9", "python3.11", "python3.12")
    assert set_up(project).returncode == 0
    assert calls(project) == ["python3.12 makes .venv", "pip requirements.lock"]


def test_without_a_suitable_python_it_says_what_to_do(project: Path) -> None:
    add_pythons(project, "python3", "python3.9")
    done = set_up(project)
    assert done.returncode != 0
    assert "No Python 3.11 or newer was found. Install one" in done.stderr


def test_nothing_is_installed_twice(project: Path) -> None:
    add_pythons(project, "python3.11")
    set_up(project, "test")
    assert calls(project) == ["python3.11 makes .venv", "pip tests/requirements.lock"]
    set_up(project, "test")
    # The lock of the tests holds the application's packages too.
    set_up(project)
    assert calls(project) == []


def test_a_changed_lock_is_installed(project: Path) -> None:
    add_pythons(project, "python3.11")
    set_up(project, "test")
    calls(project)
    (project / "requirements.lock").write_text("flask of tomorrow")
    set_up(project)
    set_up(project, "test")
    assert calls(project) == ["pip requirements.lock", "pip tests/requirements.lock"]


def test_an_install_that_failed_is_tried_again(project: Path) -> None:
    add_pythons(project, "python3.11")
    (project / ".ci" / "pip").write_text("#!/usr/bin/env bash\nexit 1\n")
    assert set_up(project).returncode != 0
    shutil.copy(ROOT / ".ci" / "pip", project / ".ci" / "pip")
    assert set_up(project).returncode == 0
    assert "pip requirements.lock" in calls(project)


def add_pythons(project: Path, *names: str) -> None:
    for name in names:
        path = project / "bin" / name
        path.write_text(STAND_IN)
        path.chmod(0o755)


def set_up(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [project / ".ci" / "setup", *arguments],
        env={**os.environ, "PATH": str(project / "bin")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def calls(project: Path) -> list[str]:
    """What the stand-ins were asked to do since the last look."""
    log = project / "calls"
    lines = log.read_text().splitlines() if log.exists() else []
    log.unlink(missing_ok=True)
    return lines
