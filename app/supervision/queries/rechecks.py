"""The credits of a closed month that are drawn to be checked again, and what was found."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.activities import queries as activities
from app.claims import queries as claims
from app.extensions import db
from app.identity import queries as identity
from app.kit.errors import NotFound
from app.kit.masking import mask_name
from app.kit.month import Month
from app.ledger import queries as books
from app.people import queries as people
from app.people.domain.households import HouseholdRef
from app.rulebook import queries as rulebook
from app.supervision.domain import draw_rechecks
from app.supervision.models import Recheck

from .months import credits_of, period_of_code

if TYPE_CHECKING:
    from app.rulebook.models import Award


@dataclass(frozen=True, slots=True)
class RecheckResult:
    """What a second look found."""

    is_right: bool
    note: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class RecheckItem:
    """A drawn credit: whose, for what, and the accounts that had a hand in it (`approvers`)."""

    entry_id: int
    household: HouseholdRef
    name: str
    rule_title: str
    activity_title: str
    occurred_on: date
    points: int
    approvers: frozenset[int]
    results: tuple[RecheckResult, ...]


@dataclass(frozen=True, slots=True)
class RecheckList:
    """The draw of a month from its digest, by the numbers of the entries."""

    month: Month
    period_id: int
    digest: str
    credit_count: int
    items: tuple[RecheckItem, ...]


def recheck_list(village_id: int, month_code: str, *, masked: bool) -> RecheckList:
    """What is drawn of a closed month; NotFound `period_not_found` or `recheck_not_drawn`."""
    period = period_of_code(village_id, month_code)
    seal = books.seal(period.id)
    if seal is None:
        raise NotFound("recheck_not_drawn")
    found = {each.entry_id or 0: each for each in credits_of(village_id, period)}
    digest = books.header_of(seal).digest
    drawn = [found[each] for each in sorted(draw_rechecks(digest, found))]
    return RecheckList(
        month=Month.parse(period.month),
        period_id=period.id,
        digest=digest.hex(),
        credit_count=len(found),
        items=tuple(_items(village_id, period.id, drawn, masked=masked)),
    )


def recheck_item(village_id: int, month_code: str, entry_id: int) -> RecheckItem:
    """One of them; NotFound `recheck_not_drawn`."""
    for item in recheck_list(village_id, month_code, masked=False).items:
        if item.entry_id == entry_id:
            return item
    raise NotFound("recheck_not_drawn")


def recheck_bar(village_id: int, item: RecheckItem, account_id: int) -> str:
    """Why somebody may not check a credit again: the code of the sentence, or ""."""
    if account_id in item.approvers:
        return "recheck_own_approval"
    tie = people.staff_ties(village_id).get(account_id)
    if tie is not None and tie.household is not None:
        kin = people.kin_of(village_id, [item.household.id]).get(item.household.id, set())
        if tie.household.id in {item.household.id, *kin}:
            return "recheck_own_household"
    return ""


def _items(
    village_id: int, period_id: int, drawn: Collection["Award"], *, masked: bool
) -> list[RecheckItem]:
    households = people.find_households(village_id, {each.household_id for each in drawn})
    wanted = {each.member_id for each in drawn if each.member_id is not None}
    members = {each.id: each.name for each in people.members(village_id, member_ids=wanted)}
    rules = rulebook.rules_by_id(village_id, {each.rule_id for each in drawn})
    titles = activities.titles_of_sessions(village_id, {each.source_id for each in drawn})
    award_ids = [each.id for each in drawn]
    hands = [
        activities.hands_in_awards(village_id, award_ids),
        claims.hands_in_awards(village_id, award_ids),
    ]
    results = _results(period_id)
    items = []
    for each in drawn:
        household = households[each.household_id]
        name = members.get(each.member_id or 0, household.head_name)
        items.append(
            RecheckItem(
                entry_id=each.entry_id or 0,
                household=household,
                name=mask_name(name) if masked and name else name,
                rule_title=rules[each.rule_id].title,
                activity_title=titles.get(each.source_id, ""),
                occurred_on=each.occurred_on,
                points=each.granted,
                approvers=frozenset({each.actor_id}.union(*(hand[each.id] for hand in hands))),
                # What is written in a note may name anybody.
                results=tuple(
                    replace(result, note="") if masked else result
                    for result in results[each.entry_id or 0]
                ),
            )
        )
    return items


def _results(period_id: int) -> dict[int, list[RecheckResult]]:
    """By entry, oldest first."""
    rows = db.session.scalars(
        select(Recheck).where(Recheck.period_id == period_id).order_by(Recheck.id)
    ).all()
    names = identity.display_names([row.checked_by for row in rows])
    results: dict[int, list[RecheckResult]] = defaultdict(list)
    for row in rows:
        by = names.get(row.checked_by, "")
        results[row.entry_id].append(RecheckResult(row.is_right, row.note, row.checked_at, by))
    return results
