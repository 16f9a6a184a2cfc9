"""The frame itself, with tiny numbers; what it measures is run by `make bench`."""

from collections.abc import Iterator
from pathlib import Path

from tests.bench.frame import Bench, Race, Run, Target, figure, ratio, run_bench
from tests.bench.report import markdown
from tests.bench.site import Site


def _giving(*rates: float) -> Run:
    coming = iter(rates)
    return lambda _seconds: {"posts/s": next(coming)}


def _race(_: Site) -> Iterator[Race]:
    # The first figure of each is the warm-up.
    yield Race(
        {"ours": _giving(9, 8, 1, 8.5), "by hand": _giving(9, 16, 18, 17)},
        targets=[
            Target("half as fast", ratio("ours", "by hand", "posts/s"), at_least=0.4),
            Target("slow enough", figure("ours", "posts/s"), at_most=8.0, unit="posts/s"),
        ],
        missing={"others": "there is none"},
        closing_notes=lambda: ["all there"],
    )


def _broken(_: Site) -> Iterator[Race]:
    raise RuntimeError("no disk")


def test_medians_bounds_and_faults_are_on_the_page(tmp_path: Path) -> None:
    site = Site(rounds=3, seconds=0.01, folder=tmp_path)
    said: list[str] = []
    benches = [Bench("a", "One", _race), Bench("b", "Two", _broken)]
    results = [run_bench(one, site, say=said.append) for one in benches]
    page = markdown(results, {"disk": "fast"}, site)
    # Preparing, three rounds of two; preparing, the trace.
    assert len(said) == 9
    assert "| ours | 8 |" in page
    assert "| by hand | 17 |" in page
    assert "| half as fast | 0.471 | ≥ 0.4 | reached |" in page
    assert "| slow enough | 8 posts/s | < 8 posts/s | NOT REACHED |" in page
    assert "| others | not run: there is none |" in page
    assert "- all there" in page
    assert "| disk | fast |" in page
    assert "RuntimeError: no disk" in page
