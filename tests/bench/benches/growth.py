"""h. The same at a tenth and a hundredth of the county, and what a transfer takes on disk."""

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import text

from app.extensions import db
from app.identity import queries as places
from app.ledger import queries as books
from app.ledger.domain.accounts import household_pending
from app.ledger.queries import checker
from app.people import queries as people
from app.sample.county import CountyShape, village_code
from app.sample.county.shape import FIRST_MONTH
from tests.bench.benches.reads import notice_sums
from tests.bench.county import FULL, open_county, repeated
from tests.bench.frame import Figures, Race, Run, Target, bench, figure
from tests.bench.site import Site

_SIZES = {
    "whole county": FULL,
    "a tenth": replace(FULL, villages=max(FULL.villages // 10, 1)),
    "a hundredth": replace(FULL, villages=max(FULL.villages // 100, 1)),
}


@bench("h", "Growth: the whole county, a tenth and a hundredth of it")
def growth(site: Site) -> Iterator[Race]:
    """One village's reads and check in databases of each size, and their size on disk."""
    yield Race(
        {name: _in_county(site, shape) for name, shape in _SIZES.items()},
        targets=[
            Target(
                "disk, all indexes and entry included",
                figure("whole county", "bytes per transfer"),
                at_most=400,
                unit="bytes per transfer",
            )
        ],
        notes=["bytes per transfer are those of its row, its entry's and all their indexes"],
    )


def _in_county(site: Site, shape: CountyShape) -> Run:
    def run(seconds: float) -> Figures:
        with open_county(site, shape) as county:
            village_id = places.village_by_code(village_code(0)).id
            household_id = people.households(village_id)[0].id
            pending = household_pending(village_id, household_id)
            share = seconds / 3
            return {
                "statement ms": repeated(lambda: books.statement(pending, limit=20))(share)["ms"],
                "notice data ms": repeated(lambda: notice_sums(village_id, FIRST_MONTH.next))(
                    share
                )["ms"],
                "check of one book ms": repeated(lambda: checker.check([village_id]))(share)["ms"],
                **_disk(),
                "load s": county.seconds,
            }

    return run


def _disk() -> Figures:
    row = db.session.execute(
        text(
            "SELECT count(*) AS transfers, pg_database_size(current_database()) AS everything,"
            " pg_total_relation_size('ledger_transfer') + pg_total_relation_size('ledger_entry')"
            " AS entries, (SELECT sum(pg_total_relation_size(relid)) FROM pg_stat_user_tables"
            " WHERE relname LIKE 'ledger_%') AS ledger FROM ledger_transfer"
        )
    ).one()
    return {
        "transfers": row.transfers,
        "bytes per transfer": row.entries / row.transfers,
        "with accounts, seals, closings": float(row.ledger) / row.transfers,
        "whole database": row.everything / row.transfers,
    }
