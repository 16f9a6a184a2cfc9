"""The project's own scripts run in the browser of an eight-year-old phone: they are ES2018."""

import subprocess
from pathlib import Path

import playwright
import pytest

_STATIC = Path(__file__).resolve().parents[2] / "app" / "static"
_OWN = sorted(_STATIC.glob("*.js"))
# Playwright brings Node.js along, and Node.js brings the parser acorn.
_NODE = Path(playwright.__file__).parent / "driver" / "node"
_PARSE = """
const { parse } = require("internal/deps/acorn/acorn/dist/acorn");
parse(require("fs").readFileSync(0, "utf8"), { ecmaVersion: 2018 });
"""


def _parses(script: str) -> bool:
    done = subprocess.run(
        [_NODE, "--expose-internals", "--eval", _PARSE],
        input=script, encoding="utf-8", capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0 or "SyntaxError" in done.stderr, done.stderr
    return done.returncode == 0


@pytest.mark.parametrize("path", _OWN, ids=lambda path: path.name)
def test_a_script_of_ours_is_es2018(path: Path) -> None:
    assert _parses(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("script", ["a?.b", "a ?? b", "try { a() } catch { b() }", "1n"])
def test_what_is_younger_is_found(script: str) -> None:
    assert not _parses(script)


def test_there_are_scripts() -> None:
    assert {"camera.js", "rotate.js", "scan.js"} <= {path.name for path in _OWN}
