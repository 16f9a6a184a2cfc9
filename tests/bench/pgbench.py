"""pgbench on the server of the benches."""

import math
import re
import subprocess
from pathlib import Path

from sqlalchemy import make_url

from tests.bench.site import Site


def transactions_per_second(
    site: Site, url: str, script: str, *, clients: int, seconds: float
) -> float:
    """Run a script of pgbench's own language; connecting is not counted.

    pgbench knows whole seconds only, so it runs for at least one.
    """
    path = site.folder / f"{abs(hash(script))}.pgbench"
    path.write_text(script)
    database = make_url(url).database or ""
    found = _run(
        site.postgres.programs / "pgbench", "--no-vacuum", "--protocol=prepared",
        f"--client={clients}", f"--jobs={min(clients, 2)}", f"--time={math.ceil(seconds)}",
        f"--file={path}", site.postgres.dsn(database),
    )  # fmt: skip
    rate = re.search(r"^tps = ([\d.]+)", found, re.MULTILINE)
    if rate is None or "number of failed transactions: 0 " not in found:
        raise RuntimeError(found)
    return float(rate[1])


def _run(program: Path, *arguments: str) -> str:
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout
