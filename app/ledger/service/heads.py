"""Writing down what the open period holds, so that it cannot be changed unseen before its seal."""

from app.extensions import db
from app.kit import clock
from app.kit.ids import new_id
from app.ledger.domain import merkle
from app.ledger.domain.sealing import hashes_of, pack_leaves
from app.ledger.models import LedgerHead
from app.ledger.queries.entries import entries
from app.ledger.queries.heads import head_record, last_head
from app.ledger.queries.seals import seal_before

from .periods import lock_open_period


def record_head(village_id: int) -> LedgerHead | None:
    """Put all entries of the open period under a head; the last one when nothing came since.

    None when the village has no open period or nothing was posted in it. Whoever can change the
    tables can change a head too, so its root belongs into a log outside the database.
    """
    period = lock_open_period(village_id)
    if period is None:
        return None
    found = entries(village_id, period_id=period.id)
    if not found:
        return None
    last = last_head(period.id)
    if last is not None and last.last_entry_id == found[-1].id:
        return last
    hashes = hashes_of(found, period.number)
    since = 0 if last is None else last.entry_count
    head = LedgerHead(
        # The newest head is the one with the highest id, whatever the clocks of servers say.
        id=new_id(after=0 if last is None else last.id),
        village_id=village_id,
        period_id=period.id,
        entry_count=len(found),
        last_entry_id=found[-1].id,
        entries_root=merkle.root(hashes),
        written_at=clock.now(),
        leaves=pack_leaves(
            (row.id, leaf) for row, leaf in zip(found[since:], hashes[since:], strict=True)
        ),
    )
    head.digest = head_record(period, head, last or seal_before(period)).digest
    db.session.add(head)
    period.head_entry_id = head.last_entry_id
    db.session.flush()
    return head
