"""A card laid on a till, and the redemption that comes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update

from app.extensions import db
from app.identity import service as identity
from app.kit import clock
from app.kit.errors import Conflict, NotFound
from app.kit.ids import new_id
from app.kit.points import Tenths
from app.ledger import service as ledger
from app.ledger.domain.accounts import Purpose, good_account, household_spendable
from app.ledger.domain.drafts import EntryDraft, EntryKind, Posted, TransferDraft
from app.people import queries as people
from app.store import queries
from app.store.domain.redemption import Line, check_pause, check_redemption, merge_lines
from app.store.domain.transfers import goods_transfers, points_transfers
from app.store.models import CardScan, Redemption, RedemptionLine, Store


@dataclass(frozen=True, slots=True)
class Till:
    """A clerk signed in at an enrolled terminal of a store."""

    village_id: int
    store_id: int
    terminal_id: int
    clerk_id: int


@dataclass(frozen=True, slots=True)
class _Accepted:
    """A basket that passed every check, at the prices by good id of that moment and day."""

    today: date
    total: Tenths
    follows_quickly: bool
    prices: Mapping[int, Tenths]


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
) -> Redemption:
    """Take the points, hand out the goods and number the receipt, all or nothing.

    Repeating it for the same scan with the same basket gives the redemption that is there.
    Raises NotFound `scan_not_found`, `card_not_found` or `good_not_found`, Conflict `scan_used`
    (receipt_number), `scan_ended` or `idempotency_mismatch`, and whatever `check_pause` and
    `check_redemption` refuse with.
    """
    basket = merge_lines(lines)
    scan = _held_scan(till, scan_id)
    earlier = queries.redemption_of_scan(scan.id)
    if earlier is not None:
        return _repeated(earlier, basket)
    _check_scan(scan, redemption_key)
    counted = _hold_accounts(scan, basket)
    now = clock.now()
    accepted = _check_basket(scan, basket, now)
    posted = _post(scan, counted, accepted, clerk_id=till.clerk_id)
    redemption = Redemption(
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
    _write(redemption, basket, accepted.prices)
    return redemption


def _held_scan(till: Till, scan_id: int) -> CardScan:
    """The scan of this very terminal, locked: whoever else confirms it waits and then repeats."""
    scan = db.session.scalar(
        select(CardScan)
        .where(
            CardScan.id == scan_id,
            CardScan.village_id == till.village_id,
            CardScan.terminal_id == till.terminal_id,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if scan is None:
        raise NotFound("scan_not_found")
    return scan


def _check_scan(scan: CardScan, redemption_key: str) -> None:
    """Refuse a scan that the till has left behind, a used key and a card that was replaced or
    whose member went over to another household.
    """
    owner = people.owner_of_card_id(scan.village_id, scan.card_id)
    if scan.ended_at is not None or owner.household_id != scan.household_id:
        raise Conflict("scan_ended")
    if queries.find_redemption_by_key(scan.village_id, redemption_key) is not None:
        raise Conflict("idempotency_mismatch")


def _repeated(earlier: Redemption, basket: Sequence[Line]) -> Redemption:
    if set(queries.lines(earlier.id)) != set(basket):
        raise Conflict("scan_used", receipt_number=earlier.receipt_number)
    return earlier


def _hold_accounts(scan: CardScan, basket: Sequence[Line]) -> list[Line]:
    """Lock the household's points and the shelves; returns the lines that have a shelf."""
    counted_ids = queries.counted_ids(scan.store_id, [line.good_id for line in basket])
    counted = [line for line in basket if line.good_id in counted_ids]
    ledger.hold_accounts(
        scan.village_id,
        [
            household_spendable(scan.village_id, scan.household_id),
            *(
                good_account(scan.village_id, scan.store_id, Purpose.SHELF, line.good_id)
                for line in counted
            ),
        ],
    )
    return counted


def _check_basket(scan: CardScan, basket: Sequence[Line], now: datetime) -> _Accepted:
    """Read prices, limits and what was redeemed before, all of it after the locks, and decide."""
    today = clock.local(now).date()
    offers = queries.offers(
        scan.store_id,
        household_id=scan.household_id,
        today=today,
        good_ids=[line.good_id for line in basket],
    )
    customer = queries.customer(scan.village_id, scan.household_id, today=today)
    follows_quickly = check_pause(customer.last_redeemed_at, now)
    limits = queries.limits(queries.store(scan.village_id, scan.store_id))
    total = check_redemption(basket, offers, customer=customer, limits=limits, today=today)
    prices = {good_id: offer.price for good_id, offer in offers.items()}
    return _Accepted(today, total, follows_quickly, prices)


def _post(
    scan: CardScan, counted: Sequence[Line], accepted: _Accepted, *, clerk_id: int
) -> list[Posted]:
    """Post points and, if any are counted, goods in one batch; both are named after the scan."""

    def draft(kind: EntryKind, transfers: tuple[TransferDraft, ...]) -> EntryDraft:
        return EntryDraft(
            village_id=scan.village_id,
            kind=kind,
            occurred_on=accepted.today,
            actor_id=clerk_id,
            idempotency_key=f"{kind}:{scan.id}",
            transfers=transfers,
        )

    place = {"village_id": scan.village_id, "store_id": scan.store_id}
    points = points_transfers(**place, household_id=scan.household_id, total=accepted.total)
    drafts = [draft(EntryKind.REDEMPTION, points)]
    if counted:
        drafts.append(draft(EntryKind.GOODS_OUT, goods_transfers(**place, counted_lines=counted)))
    return ledger.post(drafts)


def _next_receipt_number(store_id: int) -> int:
    """The next number of the store; its row is locked until the commit, so there are no gaps."""
    number = db.session.scalar(
        update(Store)
        .where(Store.id == store_id)
        .values(receipt_number_last=Store.receipt_number_last + 1)
        .returning(Store.receipt_number_last)
        .execution_options(synchronize_session=False)
    )
    if number is None:
        raise NotFound("store_not_found")
    return number


def _write(redemption: Redemption, basket: Sequence[Line], prices: Mapping[int, Tenths]) -> None:
    db.session.add(redemption)
    db.session.flush()
    db.session.add_all(
        RedemptionLine(
            redemption_id=redemption.id,
            good_id=line.good_id,
            quantity=line.quantity,
            price=prices[line.good_id],
        )
        for line in basket
    )
    db.session.flush()
