"""What households say of credits from claims and rounds."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, select

from app.claims.models import AwardDenial
from app.extensions import db
from app.identity.queries import display_names
from app.kit.errors import NotFound
from app.people import queries as people
from app.people.domain.households import HouseholdRef
from app.rulebook import queries as rulebook
from app.rulebook.domain.awards import RuleRef

from .inspections import mark_of_award

if TYPE_CHECKING:
    from app.rulebook.models import Award

_SHOWN_MAX = 50


@dataclass(frozen=True, slots=True)
class DenialView:
    """A denial with the credit that it is about; `vouching` are who marked and checked it on a
    round, `claim_id` is the claim that it comes from otherwise.
    """

    denial: AwardDenial
    award: "Award"
    household: HouseholdRef
    rule: RuleRef
    claim_id: int | None
    vouching: tuple[str, ...]


def denial_of_award(award_id: int) -> AwardDenial | None:
    """What the household said of a credit, if it denied it."""
    return db.session.scalar(select(AwardDenial).where(AwardDenial.award_id == award_id))


def denial(village_id: int, denial_id: int) -> AwardDenial:
    """A denial of the village; NotFound `denial_not_found`."""
    found = db.session.get(AwardDenial, denial_id)
    if found is None or found.village_id != village_id:
        raise NotFound("denial_not_found")
    return found


def denial_view(village_id: int, denial_id: int) -> DenialView:
    """The same with what it is about."""
    found = denial(village_id, denial_id)
    award = rulebook.award(village_id, found.award_id)
    mark = mark_of_award(award.id)
    names = display_names([mark.marked_by or 0, mark.checked_by or 0]) if mark else {}
    return DenialView(
        denial=found,
        award=award,
        household=people.household(village_id, award.household_id),
        rule=rulebook.rule(village_id, award.rule_id),
        claim_id=award.source_id if mark is None else None,
        vouching=tuple(names.values()),
    )


def open_denials(village_id: int) -> list[tuple[AwardDenial, HouseholdRef]]:
    """Those without an answer, with the household of each, oldest first."""
    return _denials(village_id, AwardDenial.decided_at.is_(None), limit=None)[::-1]


def denials(village_id: int) -> list[tuple[AwardDenial, HouseholdRef]]:
    """The last ones of the village, newest first."""
    return _denials(village_id, AwardDenial.village_id == village_id, limit=_SHOWN_MAX)


def _denials(
    village_id: int, condition: ColumnElement[bool], *, limit: int | None
) -> list[tuple[AwardDenial, HouseholdRef]]:
    found = db.session.scalars(
        select(AwardDenial)
        .where(AwardDenial.village_id == village_id, condition)
        .order_by(AwardDenial.id.desc())
        .limit(limit)
    ).all()
    home_of = {each.id: rulebook.award(village_id, each.award_id).household_id for each in found}
    homes = people.find_households(village_id, set(home_of.values()))
    return [(each, homes[home_of[each.id]]) for each in found]
