"""A card laid on a till, and the redemption that comes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import bindparam, insert, select, update

from app.extensions import db
from app.identity import service as identity
from app.kit import clock
from app.kit.db import insert_row, table_of
from app.kit.errors import Conflict, NotFound
from app.kit.ids import new_id
from app.kit.points import Tenths
from app.kit.statements import Prepared
from app.ledger import service as ledger
from app.ledger.domain.accounts import (
    Address,
    Purpose,
    good_account,
    household_spendable,
    store_takings,
)
from app.ledger.domain.drafts import EntryDraft, EntryKind, Posted, TransferDraft
from app.people import queries as people
from app.store import queries
from app.store.domain.redemption import (
    Customer,
    Line,
    check_pause,
    check_redemption,
    merge_lines,
)
from app.store.domain.transfers import goods_transfers, points_transfers
from app.store.models import CardScan, Redemption, RedemptionLine, Store
from app.store.queries import Receipt, ReceiptLine, Redeemed


@dataclass(frozen=True, slots=True)
class Till:
    """A clerk signed in at an enrolled terminal of a store."""

    village_id: int
    store_id: int
    terminal_id: int
    clerk_id: int


@dataclass(frozen=True, slots=True)
class _Accepted:
    """A basket that passed every check, with the goods as they were offered then, in the order of
    a receipt.
    """

    today: date
    total: Tenths
    follows_quickly: bool
    lines: tuple[ReceiptLine, ...]


class _HeldScan(NamedTuple):
    """What a redemption reads of its scan when it locks the row."""

    id: int
    village_id: int
    store_id: int
    terminal_id: int
    card_id: int
    household_id: int
    member_id: int | None
    ended_at: datetime | None


# Each is asked at every redemption.
_SCAN = table_of(CardScan).c
_HELD = Prepared(
    select(*(_SCAN[name] for name in _HeldScan._fields))
    .where(
        _SCAN.id == bindparam("scan_id"),
        _SCAN.village_id == bindparam("village_id"),
        _SCAN.terminal_id == bindparam("terminal_id"),
    )
    .with_for_update()
)
_STORE = table_of(Store)
_NEXT_NUMBER = Prepared(
    update(_STORE)
    .where(_STORE.c.id == bindparam("of_store"))
    .values(receipt_number_last=_STORE.c.receipt_number_last + 1)
    .returning(_STORE.c.receipt_number_last)
)
_LINES = table_of(RedemptionLine)
_WRITE_LINES = Prepared(insert(_LINES), columns=_LINES.c.keys())


def scan_card(*, till: Till, card_code: str) -> CardScan:
    """Lay a card on the till; whatever card lay there before is gone with it.

    From then on a confirmation of the earlier card that is still on its way is refused, so that
    starting again after a lost reply can never charge a household twice. Raises NotFound
    `card_not_found`, also for a replaced or blocked card and for one of another village.
    """
    owner = people.owner_of_card(till.village_id, card_code)
    identity.note_terminal_seen(terminal_id=till.terminal_id)
    now = clock.now()
    # One open scan a terminal: who loses the race for it is run again and ends the winner's.
    db.session.execute(
        update(CardScan)
        .where(CardScan.terminal_id == till.terminal_id, CardScan.ended_at.is_(None))
        .values(ended_at=now)
    )
    scan = CardScan(
        id=new_id(),
        village_id=till.village_id,
        store_id=till.store_id,
        terminal_id=till.terminal_id,
        clerk_id=till.clerk_id,
        card_id=owner.card_id,
        household_id=owner.household_id,
        member_id=owner.member_id,
        scanned_at=now,
    )
    db.session.add(scan)
    db.session.flush()
    return scan


def redeem_goods(
    *, till: Till, scan_id: int, redemption_key: str, lines: Sequence[Line]
) -> Redeemed:
    """Take the points, hand out the goods and number the receipt, all or nothing.

    Repeating it for the same scan with the same basket gives the redemption that is there.
    Raises NotFound `scan_not_found`, `card_not_found` or `good_not_found`, Conflict `scan_used`
    (receipt_number), `scan_ended` or `idempotency_mismatch`, and whatever `check_pause` and
    `check_redemption` refuse with.
    """
    basket = merge_lines(lines)
    scan = _held_scan(till, scan_id)
    reading = queries.read_for_scan(
        scan.village_id,
        scan.store_id,
        scan_id=scan.id,
        redemption_key=redemption_key,
        good_ids=[line.good_id for line in basket],
    )
    if reading.earlier_id is not None:
        return _repeated(queries.redemption(scan.village_id, reading.earlier_id), basket)
    _check_scan(scan, key_used=reading.key_used)
    counted = _counted_lines(basket, reading.goods)
    held = _hold_accounts(scan, counted)
    now = clock.now()
    accepted = _check_basket(scan, basket, held, now)
    posted = _post(scan, counted, accepted, held, clerk_id=till.clerk_id)
    redemption = insert_row(
        db.session,
        Redemption,
        id=new_id(),
        village_id=scan.village_id,
        store_id=scan.store_id,
        scan_id=scan.id,
        redemption_key=redemption_key,
        terminal_id=scan.terminal_id,
        clerk_id=till.clerk_id,
        household_id=scan.household_id,
        member_id=scan.member_id,
        total=accepted.total,
        receipt_number=_next_receipt_number(scan.store_id),
        sold_on=accepted.today,
        created_at=now,
        follows_quickly=accepted.follows_quickly,
        entry_id=posted[0].entry_id,
        goods_entry_id=posted[1].entry_id if counted else None,
    )
    _write_lines(redemption, accepted.lines)
    return Redeemed(Receipt(redemption, accepted.lines), Tenths(held.balance(_points_of(scan))))


def _held_scan(till: Till, scan_id: int) -> _HeldScan:
    """The scan of this very terminal, locked: whoever else confirms it waits and then repeats."""
    row = _HELD.first(
        db.session, scan_id=scan_id, village_id=till.village_id, terminal_id=till.terminal_id
    )
    if row is None:
        raise NotFound("scan_not_found")
    return _HeldScan(*row)


def _check_scan(scan: _HeldScan, *, key_used: bool) -> None:
    """Refuse a scan that the till has left behind, a used key and a card that was replaced or
    whose member went over to another household.
    """
    owner = people.owner_of_card_id(scan.village_id, scan.card_id)
    if scan.ended_at is not None or owner.household_id != scan.household_id:
        raise Conflict("scan_ended")
    if key_used:
        raise Conflict("idempotency_mismatch")


def _repeated(earlier: Redemption, basket: Sequence[Line]) -> Redeemed:
    if set(queries.lines(earlier.id)) != set(basket):
        raise Conflict("scan_used", receipt_number=earlier.receipt_number)
    return queries.redeemed(earlier)


def _counted_lines(basket: Sequence[Line], goods: Mapping[int, bool]) -> list[Line]:
    """The lines whose goods have a shelf; NotFound `good_not_found` for one of no such good."""
    if any(line.good_id not in goods for line in basket):
        raise NotFound("good_not_found")
    return [line for line in basket if goods[line.good_id]]


def _hold_accounts(scan: _HeldScan, counted: Sequence[Line]) -> ledger.Held:
    """Lock the household's points and the shelves; everything that will be posted to is named."""
    return ledger.hold_accounts(
        scan.village_id,
        [
            _points_of(scan),
            store_takings(scan.village_id, scan.store_id),
            *(
                good_account(scan.village_id, scan.store_id, purpose, line.good_id)
                for line in counted
                for purpose in (Purpose.SHELF, Purpose.HANDED_OUT)
            ),
        ],
        keys=[_entry_key(kind, scan) for kind in (EntryKind.REDEMPTION, EntryKind.GOODS_OUT)],
    )


def _check_basket(
    scan: _HeldScan, basket: Sequence[Line], held: ledger.Held, now: datetime
) -> _Accepted:
    """Read prices, limits and what was redeemed before, all of it after the locks, and decide."""
    today = clock.local(now).date()
    quantities = {line.good_id: line.quantity for line in basket}
    reading = queries.read_for_till(
        scan.village_id,
        scan.store_id,
        household_id=scan.household_id,
        good_ids=quantities,
        left=_left_on_shelves(held),
        today=today,
    )
    follows_quickly = check_pause(reading.last_redeemed_at, now)
    customer = Customer(
        balance=Tenths(held.balance(_points_of(scan))),
        points_today=reading.points_today,
        last_redeemed_at=reading.last_redeemed_at,
    )
    total = check_redemption(
        basket, reading.offers, customer=customer, limits=reading.limits, today=today
    )
    lines = tuple(
        ReceiptLine(good_id, offer.title, offer.unit_word, quantities[good_id], offer.price)
        for good_id, offer in reading.offers.items()
    )
    return _Accepted(today, total, follows_quickly, lines)


def _post(
    scan: _HeldScan,
    counted: Sequence[Line],
    accepted: _Accepted,
    held: ledger.Held,
    *,
    clerk_id: int,
) -> list[Posted]:
    """Post points and, if any are counted, goods in one batch; both are named after the scan."""

    def draft(kind: EntryKind, transfers: tuple[TransferDraft, ...]) -> EntryDraft:
        return EntryDraft(
            village_id=scan.village_id,
            kind=kind,
            occurred_on=accepted.today,
            actor_id=clerk_id,
            idempotency_key=_entry_key(kind, scan),
            transfers=transfers,
        )

    place = {"village_id": scan.village_id, "store_id": scan.store_id}
    points = points_transfers(**place, household_id=scan.household_id, total=accepted.total)
    drafts = [draft(EntryKind.REDEMPTION, points)]
    if counted:
        drafts.append(draft(EntryKind.GOODS_OUT, goods_transfers(**place, counted_lines=counted)))
    return ledger.post(drafts, held)


def _points_of(scan: _HeldScan) -> Address:
    return household_spendable(scan.village_id, scan.household_id)


def _left_on_shelves(held: ledger.Held) -> dict[int, int]:
    """By good id."""
    return {
        address.unit_id: held.balance(address)
        for address in held.balances
        if address.purpose is Purpose.SHELF
    }


def _entry_key(kind: EntryKind, scan: _HeldScan) -> str:
    return f"{kind}:{scan.id}"


def _next_receipt_number(store_id: int) -> int:
    """The next number of the store; its row is locked until the commit, so there are no gaps."""
    row = _NEXT_NUMBER.first(db.session, of_store=store_id)
    if row is None:
        raise NotFound("store_not_found")
    number: int = row.receipt_number_last
    return number


def _write_lines(redemption: Redemption, lines: Sequence[ReceiptLine]) -> None:
    _WRITE_LINES.run(
        db.session,
        *(
            {
                "redemption_id": redemption.id,
                "good_id": line.good_id,
                "quantity": line.quantity,
                "price": line.price,
            }
            for line in lines
        ),
    )
