"""d: other ledgers for Python doing the same transfer, each commit as durable as ours."""

from collections.abc import Collection, Iterator
from contextlib import ExitStack

from tests.bench.book import make_book
from tests.bench.crew import PEER_PYTHON, Crew, WorkerFailed, open_crew
from tests.bench.frame import Medians, Race, Run, Target, bench, ratio
from tests.bench.site import Site

_RATE = "posts/s"
_BATCH = 500
_OURS, _OURS_BATCH = "ours, PostgreSQL", f"ours, PostgreSQL, batches of {_BATCH} awards"
_OURS_SQLITE = "ours, SQLite"
_HORDAK, _NOSTRO, _VAULTEQ = "django-hordak", "hf-nostro", "vaulteq, SQLite"
_PEERS = (_HORDAK, _NOSTRO, _VAULTEQ)


@bench("d", "Other ledgers from PyPI, one process each")
def peers(site: Site) -> Iterator[Race]:
    """Single transfers; django-hordak and hf-nostro on the server that ours runs on."""
    url = site.postgres_url()
    make_book(url)
    sqlite_url = site.sqlite_url("peers")
    make_book(sqlite_url)
    server = site.postgres
    commands = {
        _HORDAK: ("peer_hordak", server.create_database(), str(server.socket_folder)),
        _NOSTRO: ("peer_nostro", server.dsn(server.create_database())),
        _VAULTEQ: ("peer_vaulteq", str(site.folder / "vaulteq.db")),
    }
    missing: dict[str, str] = {}
    with ExitStack() as stack:
        crews = {
            _OURS: stack.enter_context(open_crew("posting", url, "single")),
            _OURS_BATCH: stack.enter_context(open_crew("posting", url, "batch", str(_BATCH))),
            _OURS_SQLITE: stack.enter_context(open_crew("posting", sqlite_url, "single")),
        }
        for name, command in commands.items():
            try:
                crews[name] = stack.enter_context(open_crew(*command, python=PEER_PYTHON))
            except (WorkerFailed, OSError) as error:
                missing[name] = str(error).strip().splitlines()[-1]
        yield Race(
            {name: _runner(crew) for name, crew in crews.items()},
            targets=_targets(set(crews)),
            missing=missing,
            notes=(
                "django-hordak 2.0: `transfer_to` in `atomic()`; no balances, no key, no floor.",
                (
                    "hf-nostro 0.2: a debit and a credit with keys in one transaction; balances and"
                    " lots, overdraft instead of a floor."
                ),
                (
                    "vaulteq 1.1: `post` of two lines with a key; SQLite only, its journal mode and"
                    " synchronous=FULL; its audit chain is sorted anew for every entry, so it slows"
                    " down as it grows."
                ),
            ),
        )


def _runner(crew: Crew) -> Run:
    return lambda seconds: {_RATE: crew.rate(seconds)}


def _targets(running: set[str]) -> list[Target]:
    """Bounds against the fastest of the others that could run."""

    def best(medians: Medians, names: Collection[str]) -> float:
        return max(medians[name][_RATE] for name in names)

    on_postgres, others = running & {_HORDAK, _NOSTRO}, running & set(_PEERS)
    targets = []
    if on_postgres:
        targets.append(
            Target(
                "single post / best peer on PostgreSQL",
                lambda medians: medians[_OURS][_RATE] / best(medians, on_postgres),
                at_least=3,
            )
        )
    if _VAULTEQ in others:
        targets.append(
            Target(
                "single post on SQLite / vaulteq", ratio(_OURS_SQLITE, _VAULTEQ, _RATE), at_least=3
            )
        )
    if others:
        targets.append(
            Target(
                "awards in batches / best peer's single posts",
                lambda medians: medians[_OURS_BATCH][_RATE] / best(medians, others),
                at_least=20,
            )
        )
    return targets
