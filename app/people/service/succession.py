"""Points that follow their people, and those that still come to a household that is closed."""

from collections.abc import Iterable

from sqlalchemy import insert

from app.extensions import db
from app.kit import clock
from app.kit.ids import new_id
from app.ledger import service as ledger
from app.ledger.domain.drafts import EntryDraft, EntryKind
from app.people import queries
from app.people.domain.succession import succession_transfer
from app.people.models import LifeTransfer

Side = tuple[int, int]
"""A household with its village: (village id, household id)."""


def move_points(
    *, event_id: int, cause: str, source: Side, heir: Side, amount: int, by: int
) -> None:
    """Move what can be spent (tenths) from a household to another, by one entry, or by one in
    each book when they are of two villages.

    `cause` tells the entries of one event apart. Raises what `ledger.post` raises.
    """
    (village_id, source_id), (heir_village_id, heir_id) = source, heir
    if village_id == heir_village_id:
        ways: list[tuple[int, int | None, int | None]] = [(village_id, source_id, heir_id)]
    else:
        ways = [(village_id, source_id, None), (heir_village_id, None, heir_id)]
    for book, taken_from, given_to in ways:
        draft = EntryDraft(
            village_id=book,
            kind=EntryKind.SUCCESSION,
            occurred_on=clock.today(),
            actor_id=by,
            idempotency_key=f"life:{event_id}:{cause}",
            transfers=(succession_transfer(book, taken_from, given_to, amount),),
        )
        (posted,) = ledger.post([draft])
        db.session.execute(
            insert(LifeTransfer).values(
                id=new_id(),
                event_id=event_id,
                village_id=book,
                entry_id=posted.entry_id,
                from_household_id=taken_from,
                to_household_id=given_to,
                amount=amount,
            )
        )


def pass_on(*, village_id: int, household_ids: Iterable[int], cause: str, actor_id: int) -> None:
    """Send what came to closed households on to whoever took them in, in the same transaction.

    To be called by whoever makes points spendable; `cause` names the doing, such as "void:7".
    """
    closed = _way_on(village_id, set(household_ids))
    while closed:
        # Whom others still go to waits for them: in this order each is emptied once. There is
        # no circle, because who takes somebody in has people, and so goes nowhere itself.
        source = min(closed.keys() - {_side(heir) for heir in closed.values()})
        heir = closed.pop(source)
        empty_household(
            event_id=heir.event_id, cause=cause, source=source, heir=_side(heir), by=actor_id
        )


def _way_on(village_id: int, household_ids: set[int]) -> dict[Side, queries.Heir]:
    """The heirs of the closed ones of the households, their heirs if they closed too, and so on."""
    closed: dict[Side, queries.Heir] = {}
    further = {village_id: household_ids}
    while further:
        found = {
            (of_village, household_id): heir
            for of_village, ids in further.items()
            for household_id, heir in queries.heirs_of(of_village, ids).items()
            if (of_village, household_id) not in closed
        }
        closed |= found
        further = {}
        for heir in found.values():
            further.setdefault(heir.village_id, set()).add(heir.household_id)
    return closed


def _side(heir: queries.Heir) -> Side:
    return heir.village_id, heir.household_id


def empty_household(*, event_id: int, cause: str, source: Side, heir: Side, by: int) -> int:
    """Move all that a household can spend to another; returns how much (tenths)."""
    village_id, household_id = source
    address = succession_transfer(village_id, household_id, None, 0).debit
    wanted = {address}
    if heir[0] == village_id:
        wanted.add(succession_transfer(village_id, household_id, heir[1], 0).credit)
    amount = ledger.hold_accounts(village_id, wanted).balance(address)
    if amount:
        move_points(event_id=event_id, cause=cause, source=source, heir=heir, amount=amount, by=by)
    return amount
