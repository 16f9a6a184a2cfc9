"""A planted skip fails in continuous integration, and only there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SKIPPED_TEST = "import pytest\ndef test_nothing(): pytest.skip('no browser')\n"
SKIPPED_MODULE = "import pytest\npytest.skip('no browser', allow_module_level=True)\n"
EXPECTED_FAILURE = "import pytest\n@pytest.mark.xfail\ndef test_nothing(): raise OSError\n"


@pytest.mark.parametrize(
    ("source", "environment", "said"),
    [
        (SKIPPED_TEST, {"CI": "true"}, "skipped, which is refused here"),
        (SKIPPED_MODULE, {"CI": "true"}, "skipped, which is refused here"),
        (EXPECTED_FAILURE, {"CI": "true"}, "1 xfailed"),
        (SKIPPED_TEST, {}, "1 skipped"),
        (SKIPPED_MODULE, {}, "1 skipped"),
    ],
    ids=["test", "module", "expected failure", "test elsewhere", "module elsewhere"],
)
def test_skip(tmp_path: Path, source: str, environment: dict[str, str], said: str) -> None:
    (tmp_path / "test_planted.py").write_text(source)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.support.no_skips", "-p", "no:cacheprovider",
         "-c", os.devnull, f"--rootdir={tmp_path}", tmp_path],
        cwd=ROOT, env={"PATH": os.environ["PATH"], **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said in done.stdout
    assert (done.returncode in {1, 2}) == ("refused" in said)
