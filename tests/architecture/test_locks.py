"""The two lock files say what pyproject.toml says, with a hash for every file."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REMEDY = "run `make lock`"


def test_locks_hold_the_pinned_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    run_time = project["project"]["dependencies"]
    test_only = project["dependency-groups"]["test"]
    assert list(missing(run_time, read_lock("requirements.lock"))) == [], REMEDY
    assert list(missing(run_time + test_only, read_lock("tests/requirements.lock"))) == [], REMEDY


def test_tests_run_with_the_packages_of_the_application() -> None:
    application, tests = read_lock("requirements.lock"), read_lock("tests/requirements.lock")
    assert application.items() <= tests.items(), REMEDY


def test_a_changed_pin_is_found() -> None:
    lock = {"flask": "3.1.3", "psycopg": "3.3.9"}
    wanted = ["Flask==3.1.3", "psycopg[binary]==3.3.8", "typst==0.15.2"]
    assert list(missing(wanted, lock)) == ["psycopg[binary]==3.3.8", "typst==0.15.2"]


def test_locks_name_no_index_and_hash_every_package() -> None:
    for name in ("requirements.lock", "tests/requirements.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        # Each package but the last ends where the next begins.
        for entry in re.split(r"\n(?=[a-z])", text)[1:]:
            assert "--hash=sha256:" in entry


def missing(wanted: list[str], lock: dict[str, str]) -> Iterator[str]:
    """Requirements of the form `name[extra]==version` that the lock does not hold."""
    for requirement in wanted:
        name, version = requirement.split("==")
        if lock.get(re.sub(r"\[.*\]", "", name).lower()) != version:
            yield requirement


def read_lock(path: str) -> dict[str, str]:
    """Version of each locked package."""
    pins = re.findall(r"^([a-z0-9-]+)(?:\[.*\])?==(\S+)", (ROOT / path).read_text(), re.MULTILINE)
    return dict(pins)
