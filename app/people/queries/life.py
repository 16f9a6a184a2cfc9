"""Reads of life events: what was entered, what would follow, and who came after whom."""

from collections import Counter
from collections.abc import Collection, Iterator
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from app.extensions import db
from app.identity.queries import display_names
from app.kit.db import among
from app.kit.errors import NotFound
from app.kit.month import Month
from app.kit.points import Tenths
from app.ledger import queries as books
from app.ledger.domain.accounts import Purpose, household_points
from app.ledger.domain.drafts import EntryKind
from app.ledger.queries.witnesses import Witness, WitnessSource, names_newer
from app.people.domain.households import Gender, MemberRef, MemberStatus
from app.people.domain.life import (
    LifeDraft,
    LifeHousehold,
    LifeKind,
    LifeState,
    LifeView,
)
from app.people.domain.persons import Person
from app.people.domain.succession import succession_transfer
from app.people.models import (
    Household,
    LifeDecision,
    LifeEvent,
    LifeEventMember,
    LifeTransfer,
    PartyLink,
)

from .households import find_households, household, members_of

_ARRIVES = LifeEvent.kind == LifeKind.VILLAGE_MOVE.value
_PURPOSES = (Purpose.SPENDABLE, Purpose.PENDING, Purpose.HELD)


class Heir(NamedTuple):
    """Who takes in whatever still comes to a closed household."""

    event_id: int
    village_id: int
    household_id: int


def life_household(village_id: int, household_id: int) -> LifeHousehold:
    """A household with its members and points; NotFound `household_not_found`."""
    addresses = [household_points(village_id, household_id, purpose) for purpose in _PURPOSES]
    held = books.balances(addresses)
    return LifeHousehold(
        household(village_id, household_id),
        tuple(members_of(household_id)),
        *(Tenths(held[address]) for address in addresses),
    )


def life_row(village_id: int, event_id: int) -> LifeEvent:
    """An event that the village entered; NotFound `life_event_not_found`."""
    row = db.session.get(LifeEvent, event_id)
    if row is None or row.village_id != village_id:
        raise NotFound("life_event_not_found")
    return row


def arriving_row(village_id: int, event_id: int) -> LifeEvent:
    """An event that brings a household from another village; NotFound as above."""
    row = db.session.get(LifeEvent, event_id)
    if row is None or row.to_village_id != village_id or row.kind != LifeKind.VILLAGE_MOVE:
        raise NotFound("life_event_not_found")
    return row


def life_events(
    village_id: int, *, arriving: bool = False, household_id: int | None = None
) -> list[tuple[LifeEvent, LifeState, str]]:
    """The events of a village, newest first, with the name of the household's head.

    `arriving` are those of other villages that bring a household here.
    """
    of_village = LifeEvent.to_village_id if arriving else LifeEvent.village_id
    query = (
        select(LifeEvent, LifeDecision.confirmed)
        .outerjoin(LifeDecision, LifeDecision.event_id == LifeEvent.id)
        .where(of_village == village_id)
        .order_by(LifeEvent.id.desc())
        .limit(100)
    )
    if arriving:
        query = query.where(_ARRIVES)
    if household_id is not None:
        query = query.where(
            or_(
                LifeEvent.household_id == household_id,
                LifeDecision.to_household_id == household_id,
            )
        )
    rows = db.session.execute(query).all()
    heads = {
        each.id: f"{each.passbook_no} {each.head_name}"
        for origin in {row.LifeEvent.village_id for row in rows}
        for each in find_households(origin, {row.LifeEvent.household_id for row in rows}).values()
    }
    return [
        (row.LifeEvent, _state(confirmed=row.confirmed), heads[row.LifeEvent.household_id])
        for row in rows
    ]


def waiting_life_events(village_id: int) -> int:
    """How many events wait for somebody's yes in the village, arrivals included."""
    here = LifeEvent.village_id == village_id
    query = (
        select(func.count())
        .select_from(LifeEvent)
        .outerjoin(LifeDecision, LifeDecision.event_id == LifeEvent.id)
        .where(
            LifeDecision.event_id.is_(None),
            or_(
                here & ~_ARRIVES,
                _ARRIVES & (LifeEvent.to_village_id == village_id),
            ),
        )
    )
    return db.session.scalar(query) or 0


def moved_to_village(member: MemberRef) -> bool:
    """Whether somebody who left went with the household to another village of the town."""
    found = db.session.scalar(
        select(LifeEvent.id)
        .join(LifeDecision, LifeDecision.event_id == LifeEvent.id)
        .where(
            _ARRIVES,
            LifeDecision.confirmed,
            LifeEvent.household_id == member.household_id,
            LifeEvent.happened_on == member.status_on,
        )
        .limit(1)
    )
    return member.status is MemberStatus.MOVED_AWAY and found is not None


def life_decision(event_id: int) -> LifeDecision | None:
    """What was decided about an event, if anything."""
    return db.session.get(LifeDecision, event_id)


def life_view(row: LifeEvent) -> LifeView:
    """An event with everybody it concerns, as things stand now."""
    draft = life_draft(row)
    decision = life_decision(row.id)
    target_id = draft.to_household_id
    moved = db.session.scalar(
        select(func.sum(LifeTransfer.amount)).where(
            LifeTransfer.event_id == row.id, LifeTransfer.from_household_id.is_not(None)
        )
    )
    ids = [row.entered_by] + ([decision.decided_by] if decision else [])
    return LifeView(
        id=row.id,
        draft=draft,
        state=_state(confirmed=decision.confirmed if decision else None),
        home=life_household(row.village_id, row.household_id),
        target=None if target_id is None else life_household(row.village_id, target_id),
        entered_by=row.entered_by,
        entered_at=row.entered_at,
        decided_by=decision.decided_by if decision else None,
        decided_at=decision.decided_at if decision else None,
        arrived_id=decision.to_household_id if decision else None,
        links=_ending_links(row),
        moved=Tenths(int(moved or 0)),
        names=display_names(ids),
    )


def life_draft(row: LifeEvent) -> LifeDraft:
    """The event as it was entered."""
    chosen = db.session.scalars(
        select(LifeEventMember.member_id)
        .where(LifeEventMember.event_id == row.id)
        .order_by(LifeEventMember.place)
    ).all()
    person = None
    if row.child_name:
        gender = None if row.child_gender is None else Gender(row.child_gender)
        person = Person(row.child_name, gender, row.child_birth_month, relation=row.child_relation)
    return LifeDraft(
        kind=LifeKind(row.kind),
        household_id=row.household_id,
        happened_on=row.happened_on,
        note=row.note,
        member_id=row.member_id,
        new_head_id=row.new_head_id,
        member_ids=tuple(chosen),
        person=person,
        grid_id=row.grid_id,
        to_household_id=row.to_household_id,
        to_village_id=row.to_village_id,
        passbook_no=row.passbook_no,
        points=Tenths(row.points),
    )


def heirs_of(village_id: int, household_ids: Collection[int]) -> dict[int, Heir]:
    """Where those of the households that are closed have gone."""
    heir = aliased(Household)
    rows = db.session.execute(
        select(Household.id, LifeDecision.event_id, heir.village_id, LifeDecision.to_household_id)
        .join(LifeDecision, LifeDecision.event_id == Household.heir_event_id)
        .join(heir, heir.id == LifeDecision.to_household_id)
        .where(Household.village_id == village_id, among(Household.id, set(household_ids)))
    ).all()
    return {row.id: Heir(row.event_id, row.village_id, row.to_household_id) for row in rows}


def followed_points(village_id: int, month: Month) -> dict[int, int]:
    """By household, what life events brought (positive) or took (negative) in a month (tenths)."""
    period = books.period(village_id, month)
    entry_ids = books.entry_ids(village_id, period.id, {EntryKind.SUCCESSION})
    found: Counter[int] = Counter()
    for row in db.session.scalars(
        select(LifeTransfer).where(among(LifeTransfer.entry_id, entry_ids))
    ):
        if row.from_household_id is not None:
            found[row.from_household_id] -= row.amount
        if row.to_household_id is not None:
            found[row.to_household_id] += row.amount
    return dict(found)


def life_events_of_entries(entry_ids: Collection[int]) -> dict[int, LifeEvent]:
    """The events behind those of the entries that moved points because of one."""
    rows = db.session.execute(
        select(LifeTransfer.entry_id, LifeEvent)
        .join(LifeEvent, LifeEvent.id == LifeTransfer.event_id)
        .where(among(LifeTransfer.entry_id, entry_ids))
    )
    return {row.entry_id: row.LifeEvent for row in rows}


def _state(*, confirmed: bool | None) -> LifeState:
    if confirmed is None:
        return LifeState.WAITING
    return LifeState.DONE if confirmed else LifeState.WITHDRAWN


def _ending_links(row: LifeEvent) -> int:
    """How many links of a household that closes, or of somebody who dies, are open."""
    if row.kind == LifeKind.DEATH:
        ends = PartyLink.member_id == row.member_id
    elif row.kind in (LifeKind.MERGE, LifeKind.VILLAGE_MOVE):
        ends = PartyLink.household_id == row.household_id
    else:
        return 0
    query = select(func.count()).where(ends, PartyLink.ended_on.is_(None))
    return db.session.scalar(query) or 0


def _testify(village_id: int, since: int | None) -> Iterator[Witness]:
    for row in db.session.scalars(
        select(LifeTransfer).where(
            LifeTransfer.village_id == village_id, names_newer(since, LifeTransfer.entry_id)
        )
    ):
        moved = succession_transfer(
            village_id, row.from_household_id, row.to_household_id, row.amount
        )
        yield Witness(row.entry_id, (moved,), f"life event {row.event_id}")


LIFE_WITNESS = WitnessSource("life", frozenset({EntryKind.SUCCESSION}), _testify)
