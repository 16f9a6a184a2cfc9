"""Deciding whether the points of a check-in wait for the notice."""

from datetime import date, timedelta

from app.activities import queries
from app.activities.models import ReleasePolicy
from app.extensions import db
from app.kit import clock
from app.kit.errors import Invalid
from app.kit.ids import new_id


def set_release_policy(
    *, village_id: int, at_once: bool, starts_on: date, record_number: str, actor_id: int
) -> ReleasePolicy:
    """Decide it for sessions from a day on; the newest decision again gives that one.

    Raises Invalid `release_start_past` (first_day): a day has one rule from its first check-in.
    """
    earlier = queries.release_policies(village_id)
    if earlier and (earlier[0].at_once, earlier[0].starts_on, earlier[0].record_number) == (
        at_once, starts_on, record_number,
    ):  # fmt: skip
        return earlier[0]
    tomorrow = clock.today() + timedelta(days=1)
    if starts_on < tomorrow:
        raise Invalid("release_start_past", first_day=tomorrow.isoformat())
    policy = ReleasePolicy(
        id=new_id(),
        village_id=village_id,
        number=len(earlier) + 1,
        at_once=at_once,
        starts_on=starts_on,
        record_number=record_number,
        decided_by=actor_id,
        decided_at=clock.now(),
    )
    db.session.add(policy)
    db.session.flush()
    return policy
