"""`make bench`: run the chosen benches, print the page and keep it in build/bench.md.

ONLY (letters, as in "a,b"), ROUNDS (at least 5 for figures that count) and SECONDS come from the
environment. Exits with 1 when a bench broke; a target that is missed is said, not punished.
"""

import importlib
import os
import pkgutil
import sys
import tempfile
from pathlib import Path

from tests.bench import benches
from tests.bench.frame import BENCHES, run_bench
from tests.bench.machine import describe
from tests.bench.report import markdown
from tests.bench.site import Site

_PAGE = Path(__file__).resolve().parents[2] / "build" / "bench.md"


def main() -> int:
    """Run what the environment asks for; returns the exit code."""
    # Beside other people's work the benches are the ones who wait.
    os.nice(5)
    for module in pkgutil.iter_modules(benches.__path__):
        importlib.import_module(f"{benches.__name__}.{module.name}")
    letters = {letter for letter in os.environ.get("ONLY", "").split(",") if letter}
    chosen = [
        bench
        for bench in sorted(BENCHES, key=lambda bench: bench.letter)
        if not letters or bench.letter in letters
    ]
    rounds = int(os.environ.get("ROUNDS") or 5)
    seconds = float(os.environ.get("SECONDS") or 2)
    with (
        tempfile.TemporaryDirectory(prefix="points-bench-") as folder,
        Site(rounds=rounds, seconds=seconds, folder=Path(folder)) as site,
    ):
        machine = describe(site)
        results = [run_bench(bench, site, say=_say) for bench in chosen]
        page = markdown(results, machine, site)
    _PAGE.parent.mkdir(exist_ok=True)
    _PAGE.write_text(page)
    print(page)
    return 1 if any(result.fault for result in results) else 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
