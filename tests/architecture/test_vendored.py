"""Files made by others lie here as their makers published them: hashes in vendor.lock.json."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCK_NAME = "vendor.lock.json"
FOLDERS = {
    ROOT / ".ci" / "bootstrap",
    *ROOT.glob("app/**/vendor"),
    *(lock.parent for lock in ROOT.glob(f"app/**/{LOCK_NAME}")),
}


@pytest.mark.parametrize("folder", sorted(FOLDERS), ids=lambda folder: folder.name)
def test_vendored_files_are_as_locked(folder: Path) -> None:
    assert list(faults(folder)) == []


def test_planted_faults_are_found(tmp_path: Path) -> None:
    files = {"good.js": "1", "changed.js": "2", "gone.js": "3"}
    package = {
        "name": "scanner",
        "version": "1.0",
        "licence": "MIT",
        "files": [
            {"path": path, "sha256": sha256(text.encode()).hexdigest()}
            for path, text in files.items()
        ],
    }
    (tmp_path / LOCK_NAME).write_text(json.dumps({"packages": [package]}))
    (tmp_path / "good.js").write_text("1")
    (tmp_path / "changed.js").write_text("2 and more")
    (tmp_path / "extra").mkdir()
    (tmp_path / "extra" / "stranger.js").write_text("4")
    assert sorted(faults(tmp_path)) == [
        "changed.js differs from what scanner 1.0 published",
        "extra/stranger.js belongs to no package",
        "gone.js of scanner 1.0 is missing",
    ]


def test_a_package_without_a_licence_is_refused(tmp_path: Path) -> None:
    package = {"name": "scanner", "version": "1.0", "licence": "", "files": []}
    (tmp_path / LOCK_NAME).write_text(json.dumps({"packages": [package]}))
    assert list(faults(tmp_path)) == ["scanner 1.0 names no licence"]


def faults(folder: Path) -> Iterator[str]:
    """What is in `folder` and not as its lock says; the lock's paths are relative to it."""
    strangers = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.name != LOCK_NAME
    }
    for package in json.loads((folder / LOCK_NAME).read_text())["packages"]:
        title = f"{package['name']} {package['version']}"
        if not package["licence"]:
            yield f"{title} names no licence"
        for file in package["files"]:
            path = folder / file["path"]
            strangers.discard(file["path"])
            if not path.exists():
                yield f"{file['path']} of {title} is missing"
            elif sha256(path.read_bytes()).hexdigest() != file["sha256"]:
                yield f"{file['path']} differs from what {title} published"
    for path_text in strangers:
        yield f"{path_text} belongs to no package"
