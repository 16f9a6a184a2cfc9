"""Writing down what a second look at a drawn credit found."""

from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.ids import new_id

from . import queries
from .models import Recheck


def record_recheck(
    *, village_id: int, month_code: str, entry_id: int, right: bool, note: str, actor_id: int
) -> Recheck:
    """Add a result; earlier ones stay.

    Raises NotFound `period_not_found`, `recheck_not_drawn` for a month that is open or a credit
    that was not drawn, Conflict `recheck_own_approval` or `recheck_own_household`, and Invalid
    `recheck_note_missing` when something is not right and nobody says what.
    """
    drawn = queries.recheck_list(village_id, month_code, masked=False)
    item = next((each for each in drawn.items if each.entry_id == entry_id), None)
    if item is None:
        raise NotFound("recheck_not_drawn")
    bar = queries.recheck_bar(village_id, item, actor_id)
    if bar:
        raise Conflict(bar)
    if not right and not note:
        raise Invalid("recheck_note_missing")
    recheck = Recheck(
        id=new_id(),
        village_id=village_id,
        period_id=drawn.period_id,
        entry_id=entry_id,
        is_right=right,
        note=note,
        checked_at=clock.now(),
        checked_by=actor_id,
    )
    db.session.add(recheck)
    db.session.flush()
    return recheck
