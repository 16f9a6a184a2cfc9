"""What awards add up to, by member and by village."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import distinct, func, select

from app.extensions import db
from app.kit.points import Tenths
from app.rulebook.models import Award


@dataclass(frozen=True, slots=True)
class Participation:
    """How many households earned something, and how many points in all."""

    households: int
    points: Tenths


def granted_by_member(village_id: int, household_id: int) -> dict[int | None, Tenths]:
    """What each member earned for a household, None for the household itself, reversals taken
    off.
    """
    rows = db.session.execute(
        select(Award.member_id, func.sum(Award.granted))
        .where(
            Award.village_id == village_id,
            Award.household_id == household_id,
            Award.reversal_entry_id.is_(None),
        )
        .group_by(Award.member_id)
    )
    return {member_id: Tenths(int(granted)) for member_id, granted in rows}


def participation(
    village_ids: Collection[int], *, first_day: date, last_day: date
) -> dict[int, Participation]:
    """How many households earned something for deeds of those days, and how much, by village."""
    rows = db.session.execute(
        select(
            Award.village_id,
            func.count(distinct(Award.household_id)),
            func.sum(Award.granted),
        )
        .where(
            Award.village_id.in_(village_ids),
            Award.occurred_on.between(first_day, last_day),
            Award.granted > 0,
            Award.reversal_entry_id.is_(None),
        )
        .group_by(Award.village_id)
    )
    return {
        village_id: Participation(households, Tenths(int(granted)))
        for village_id, households, granted in rows
    }
