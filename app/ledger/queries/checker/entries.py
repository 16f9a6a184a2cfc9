"""Passes over entries: what they say, and where they are."""

from collections import Counter
from collections.abc import Iterable, Iterator

from sqlalchemy import select

from app.extensions import db
from app.kit.db import among
from app.ledger.domain.canonical import EntryRow
from app.ledger.domain.drafts import EntryKind, mirrored
from app.ledger.domain.judging import RETURNABLE, Way, amounts_by_way
from app.ledger.models import LedgerEntry, LedgerTransfer
from app.ledger.queries.witnesses import Witness, witness_sources

from .book import Book
from .faults import Fault


def reversals_exact(book: Book) -> Iterator[Fault]:
    """A reversal names one original that is no reversal, and mirrors it exactly, once."""
    seen: set[int] = set()
    for row in book.corrected.values():
        if row.reverses_id is None and row.kind != EntryKind.REVERSAL:
            continue
        original = book.corrected.get(row.reverses_id or 0)
        if original is None or row.kind != EntryKind.REVERSAL:
            yield _fault(row.id, "is a reversal without an original")
        elif original.kind == EntryKind.REVERSAL:
            yield _fault(row.id, "reverses a reversal")
        elif original.id in seen:
            yield _fault(original.id, "is reversed more than once")
        elif row.drafts != mirrored(original.drafts):
            yield _fault(row.id, f"does not mirror entry {original.id}")
        seen.add(row.reverses_id or 0)


def returns_within_originals(book: Book) -> Iterator[Fault]:
    """What came back of a redemption in parts is no more than went out, and it was not reversed."""
    reversed_ids = {row.reverses_id for row in book.corrected.values()}
    back: dict[int, Counter[Way]] = {}
    for row in book.corrected.values():
        if row.kind != EntryKind.RETURN or row.id in reversed_ids:
            continue
        original = book.corrected.get(int(row.memo)) if row.memo.isdecimal() else None
        if original is None or original.kind not in RETURNABLE:
            yield _fault(row.id, "is a return of nothing that was redeemed")
            continue
        if original.id in reversed_ids:
            yield _fault(row.id, f"returns a part of entry {original.id}, which is reversed")
        came_back = back.setdefault(original.id, Counter())
        came_back.update(amounts_by_way(row.drafts))
        if not came_back <= amounts_by_way(mirrored(original.drafts)):
            yield _fault(row.id, f"gives back more than went out with entry {original.id}")


def entries_say_what_was_asked(book: Book) -> Iterator[Fault]:
    """Every key has one entry, with transfers, and they are the ones the key was used for."""
    keys = Counter(row.idempotency_key for row in book.entries.values())
    changed = set(book.changed_entries)
    for row in book.entries.values():
        if keys[row.idempotency_key] > 1:
            yield _fault(row.id, "shares its key with another")
        if not row.transfers:
            yield _fault(row.id, "has no transfers")
        elif row.id in changed:
            yield _fault(row.id, "differs from what was asked under its key")


def entries_in_periods(book: Book) -> Iterator[Fault]:
    """Every entry is in a period of its village, its transfers too, and none was added to a
    sealed one.
    """
    known = {period.id for period in book.periods}
    for row in book.entries.values():
        if row.period_id not in known:
            yield _fault(row.id, "is in no period of its village")
    for transfer_id in (*_strays(book), *_put_elsewhere(book)):
        yield Fault(
            LedgerTransfer.__tablename__,
            str(transfer_id),
            f"transfer {transfer_id} is not in the village and period of its entry",
        )
    for seal in book.read_seals:
        more = len(book.entries_by_period.get(seal.period_id, ())) - seal.entry_count
        if more > 0:
            yield Fault(
                seal.__tablename__,
                str(seal.period_id),
                f"{more} entries were posted into {seal.month} after its close",
            )


def _strays(book: Book) -> Iterator[int]:
    """Transfers in the periods that are read whose entries are not there."""
    places = {row.id: (row.village_id, row.period_id) for row in book.entries.values()}
    for row_id, entry_id, village_id, period_id, *_ in book.moved:
        if places.get(entry_id) != (village_id, period_id):
            yield row_id


def _put_elsewhere(book: Book) -> Iterator[int]:
    """Transfers in periods that are not read, whose entries are read and lack them."""
    moved = LedgerTransfer
    read = [period.id for period in book.read_periods]
    yield from db.session.scalars(
        select(moved.id).where(
            among(moved.entry_id, book.changed_entries), moved.period_id.not_in(read)
        )
    )


def witnesses_agree(book: Book) -> Iterator[Fault]:
    """Each award, redemption and stock movement points to an entry that says the same; no entry of
    those kinds is without one, and none was reversed without its feature knowing.
    """
    claimed: dict[str, str] = {}
    known: set[int] = set()
    since = book.last_sealed_id if book.only_open else None
    for source in witness_sources():
        claimed.update(dict.fromkeys(source.kinds, source.name))
        for witness in source.testify(book.village_id, since):
            if since is not None and witness.entry_id <= since:
                continue
            yield from _compare(witness, book.entries.get(witness.entry_id))
            known.add(witness.entry_id)
    for row in book.entries.values():
        if row.id in known:
            continue
        if row.kind in claimed:
            yield _fault(row.id, f"({row.kind}) is known to nobody in {claimed[row.kind]}")
        original = book.corrected.get(row.reverses_id or 0)
        if original is not None and original.kind in claimed:
            yield _fault(
                row.id,
                f"reverses entry {original.id} ({original.kind}),"
                f" which nobody in {claimed[original.kind]} knows",
            )


def _compare(witness: Witness, found: EntryRow | None) -> Iterable[Fault]:
    said = None
    if found is None:
        said = f"{witness.label} points to entry {witness.entry_id}, which is not there"
    else:
        # Without its id a transfer equals its draft, both being tuples.
        moved, due = [row[1:] for row in found.transfers], list(witness.transfers)
        if moved != due and sorted(moved) != sorted(due):
            said = f"{witness.label} and entry {witness.entry_id} do not say the same"
    if said is not None:
        yield Fault(LedgerEntry.__tablename__, str(witness.entry_id), said)


def _fault(entry_id: int, what: str) -> Fault:
    return Fault(LedgerEntry.__tablename__, str(entry_id), f"entry {entry_id} {what}")
