"""Reads of declared kin and of the ties of staff."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import or_, select

from app.extensions import db
from app.people.domain.kin import KinshipRef, StaffTieRef
from app.people.models import Kinship, StaffTie

from .households import find_households


def staff_ties(village_id: int) -> dict[int, StaffTieRef]:
    """What the staff of a village declared, by account id."""
    rows = db.session.scalars(select(StaffTie).where(StaffTie.village_id == village_id)).all()
    known = find_households(village_id, {row.household_id for row in rows if row.household_id})
    return {
        row.account_id: StaffTieRef(row.account_id, known.get(row.household_id or 0), row.grid_id)
        for row in rows
    }


def kinships(village_id: int) -> list[KinshipRef]:
    """The declared kin of the village, in the order it was entered."""
    rows = db.session.scalars(
        select(Kinship)
        .where(Kinship.village_id == village_id, Kinship.ended_at.is_(None))
        .order_by(Kinship.id)
    ).all()
    known = find_households(
        village_id, {each for row in rows for each in (row.household_id, row.other_household_id)}
    )
    return [
        KinshipRef(row.id, known[row.household_id], known[row.other_household_id]) for row in rows
    ]


def kin_of(village_id: int, household_ids: Collection[int]) -> Mapping[int, set[int]]:
    """The ids of each household's kin; those without any are empty."""
    wanted = set(household_ids)
    found: dict[int, set[int]] = defaultdict(set)
    rows = db.session.execute(
        select(Kinship.household_id, Kinship.other_household_id).where(
            Kinship.village_id == village_id,
            Kinship.ended_at.is_(None),
            or_(Kinship.household_id.in_(wanted), Kinship.other_household_id.in_(wanted)),
        )
    )
    for one, other in rows:
        found[one].add(other)
        found[other].add(one)
    return found
