"""Life events: entered by one, carried out once confirmed; points move with them."""

from collections.abc import Callable

from sqlalchemy import insert

from app.extensions import db
from app.identity import queries as places
from app.kit import clock
from app.kit.errors import Conflict, Denied, Invalid, NotFound
from app.kit.ids import new_id
from app.kit.text import clean_line
from app.ledger import queries as books
from app.ledger import service as ledger
from app.ledger.domain.accounts import household_spendable
from app.people import queries
from app.people.domain.life import (
    CLOSING,
    LIFE_NOTE_LENGTH_MAX,
    SECOND_PERSON,
    Arrival,
    LifeDraft,
    LifeHousehold,
    LifeKind,
    check_life,
    only_asked,
)
from app.people.models import Household, LifeDecision, LifeEvent, LifeEventMember

from .households import check_grid, close_towards, free_passbook_no, lock_households
from .life_steps import STEPS, Doing


def enter_life_event(*, village_id: int, draft: LifeDraft, actor_id: int) -> LifeEvent:
    """Keep what happened; nothing changes before it is confirmed.

    Raises NotFound `household_not_found`, `grid_not_found` or `village_not_found`, Invalid
    `text_missing`, `nobody_chosen` or `life_target_missing`, Conflict `passbook_no_taken` or
    `household_taken_in`, and what `check_life` raises.
    """
    note = clean_line(draft.note, length_max=LIFE_NOTE_LENGTH_MAX, field="依据")
    if not note:
        raise Invalid("text_missing", field="依据")
    draft = only_asked(draft)
    _check(village_id, draft)
    person = draft.person
    event = LifeEvent(
        id=new_id(),
        village_id=village_id,
        kind=draft.kind,
        happened_on=draft.happened_on,
        note=note,
        household_id=draft.household_id,
        member_id=draft.member_id,
        new_head_id=draft.new_head_id,
        grid_id=draft.grid_id,
        to_household_id=draft.to_household_id,
        to_village_id=draft.to_village_id,
        passbook_no=draft.passbook_no,
        points=draft.points,
        child_name=person.name if person else "",
        child_gender=person.gender if person else None,
        child_birth_month=person.birth_month if person else None,
        child_relation=person.relation if person else "",
        entered_by=actor_id,
        entered_at=clock.now(),
    )
    db.session.add(event)
    db.session.flush()
    members = [
        {"event_id": event.id, "place": place, "member_id": member_id}
        for place, member_id in enumerate(dict.fromkeys(draft.member_ids))
    ]
    if members:
        db.session.execute(insert(LifeEventMember), members)
    return event


def confirm_life_event(
    *, event: LifeEvent, actor_id: int, arrival: Arrival | None = None
) -> int | None:
    """Carry an event out; returns the household where people or points went, if any did.

    `arrival` is what the other village says about a household that moves there. Confirming again
    changes nothing. Raises Denied `life_needs_other`, `reviewer_undeclared`,
    `reviewer_own_household` or `reviewer_is_kin`, Conflict `life_event_decided`, and what
    `check_life` and the changes of the register raise.
    """
    draft = queries.life_draft(event)
    lock_households(_concerned(draft))
    decided = queries.life_decision(event.id)
    if decided is not None:
        if not decided.confirmed:
            raise Conflict("life_event_decided")
        return decided.to_household_id
    _check_second(event, draft, actor_id)
    if draft.kind in SECOND_PERSON:
        # From here on nobody spends what the event is about to move.
        spendable = [household_spendable(event.village_id, each) for each in _concerned(draft)]
        ledger.hold_accounts(event.village_id, spendable)
    home = _check(event.village_id, draft)
    doing = Doing(event.id, event.village_id, draft, home, actor_id, arrival)
    to_household_id = STEPS[draft.kind](doing)
    if draft.kind in CLOSING:
        close_towards(event.household_id, event.id)
    _decide(event, confirmed=True, to_household_id=to_household_id, actor_id=actor_id)
    return to_household_id


def withdraw_life_event(*, event: LifeEvent, actor_id: int) -> None:
    """Take back what was entered by mistake, before it is carried out.

    Doing so again changes nothing. Raises Conflict `life_event_decided`.
    """
    lock_households(_concerned(queries.life_draft(event)))
    decided = queries.life_decision(event.id)
    if decided is None:
        _decide(event, confirmed=False, to_household_id=None, actor_id=actor_id)
    elif decided.confirmed:
        raise Conflict("life_event_decided")


def _check(village_id: int, draft: LifeDraft) -> LifeHousehold:
    home = queries.life_household(village_id, draft.household_id)
    target = None
    if draft.to_household_id is not None:
        target = queries.household(village_id, draft.to_household_id)
    for fault, missing in (
        ("life_target_missing", draft.kind in _INTO_HOUSEHOLD and target is None),
        ("grid_missing", draft.kind is LifeKind.GRID_MOVE and draft.grid_id is None),
        ("name_bad", draft.kind is LifeKind.BIRTH and draft.person is None),
    ):
        if missing:
            raise Invalid(fault)
    check_life(draft, home, target, clock.today())
    if draft.kind is LifeKind.INHERITANCE:
        _check_not_taken_in(home)
    check_grid(village_id, draft.grid_id)
    if draft.kind is LifeKind.SPLIT:
        free_passbook_no(village_id, draft.passbook_no)
    if draft.kind is LifeKind.VILLAGE_MOVE:
        _check_village(village_id, draft.to_village_id)
    return home


def _check_not_taken_in(home: LifeHousehold) -> None:
    """Who merged or moved has taken the points along; a family may agree anew who inherits."""
    event_id = db.session.get_one(Household, home.household.id).heir_event_id
    if event_id is not None and (
        db.session.get_one(LifeEvent, event_id).kind != LifeKind.INHERITANCE
    ):
        raise Conflict("household_taken_in", passbook_no=home.household.passbook_no)


_INTO_HOUSEHOLD = (LifeKind.MERGE, LifeKind.INHERITANCE)


def _check_village(village_id: int, to_village_id: int | None) -> None:
    town_id = places.village(village_id).town_id
    others = {each.id for each in places.villages(town_id)} - {village_id}
    if to_village_id not in others:
        raise NotFound("village_not_found")
    if books.open_period(to_village_id or 0) is None:
        # Points that become spendable later could not follow.
        raise Conflict("no_open_period")


def _concerned(draft: LifeDraft) -> set[int]:
    heir = set() if draft.to_household_id is None else {draft.to_household_id}
    return {draft.household_id} | heir


def _check_second(event: LifeEvent, draft: LifeDraft, actor_id: int) -> None:
    """Nobody moves points alone, nor for the own family."""
    if draft.kind not in SECOND_PERSON:
        return
    if actor_id == event.entered_by:
        raise Denied("life_needs_other")
    if draft.kind is LifeKind.VILLAGE_MOVE:
        # The other village decides, and knows nothing about the families here.
        return
    concerned = _concerned(draft)
    tie = queries.staff_ties(event.village_id).get(actor_id)
    own = None if tie is None or tie.household is None else tie.household.id
    kin = set[int]().union(*queries.kin_of(event.village_id, concerned).values())
    refusals: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("reviewer_undeclared", lambda: tie is None),
        ("reviewer_own_household", lambda: own in concerned),
        ("reviewer_is_kin", lambda: own in kin),
    )
    for code, holds in refusals:
        if holds():
            raise Denied(code)


def _decide(
    event: LifeEvent, *, confirmed: bool, to_household_id: int | None, actor_id: int
) -> None:
    db.session.add(
        LifeDecision(
            event_id=event.id,
            confirmed=confirmed,
            household_id=event.household_id,
            to_household_id=to_household_id,
            decided_by=actor_id,
            decided_at=clock.now(),
        )
    )
    db.session.flush()
