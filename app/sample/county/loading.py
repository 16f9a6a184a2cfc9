"""Making the county's villages and loading them into an empty database, all or nothing."""

import multiprocessing
import random
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import time, timedelta

from sqlalchemy import Connection, insert, select, text

from app.extensions import db
from app.identity.domain import SYSTEM_ACTOR_ID, Role
from app.identity.models import Account, RoleGrant, Town
from app.kit import clock
from app.kit.bulk import CopyBlock, bare, copy_block, write_block
from app.kit.db import Base
from app.kit.ids import IdSource, drawn_from, new_id
from app.ledger.service.loading import load_balances

from .chronicle import Chronicle
from .history import live
from .shape import FIRST_MONTH, TOWN_VILLAGES_MAX, CountyShape, town_code
from .village import Row, Rows, settle_village

Progress = Callable[[str, int, int], None]
"""Told the phase, how many of its steps are done, and how many there are."""

_FOUNDING_DAY = FIRST_MONTH.first_day - timedelta(days=12)
# Each village draws ids as a machine of its own would, see app.kit.ids. There are 512 numbers of
# machines; the next 512 villages live a second later.
_NODES = 512
_VILLAGES_MAX = _NODES * 60
_AHEAD_MAX = 4
"""So many villages are made ahead of the one that is written: memory stays bounded."""


class DatabaseNotEmptyError(Exception):
    """A county goes into an empty database only; nothing was written."""


def load_county(shape: CountyShape, *, processes: int, progress: Progress) -> None:
    """Load the county in one transaction, its villages made by so many processes (0: by this one).

    Raises DatabaseNotEmptyError.
    """
    if not 0 < shape.villages <= _VILLAGES_MAX:
        raise ValueError(f"a county has 1 to {_VILLAGES_MAX} villages")
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        towns = _found_towns(shape)
        if connection.dialect.name == "postgresql":
            _load_postgresql(connection, shape, towns, processes, progress)
        else:
            _load_sqlite(connection, shape, towns, progress)
    if db.engine.dialect.name == "postgresql":
        # Not inside a transaction. It makes the planner know the tables and pages all visible.
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM (ANALYZE)"))


def _load_postgresql(
    connection: Connection, shape: CountyShape, towns: Rows, processes: int, progress: Progress
) -> None:
    tables = [table.name for table in Base.metadata.sorted_tables]
    connection.execute(text(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE"))
    _refuse_if_filled(connection)
    for setting in ("work_mem = '256MB'", "maintenance_work_mem = '512MB'"):
        connection.execute(text(f"SET LOCAL {setting}"))
    with bare(connection, tables, progress=lambda *step: progress("Indexes", *step)):
        for block in _blocks(towns):
            write_block(connection, block)
        for done, blocks in enumerate(_made_villages(shape, towns, processes), start=1):
            for block in blocks:
                write_block(connection, block)
            progress("Villages", done, shape.villages)
        load_balances(connection)


def _load_sqlite(
    connection: Connection, shape: CountyShape, towns: Rows, progress: Progress
) -> None:
    _refuse_if_filled(connection)
    _insert(connection, towns)
    for index in range(shape.villages):
        _insert(connection, _make_village(shape, index, _town_id(towns, index)))
        progress("Villages", index + 1, shape.villages)
    load_balances(connection)


def _refuse_if_filled(connection: Connection) -> None:
    for table in Base.metadata.sorted_tables:
        if connection.execute(select(1).select_from(table).limit(1)).first() is not None:
            raise DatabaseNotEmptyError(f"the table {table.name} holds rows already")


def _insert(connection: Connection, rows: Rows) -> None:
    for table in Base.metadata.sorted_tables:
        some = _by_table(rows).get(table.name)
        if some:
            connection.execute(insert(table), some)


def _made_villages(shape: CountyShape, towns: Rows, processes: int) -> Iterator[list[CopyBlock]]:
    """Every village's rows in the order of the villages, made ahead by other processes."""
    wanted = ((shape, index, _town_id(towns, index)) for index in range(shape.villages))
    if not processes:
        yield from (_make_blocks(*village) for village in wanted)
        return
    # Fresh processes: a forked one would share this one's database connection.
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        ahead: deque[Future[list[CopyBlock]]] = deque()
        for village in wanted:
            ahead.append(pool.submit(_make_blocks, *village))
            if len(ahead) == _AHEAD_MAX:
                yield ahead.popleft().result()
        for made in ahead:
            yield made.result()


def _make_blocks(shape: CountyShape, index: int, town_id: int) -> list[CopyBlock]:
    return list(_blocks(_make_village(shape, index, town_id)))


def _blocks(rows: Rows) -> Iterator[CopyBlock]:
    for name, some in _by_table(rows).items():
        if some:
            yield copy_block(name, some)


def _by_table(rows: Rows) -> dict[str, list[Row]]:
    return {model.__tablename__: some for model, some in rows.items()}


def _make_village(shape: CountyShape, index: int, town_id: int) -> Rows:
    """A village and its history; the same shape and index give the same rows."""
    seconds = index // _NODES
    # Not for secrets: it must come out the same each time.
    rng = random.Random(f"county {shape.seed} village {index}")  # noqa: S311
    founded_at = clock.instant(_FOUNDING_DAY, time(9, 0, seconds))
    with drawn_from(IdSource(index % _NODES)):
        with clock.stopped_at(founded_at):
            village = settle_village(shape, index, town_id, rng)
            chronicle = Chronicle(shape, village, seconds=seconds)
        return live(chronicle)


def _found_towns(shape: CountyShape) -> Rows:
    """The towns, each with its head bank."""
    rows: Rows = {Town: [], Account: [], RoleGrant: []}
    now = clock.instant(_FOUNDING_DAY, time(8))
    with drawn_from(IdSource(0)), clock.stopped_at(now):
        for index in range(-(-shape.villages // TOWN_VILLAGES_MAX)):
            town_id, account_id = new_id(), new_id()
            rows[Town].append({"id": town_id, "code": town_code(index), "name": f"{index + 1}号镇"})
            rows[Account].append(
                {
                    "id": account_id,
                    "town_id": town_id,
                    "user_name": town_code(index),
                    "display_name": "总行",
                    "created_at": now,
                }
            )
            rows[RoleGrant].append(
                {
                    "id": new_id(),
                    "account_id": account_id,
                    "role": Role.HEAD_BANK,
                    "granted_by": SYSTEM_ACTOR_ID,
                    "granted_at": now,
                }
            )
    return rows


def _town_id(towns: Rows, village_index: int) -> int:
    found: int = towns[Town][village_index // TOWN_VILLAGES_MAX]["id"]
    return found
