"""f. What people read, on a whole county: passbook, notice, town, proof."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.home.queries import passbook, town_month
from app.identity import queries as places
from app.kit.month import Month
from app.ledger import queries as books
from app.ledger import service as ledger
from app.ledger.domain.accounts import Address, household_pending, household_spendable
from app.ledger.domain.drafts import EntryDraft, EntryKind, TransferDraft
from app.ledger.domain.sealing import prove_owner
from app.notices.queries.figures import READ_PURPOSES, village_month
from app.people import queries as people
from app.sample.county import CountyShape, village_code
from app.sample.county.shape import FIRST_MONTH, town_code
from app.web.transaction import run_in_transaction
from tests.bench.county import FULL, open_county, repeated
from tests.bench.frame import Race, Target, bench, figure, ratio
from tests.bench.site import Site

LARGE_VILLAGE = CountyShape.of_size(villages=1, months=12, households=500, seed=1)
"""The village of 500 households; the county's have 300."""

_LINES = 20
_LONG_LINES = 10_000
_TRANSFERS_PER_ENTRY = 500


@dataclass(frozen=True, slots=True)
class _Household:
    village_id: int
    id: int

    @property
    def spendable(self) -> Address:
        return household_spendable(self.village_id, self.id)

    @property
    def pending(self) -> Address:
        return household_pending(self.village_id, self.id)


@bench("f", "Passbook page, longest and shortest account of a county")
def passbook_pages(site: Site) -> Iterator[Race]:
    """A page of the ledger's statement, and the whole page with its causes."""
    with open_county(site, FULL) as county:
        village_id = places.village_by_code(village_code(0)).id
        first, second, *_ = people.households(village_id)
        short, long = _Household(village_id, first.id), _Household(village_id, second.id)
        _write_up_to(short, _LINES)
        _write_up_to(long, _LONG_LINES)
        yield Race(
            {
                "statement, longest": repeated(lambda: books.statement(long.pending, limit=_LINES)),
                "statement, shortest": repeated(
                    lambda: books.statement(short.pending, limit=_LINES)
                ),
                "whole page, longest": repeated(
                    lambda: passbook(village_id, long.id, limit=_LINES)
                ),
                "whole page, shortest": repeated(
                    lambda: passbook(village_id, short.id, limit=_LINES)
                ),
            },
            targets=[
                Target(
                    "passbook page query, longest / shortest account",
                    ratio("statement, longest", "statement, shortest", "ms"),
                    at_most=1.5,
                )
            ],
            notes=[
                f"{_lines(long)} and {_lines(short)} movements; pages of {_LINES}",
                f"loading the {county.shape.villages} villages took {county.seconds:.0f} s",
            ],
        )


def _write_up_to(household: _Household, lines: int) -> None:
    """Move points to and fro between a household's accounts until so many lines are written."""
    spendable, pending = household.spendable, household.pending
    if books.balances([pending])[pending] == 0:
        spendable, pending = pending, spendable
    to_and_fro = (TransferDraft(pending, spendable, 1), TransferDraft(spendable, pending, 1))
    missing = lines - _lines(household)
    for start in range(0, missing, _TRANSFERS_PER_ENTRY):
        count = min(_TRANSFERS_PER_ENTRY, missing - start + 1) // 2
        wish = EntryDraft(
            village_id=household.village_id,
            kind=EntryKind.MOVE,
            occurred_on=FIRST_MONTH.first_day,
            actor_id=0,
            idempotency_key=f"bench:{household.id}:{start}",
            transfers=to_and_fro * max(count, 1),
        )
        run_in_transaction(lambda wish=wish: ledger.post([wish]))  # type: ignore[misc]


def _lines(household: _Household) -> int:
    return len(books.statement(household.pending, limit=10 * _LONG_LINES))


@bench("f", "Notice data of a village of 500 households")
def notice_data(site: Site) -> Iterator[Race]:
    """What every household had, earned and used, and everything that the notice says in figures."""
    with open_county(site, LARGE_VILLAGE):
        village_id, month = places.village_by_code(village_code(0)).id, FIRST_MONTH.next
        yield Race(
            {
                "what moved, of every household": repeated(lambda: notice_sums(village_id, month)),
                "all figures of the notice": repeated(lambda: village_month(village_id, month)),
            },
            targets=[
                Target(
                    "village notice data, 500 households",
                    figure("what moved, of every household", "ms"),
                    at_most=15,
                    unit="ms",
                )
            ],
        )


@bench("f", "Notice data, town overview and a household's proof on a county")
def county_reads(site: Site) -> Iterator[Race]:
    """In the first of its towns; villages have 300 households."""
    with open_county(site, FULL) as county:
        month = FIRST_MONTH.next
        village_id = places.village_by_code(village_code(0)).id
        town_id = places.town_by_code(town_code(0)).id
        household_id = people.households(village_id)[0].id
        period_id = books.period(village_id, month).id
        yield Race(
            {
                "what moved, of every household": repeated(lambda: notice_sums(village_id, month)),
                "all figures of the notice": repeated(lambda: village_month(village_id, month)),
                f"overview of {len(places.villages(town_id))} villages": repeated(
                    lambda: town_month(town_id, month)
                ),
                "proof of a household's balances": repeated(
                    lambda: prove_owner(books.compute_seal(village_id, period_id), household_id)
                ),
            },
            notes=[f"the county has {county.shape.villages} villages"],
        )


def notice_sums(village_id: int, month: Month) -> object:
    """What moved in a month on all accounts that a notice tells of."""
    return books.sums_by_purpose(books.period(village_id, month), READ_PURPOSES)
