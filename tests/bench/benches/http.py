"""e: the two requests of the rush hour over HTTP, against a bare route on the same gunicorn."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.bench.frame import Race, Run, Target, bench, figure, ratio
from tests.bench.load import send_all, serve
from tests.bench.site import Site
from tests.bench.villages import Villages, bare_request

_CLIENTS = 16
_RATE, _P50, _P99 = "requests/s", "p50 ms", "p99 ms"
_CHECK_IN, _REDEMPTION, _BARE = "check-in scan", "redemption of 3 goods", "bare Flask JSON route"
_REQUESTS_PER_SECOND = 300
"""A round sends so many requests for each second that it was asked to last."""
_FULL_WORK = (
    "Check-in and redemption do everything that a phone or till asks of them: sign-in, rights,"
    " idempotency key, schema, locks, the write itself, audit fields, the stored outcome and the"
    " commit. Nobody comes twice; each till has a card of its own laid on it before the round."
)
_CLIENT = (
    f"{_CLIENTS} clients of plain Python sockets in one thread, on the same processors as gunicorn"
    " and the database; the bare route pays for them too."
)


@bench("e", "Over HTTP on PostgreSQL, 16 clients")
def http_on_postgres(site: Site) -> Iterator[Race]:
    """One gunicorn worker a core with four threads each."""
    with _races(site, site.postgres_url()) as alternatives:
        yield Race(
            alternatives,
            targets=[
                Target(f"{_CHECK_IN} / {_BARE}", ratio(_CHECK_IN, _BARE, _RATE), at_least=0.2),
                Target(f"{_REDEMPTION} / {_BARE}", ratio(_REDEMPTION, _BARE, _RATE), at_least=0.12),
                *(
                    Target(
                        f"{name}: p99 / p50",
                        lambda medians, name=name: medians[name][_P99] / medians[name][_P50],  # type: ignore[misc]
                        at_most=10,
                    )
                    for name in (_CHECK_IN, _REDEMPTION)
                ),
            ],
            notes=(_FULL_WORK, _CLIENT),
        )


@bench("e", "Over HTTP on SQLite, synchronous=FULL, 16 clients")
def http_on_sqlite(site: Site) -> Iterator[Race]:
    """One gunicorn worker with four threads and one write lock."""
    with _races(site, site.sqlite_url("http")) as alternatives:
        yield Race(
            alternatives,
            targets=[
                Target(f"{name}: p99", figure(name, _P99), at_most=30, unit="ms")
                for name in (_CHECK_IN, _REDEMPTION)
            ],
            notes=(_FULL_WORK, _CLIENT),
        )


@contextmanager
def _races(site: Site, url: str) -> Iterator[Mapping[str, Run]]:
    """Both applications running, and what is sent to them."""
    per_round = max(4 * _CLIENTS, int(_REQUESTS_PER_SECOND * site.seconds))
    # One round more, to warm up.
    villages = Villages(url, per_round=per_round, rounds=site.rounds + 1)
    with serve("wsgi:app", url) as port, serve("tests.bench.bare:app", url) as bare_port:
        yield {
            _CHECK_IN: lambda _: send_all(port, villages.check_ins(), clients=_CLIENTS),
            _REDEMPTION: lambda _: send_all(port, villages.redemptions(), clients=_CLIENTS),
            _BARE: lambda _: send_all(
                bare_port, [bare_request() for _ in range(per_round)], clients=_CLIENTS
            ),
        }
