"""a: one post at a time, against the same work in SQL written by hand."""

from collections.abc import Iterator
from functools import partial

from tests.bench.book import audit, make_book
from tests.bench.by_hand import install, single_script
from tests.bench.crew import open_crew
from tests.bench.frame import Race, Target, bench, ratio
from tests.bench.pgbench import transactions_per_second
from tests.bench.site import Site

_RATE = "posts/s"
_OURS, _OURS_4 = "posting function, 1 connection", "posting function, 4 processes"
_HAND, _HAND_16 = "by hand, pgbench, 1 client", "by hand, pgbench, 16 clients"


@bench("a", "A single post on PostgreSQL")
def single_posts(site: Site) -> Iterator[Race]:
    """The application's posting function in a committed transaction, and one by hand."""
    url = site.postgres_url()
    make_book(url)
    install(url)
    pgbench = partial(transactions_per_second, site, url, single_script())
    with (
        open_crew("posting", url, "single") as one,
        open_crew("posting", url, "single", processes=4) as four,
        open_crew("by_hand", url, "single") as psycopg,
    ):
        yield Race(
            {
                _OURS: lambda seconds: {_RATE: one.rate(seconds)},
                _OURS_4: lambda seconds: {_RATE: four.rate(seconds)},
                "by hand, psycopg, 1 connection": lambda seconds: {_RATE: psycopg.rate(seconds)},
                _HAND: lambda seconds: {_RATE: pgbench(clients=1, seconds=seconds)},
                _HAND_16: lambda seconds: {_RATE: pgbench(clients=16, seconds=seconds)},
            },
            targets=[
                Target(f"{_OURS} / {_HAND}", ratio(_OURS, _HAND, _RATE), at_least=0.5),
                Target(f"{_OURS_4} / {_HAND_16}", ratio(_OURS_4, _HAND_16, _RATE), at_least=0.35),
            ],
            notes=(
                (
                    "A post is one transfer from one of 800 pools to one of 5,000 households'"
                    " pending points: entry, transfer, two balance rows, key, open period."
                ),
                (
                    "By hand is one plpgsql function that does all of it in one round trip"
                    " (tests/bench/sql/posting.sql); it is told the ids of the accounts, which the"
                    " application finds by their addresses."
                ),
            ),
            closing_notes=lambda: [audit(url)],
        )


_SQLITE, _LOOP = "posting function", "bare loop by hand"


@bench("a", "A single post on SQLite, synchronous=FULL")
def single_posts_on_sqlite(site: Site) -> Iterator[Race]:
    """The same post, and a loop of the same statements on a bare connection."""
    url = site.sqlite_url("singles")
    make_book(url)
    with (
        open_crew("posting", url, "single") as ours,
        open_crew("sqlite_by_hand", url.removeprefix("sqlite:///")) as loop,
    ):
        yield Race(
            {
                _SQLITE: lambda seconds: {_RATE: ours.rate(seconds)},
                _LOOP: lambda seconds: {_RATE: loop.rate(seconds)},
            },
            targets=[Target(f"{_SQLITE} / {_LOOP}", ratio(_SQLITE, _LOOP, _RATE), at_least=0.3)],
            closing_notes=lambda: [audit(url)],
        )
