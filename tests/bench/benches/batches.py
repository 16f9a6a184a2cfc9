"""b: many awards in one posting, against one array statement by hand and against COPY."""

from collections.abc import Iterator

from tests.bench.book import audit, make_book
from tests.bench.by_hand import install
from tests.bench.crew import open_crew
from tests.bench.frame import Race, Target, bench, ratio
from tests.bench.site import Site

_RATE = "transfers/s"
_TRANSFERS_PER_AWARD = 2
_BATCH = 500
_IMPORT = 10_000
_OURS, _HAND, _COPY = "posting function", "array statement by hand", "COPY, no balances"
_COPY_ALL = f"COPY, {_IMPORT:,} awards at once, no balances"


@bench("b", f"A batch of {_BATCH} awards, and an import, on PostgreSQL, 1 connection")
def batches(site: Site) -> Iterator[Race]:
    """Everybody commits each batch; an import through the service is batch after batch."""
    url = site.postgres_url()
    make_book(url)
    install(url)
    with (
        open_crew("posting", url, "batch", str(_BATCH)) as ours,
        open_crew("by_hand", url, "batch", str(_BATCH)) as by_hand,
        open_crew("by_hand", url, "copy", str(_BATCH)) as copy,
        open_crew("by_hand", url, "copy", str(_IMPORT)) as copy_all,
    ):
        crews = {_OURS: ours, _HAND: by_hand, _COPY: copy, _COPY_ALL: copy_all}
        yield Race(
            {
                name: lambda seconds, crew=crew: {  # type: ignore[misc]
                    _RATE: _TRANSFERS_PER_AWARD * crew.rate(seconds)
                }
                for name, crew in crews.items()
            },
            targets=[
                Target(f"batch: {_OURS} / {_HAND}", ratio(_OURS, _HAND, _RATE), at_least=0.5),
                Target(
                    f"import: {_OURS} / {_COPY_ALL}", ratio(_OURS, _COPY_ALL, _RATE), at_least=0.5
                ),
            ],
            notes=(
                (
                    "An award is an entry with two transfers: points from a pool to the household,"
                    " score to the member. A batch has 250 households with two members each and"
                    " locks 251 balance rows."
                ),
                (
                    "COPY writes as many entries and transfers into the same tables with all their"
                    " constraints, but looks up, locks and checks nothing and keeps no balances."
                ),
            ),
            closing_notes=lambda: [audit(url)],
        )
