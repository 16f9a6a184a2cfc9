"""d: other ledgers for Python doing a transfer, each commit as durable as ours."""

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
_HORDAK_SAME, _NOSTRO_SAME = f"{_HORDAK}, made to do the same", f"{_NOSTRO}, made to do the same"
_PEERS = (_HORDAK, _NOSTRO, _VAULTEQ)

_NOTES = (
    (
        "A post of ours finds the accounts by their addresses, holds the month open,"
        " locks both balances in order, looks its key up, keeps the floor, and writes"
        " an entry and a transfer that nobody can change or delete afterwards."
    ),
    (
        "django-hordak 2.0: `transfer_to` in `atomic()` writes a transaction with two"
        " legs and a deferred check that they cancel out. It has no key, no lock, no"
        " floor, no month and no balances; rows can be changed and deleted. Made to do"
        " the same, it locks both accounts in order, looks a key up (with an index"
        " added for it), and folds the payer's legs for the floor."
    ),
    (
        "hf-nostro 0.2: a debit and a credit in one transaction, each a function in the"
        " database that locks the account and looks its key up; append-only by"
        " trigger, and lots on top. It is told its accounts by id, knows no month and"
        " no entry of two sides, and debits below zero. Made to do the same, it locks"
        " in order and refuses what the debit leaves below zero."
    ),
    (
        "vaulteq 1.1: `post` of two lines with a key under SQLite's write lock, with"
        " synchronous=FULL and an audit chain. It keeps no balances and no floor, and"
        " its API gives a balance only by adding up the whole journal, so it stays as"
        " it is. The chain is sorted anew for every entry: it slows down as it grows."
    ),
)


@bench("d", "Other ledgers from PyPI, one process each")
def peers(site: Site) -> Iterator[Race]:
    """Single transfers; django-hordak and hf-nostro on the server that ours runs on."""
    url = site.postgres_url()
    make_book(url)
    sqlite_url = site.sqlite_url("peers")
    make_book(sqlite_url)
    server = site.postgres
    commands = {
        **{
            name: ("peer_hordak", server.create_database(), str(server.socket_folder), work)
            for name, work in ((_HORDAK, "bare"), (_HORDAK_SAME, "same"))
        },
        **{
            name: ("peer_nostro", server.dsn(server.create_database()), work)
            for name, work in ((_NOSTRO, "bare"), (_NOSTRO_SAME, "same"))
        },
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
            notes=_NOTES,
        )


def _runner(crew: Crew) -> Run:
    return lambda seconds: {_RATE: crew.rate(seconds)}


def _targets(running: set[str]) -> list[Target]:
    """Bounds against the fastest of the others that could run."""

    def best(medians: Medians, names: Collection[str]) -> float:
        return max(medians[name][_RATE] for name in names)

    others = running & set(_PEERS)
    targets = []
    for what, peers_there in (
        ("best peer on PostgreSQL", running & {_HORDAK, _NOSTRO}),
        ("best peer on PostgreSQL doing the same", running & {_HORDAK_SAME, _NOSTRO_SAME}),
    ):
        if peers_there:
            targets.append(
                Target(
                    f"single post / {what}",
                    lambda medians, them=peers_there: (  # type: ignore[misc]
                        medians[_OURS][_RATE] / best(medians, them)
                    ),
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
