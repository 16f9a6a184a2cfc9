"""Files, functions and names stay small enough to read; these numbers only ever go down."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("app", "migrations", "tests")
FILE_LINES_MAX = 400
TEST_FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 50
# Such a module owns everything and says nothing.
BANNED_MODULE_NAMES = {"util", "helper", "common", "misc", "manager"}


def test_house_is_in_order() -> None:
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    assert len(paths) > len(FOLDERS)
    found = [fault for path in paths for fault in faults(path.relative_to(ROOT), path.read_text())]
    assert found == []


@pytest.mark.parametrize(
    ("path", "source", "fault"),
    [
        ("app/store/service.py", "x = 1\n" * 401, "401 lines, at most 400"),
        ("tests/store/test_till.py", "x = 1\n" * 601, "601 lines, at most 600"),
        ("app/store/domain.py", "def f():\n" + "    x = 1\n" * 50, "f has 51 lines, at most 50"),
        ("app/store/utils.py", "", "a name that says nothing"),
        ("app/common/text.py", "", "a name that says nothing"),
    ],
)
def test_planted_fault_is_found(path: str, source: str, fault: str) -> None:
    assert [found for found in faults(Path(path), source) if found.endswith(fault)]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("app/store/service.py", "x = 1\n" * 400),
        ("tests/store/test_till.py", "x = 1\n" * 600),
        ("app/store/domain.py", "def f():\n" + "    x = 1\n" * 49),
        ("migrations/versions/0001_house.py", "def upgrade():\n" + "    x = 1\n" * 99),
    ],
)
def test_what_just_fits_is_left_alone(path: str, source: str) -> None:
    assert list(faults(Path(path), source)) == []


def faults(path: Path, source: str) -> Iterator[str]:
    """What is too large or badly named in one file; `path` is relative to the project."""
    lines = len(source.splitlines())
    lines_max = TEST_FILE_LINES_MAX if path.parts[0] == "tests" else FILE_LINES_MAX
    if lines > lines_max:
        yield f"{path}: {lines} lines, at most {lines_max}"
    if {part.removesuffix("s") for part in path.with_suffix("").parts} & BANNED_MODULE_NAMES:
        yield f"{path}: a name that says nothing"
    if path.parts[0] == "migrations":
        # A migration is a list of statements, read from top to bottom once.
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES_MAX:
                yield f"{path}: {node.name} has {length} lines, at most {FUNCTION_LINES_MAX}"
