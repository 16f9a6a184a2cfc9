"""Inspection rounds: opened, marked on the way, checked by another, posted as one batch."""

import secrets
from collections.abc import Collection, Iterator, Sequence
from datetime import date

from sqlalchemy import insert

from app.claims import queries
from app.claims.domain.inspections import FAILED, MarkWish, drawn_order
from app.claims.domain.states import REASON_LENGTH_MAX
from app.claims.models import InspectionLevel, InspectionMark, InspectionRound
from app.extensions import db
from app.identity import queries as identity
from app.kit import clock
from app.kit.errors import Conflict, Denied, Invalid, NotFound
from app.kit.ids import new_id, new_ids
from app.kit.text import clean_line
from app.ledger.domain.accounts import branch_budget
from app.people import queries as people
from app.people.domain.households import HouseholdStatus
from app.rulebook import queries as rulebook
from app.rulebook.domain.awards import AwardRequest, RuleRef

from .awarding import award_from_budget

# Two accounts for each household and award; a batch takes at most 1,000.
_AWARDS_PER_BATCH = 400


def open_inspection(
    *, village_id: int, rule_code: str, grid_id: int | None, occurred_on: date, actor_id: int
) -> InspectionRound:
    """Draw the list of a village's or a grid's households once, for a rule that can be claimed.

    Rules of the same cap group become levels of one list. Raises Invalid `claim_in_future`,
    NotFound `grid_not_found` or `rule_not_found`, Conflict `inspection_nobody`.
    """
    if occurred_on > clock.today():
        raise Invalid("claim_in_future")
    if grid_id is not None and grid_id not in {grid.id for grid in identity.grids(village_id)}:
        raise NotFound("grid_not_found")
    levels = _levels(village_id, rule_code, occurred_on)
    found = InspectionRound(
        id=new_id(),
        village_id=village_id,
        grid_id=grid_id,
        occurred_on=occurred_on,
        seed=secrets.token_hex(16),
        opened_by=actor_id,
        opened_at=clock.now(),
        drop_reason="",
    )
    homes = [
        home.id
        for home in people.households(village_id, grid_id=grid_id)
        if home.status is HouseholdStatus.ACTIVE
    ]
    if not homes:
        raise Conflict("inspection_nobody")
    db.session.add(found)
    db.session.flush()
    db.session.execute(
        insert(InspectionLevel),
        [
            {"round_id": found.id, "level": level, "rule_id": rule.id}
            for level, rule in enumerate(levels, start=FAILED + 1)
        ],
    )
    order = drawn_order(homes, found.seed)
    db.session.execute(
        insert(InspectionMark),
        [
            {"id": mark_id, "round_id": found.id, "household_id": home, "place": place}
            for place, (mark_id, home) in enumerate(zip(new_ids(len(order)), order, strict=True))
        ],
    )
    return found


def mark_households(
    *, village_id: int, round_id: int, wishes: Sequence[MarkWish], actor_id: int
) -> None:
    """Give lines of the list their level; the last word before the check counts.

    Raises NotFound `inspection_not_found` or `inspection_mark_not_found`, Conflict
    `inspection_over` or `inspection_checked`, Invalid `inspection_level_bad`, Denied with a code
    of `domain.reviews.Bar` for the own household and kin.
    """
    found = _lock(village_id, round_id)
    marks = {mark.id: mark for mark in queries.inspection_marks(round_id)}
    levels = {FAILED, *queries.inspection_rules(round_id)}
    chosen = [marks.get(wish.mark_id) for wish in wishes]
    homes = {mark.household_id for mark in chosen if mark is not None}
    bars = queries.inspection_bars(village_id, actor_id, homes)
    for wish, mark in zip(wishes, chosen, strict=True):
        if mark is None:
            raise NotFound("inspection_mark_not_found")
        if wish.level not in levels:
            raise Invalid("inspection_level_bad")
        reason = bars[mark.household_id]
        if reason is not None:
            raise Denied(reason)
        if mark.level == wish.level:
            continue
        if mark.checked_by is not None:
            raise Conflict("inspection_checked")
        _check_open(found)
        mark.level, mark.marked_by, mark.marked_at = wish.level, actor_id, clock.now()
        mark.returned_by = None
    db.session.flush()


def check_inspection(
    *,
    village_id: int,
    round_id: int,
    seen: Collection[MarkWish],
    returned_ids: Collection[int],
    actor_id: int,
) -> InspectionRound:
    """Agree to what others have marked, and send back the lines that are not right.

    `seen` are the lines as the caller saw them: one that was marked differently since waits to be
    looked at. Lines that the caller marked, or of the own household and kin, are left to somebody
    else. With the last line the awards are posted, all in this transaction. Raises NotFound
    `inspection_not_found`, Conflict `inspection_over` or `branch_budget_short`, Denied
    `inspection_not_yours` when nothing was there for the caller to check.
    """
    found = _lock(village_id, round_id)
    if found.posted_at is not None:
        return found
    _check_open(found)
    marks = queries.inspection_marks(round_id)
    bars = queries.inspection_bars(village_id, actor_id, {mark.household_id for mark in marks})
    own = [
        mark
        for mark in marks
        if mark.level is not None
        and MarkWish(mark.id, mark.level) in seen
        and mark.checked_by is None
        and mark.marked_by != actor_id
        and bars[mark.household_id] is None
    ]
    if not own:
        raise Denied("inspection_not_yours")
    for mark in own:
        if mark.id in returned_ids:
            mark.level = mark.marked_by = mark.marked_at = None
            mark.returned_by = actor_id
        else:
            mark.checked_by, mark.checked_at = actor_id, clock.now()
    if all(mark.checked_by is not None for mark in marks):
        _post(found, marks, actor_id)
    db.session.flush()
    return found


def drop_inspection(
    *, village_id: int, round_id: int, reason: str, actor_id: int
) -> InspectionRound:
    """Give a round up before anything of it is posted; doing so again changes nothing.

    Raises NotFound `inspection_not_found`, Conflict `inspection_over`, Invalid `text_missing`.
    """
    found = _lock(village_id, round_id)
    if found.dropped_at is None:
        _check_open(found)
        found.drop_reason = clean_line(reason, length_max=REASON_LENGTH_MAX, field="原因")
        found.dropped_at, found.dropped_by = clock.now(), actor_id
        db.session.flush()
    return found


def _levels(village_id: int, rule_code: str, day: date) -> list[RuleRef]:
    rules = queries.inspectable_rules(village_id, day)
    chosen = next((rule for rule in rules if rule.code == rule_code), None)
    if chosen is None:
        raise NotFound("rule_not_found")
    group = chosen.cap.group if chosen.cap else ""
    same = [rule for rule in rules if group and rule.cap and rule.cap.group == group]
    return sorted(same or [chosen], key=lambda rule: rule.points)


def _lock(village_id: int, round_id: int) -> InspectionRound:
    found = queries.inspection_round(village_id, round_id)
    db.session.refresh(found, with_for_update=True)
    return found


def _check_open(found: InspectionRound) -> None:
    if found.posted_at is not None or found.dropped_at is not None:
        raise Conflict("inspection_over")


def _post(found: InspectionRound, marks: Sequence[InspectionMark], actor_id: int) -> None:
    rules = queries.inspection_rules(found.id)
    known = rulebook.rules_by_id(found.village_id, set(rules.values()))
    earned = [mark for mark in marks if mark.level]
    for some in _batches(earned):
        requests = [
            AwardRequest(
                village_id=found.village_id,
                rule_id=rules[mark.level or FAILED],
                member_id=None,
                household_id=mark.household_id,
                occurred_on=found.occurred_on,
                points_asked=known[rules[mark.level or FAILED]].points,
                from_account=branch_budget(found.village_id),
                source_kind="inspection",
                source_id=found.id,
                idempotency_key=f"inspection:{mark.id}",
                actor_id=actor_id,
            )
            for mark in some
        ]
        for mark, outcome in zip(some, award_from_budget(requests), strict=True):
            mark.award_id = outcome.award_id
    found.posted_at, found.posted_by = clock.now(), actor_id


def _batches(marks: Sequence[InspectionMark]) -> Iterator[Sequence[InspectionMark]]:
    for start in range(0, len(marks), _AWARDS_PER_BATCH):
        yield marks[start : start + _AWARDS_PER_BATCH]
