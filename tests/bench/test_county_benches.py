"""The benches on a county run through, on a very small one; what they measure does not count."""

from pathlib import Path

import pytest

from app.sample.county import CountyShape
from tests.bench.benches import growth, months, reads
from tests.bench.frame import BENCHES, run_bench
from tests.bench.site import Site

TINY = CountyShape(villages=2, months=2, households=8, sessions=3, seats=8, redemptions=3)


def test_reads_closing_checking_and_growth_run_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (reads, months):
        monkeypatch.setattr(module, "FULL", TINY)
    monkeypatch.setattr(reads, "LARGE_VILLAGE", TINY)
    monkeypatch.setattr(reads, "_LONG_LINES", 30)
    monkeypatch.setattr(months, "BUSY_VILLAGE", TINY)
    monkeypatch.setattr(months, "TOWN", TINY)
    monkeypatch.setattr(growth, "_SIZES", {"whole county": TINY})
    own = {module.__name__ for module in (reads, months, growth)}
    with Site(rounds=1, seconds=0.01, folder=tmp_path) as site:
        results = [
            run_bench(bench, site, say=lambda _: None)
            for bench in BENCHES
            if bench.prepare.__module__ in own
        ]
    assert [result.fault for result in results if result.fault] == []
    assert len([verdict for result in results for verdict in result.verdicts]) >= 7
