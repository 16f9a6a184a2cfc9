"""Whether the points of a check-in wait for the notice."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from app.activities.models import ReleasePolicy
from app.extensions import db


def release_policies(village_id: int) -> Sequence[ReleasePolicy]:
    """What the village decided, newest first; before the first, points wait for the notice."""
    return db.session.scalars(
        select(ReleasePolicy)
        .where(ReleasePolicy.village_id == village_id)
        .order_by(ReleasePolicy.number.desc())
    ).all()


def check_ins_spendable_at_once(village_id: int, held_on: date) -> bool:
    """Whether a session of that day gives points that can be spent without waiting."""
    at_once = db.session.scalar(
        select(ReleasePolicy.at_once)
        .where(ReleasePolicy.village_id == village_id, ReleasePolicy.starts_on <= held_on)
        .order_by(ReleasePolicy.number.desc())
        .limit(1)
    )
    return bool(at_once)
