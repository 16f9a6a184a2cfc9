"""A whole book as the records that its digests are taken over."""

from collections.abc import Iterator

from app.ledger.domain.canonical import (
    BalanceRow,
    balance_bytes,
    entry_bytes,
    head_bytes,
    seal_bytes,
)
from app.ledger.models import LedgerHead, LedgerSeal

from .entries import entries
from .heads import head_record, heads
from .periods import periods
from .seals import closing_rows, header_of, seals


def book_records(village_id: int) -> Iterator[bytes]:
    """The records of a book in the order in which they were made, as they stand in the tables.

    Of each month its entries by id, with the heads between them; where it is closed, then its
    closing balances by account and its seal. Nothing is recomputed: whoever reads them does that.
    """
    sealed = {seal.period_id: seal for seal in seals(village_id)}
    before: LedgerHead | LedgerSeal | None = None
    for period in periods(village_id):
        posted = entries(village_id, period_id=period.id)
        place = 0
        for head in heads(period.id):
            while place < len(posted) and posted[place].id <= head.last_entry_id:
                yield entry_bytes(posted[place], period.number)
                place += 1
            yield head_bytes(head_record(period, head, before))
            before = head
        for row in posted[place:]:
            yield entry_bytes(row, period.number)
        seal = sealed.get(period.id)
        if seal is None:
            continue
        for account, balance in sorted(closing_rows(period.id).items()):
            yield balance_bytes(BalanceRow(account, balance), period.number, seal.secret)
        yield seal_bytes(header_of(seal))
        before = seal
