"""c: everybody posts out of one pool, whose balance row is locked until each commit."""

from collections.abc import Iterator
from functools import partial

from tests.bench.book import POOLS, audit, make_book
from tests.bench.by_hand import install, single_script
from tests.bench.crew import open_crew
from tests.bench.frame import Race, Target, bench, ratio
from tests.bench.pgbench import transactions_per_second
from tests.bench.site import Site

_RATE = "posts/s"
_BATCH = 100
_THREADS, _PROCESSES = 4, 4
_SINGLE, _SINGLE_BUSY = "single posts, any pool", "single posts, one pool"
_BATCHES, _BATCHES_BUSY = f"batches of {_BATCH}, any pool", f"batches of {_BATCH}, one pool"
_HAND, _HAND_BUSY = "single by hand, pgbench, any pool", "single by hand, pgbench, one pool"


@bench("c", "One busy pool on PostgreSQL, 16 connections")
def busy_pool(site: Site) -> Iterator[Race]:
    """The same posts out of one pool and out of any of many."""
    url = site.postgres_url()
    make_book(url)
    install(url)
    pgbench = partial(transactions_per_second, site, url, clients=_THREADS * _PROCESSES)
    ours = partial(open_crew, "posting", url, processes=_PROCESSES)
    with (
        ours("single", "1", "any", str(_THREADS)) as single,
        ours("single", "1", "1", str(_THREADS)) as single_busy,
        ours("batch", str(_BATCH), "any", str(_THREADS)) as batch,
        ours("batch", str(_BATCH), "1", str(_THREADS)) as batch_busy,
    ):
        yield Race(
            {
                _SINGLE: lambda seconds: {_RATE: single.rate(seconds)},
                _SINGLE_BUSY: lambda seconds: {_RATE: single_busy.rate(seconds)},
                _BATCHES: lambda seconds: {_RATE: batch.rate(seconds)},
                _BATCHES_BUSY: lambda seconds: {_RATE: batch_busy.rate(seconds)},
                _HAND: lambda seconds: {_RATE: pgbench(single_script(POOLS), seconds=seconds)},
                _HAND_BUSY: lambda seconds: {_RATE: pgbench(single_script(1), seconds=seconds)},
            },
            targets=[
                Target(
                    "single posts: one pool / any pool",
                    ratio(_SINGLE_BUSY, _SINGLE, _RATE),
                    at_least=0.8,
                ),
                Target(
                    f"batches of {_BATCH}: one pool / any pool",
                    ratio(_BATCHES_BUSY, _BATCHES, _RATE),
                    at_least=0.8,
                ),
            ],
            notes=(
                (
                    f"Ours are {_PROCESSES} processes with {_THREADS} threads each, and a"
                    " connection for each thread."
                ),
                (
                    "By hand shows how much of it is the row itself: whoever posts holds its lock"
                    " until the commit is on the disk."
                ),
            ),
            closing_notes=lambda: [audit(url)],
        )
