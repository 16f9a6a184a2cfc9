"""What a closed session came to, line by line."""

from dataclasses import dataclass

from app.activities.domain.check_in import ATTENDED
from app.activities.domain.closing import count_minutes
from app.activities.domain.signups import HoldState
from app.activities.models import Attendance
from app.kit.points import Tenths
from app.rulebook import queries as rulebook
from app.rulebook.domain.rules import Cap

from .attendance import attendances, live_signups
from .sessions import SessionView, window_of, worth_of


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One attendance: points asked and granted (for a spending activity: the price, and what was
    taken), and the cap when less was granted.
    """

    attendance: Attendance
    minutes: int
    asked: Tenths
    granted: Tenths
    cap: Cap | None = None


def result_lines(view: SessionView) -> list[ResultLine]:
    """Everybody written down; before the closing, what they would be asked for."""
    paid = {
        signup.member_id: Tenths(signup.held)
        for signup in live_signups(view.session.id)
        if signup.hold_state == HoldState.PAID
    }
    awards = {
        award.id: award
        for award in rulebook.awards(view.session.village_id, source_id=view.session.id)
    }
    cap = rulebook.rule(view.session.village_id, view.activity.rule_id).cap
    lines = []
    for row in attendances(view.session.id):
        attended = row.state in ATTENDED
        minutes = row.minutes
        if minutes is None and attended:
            minutes = count_minutes(
                window_of(view.session), row.checked_in_at, row.checked_out_at
            ).minutes
        asked = worth_of(view.activity).for_minutes(minutes or 0) if attended else Tenths(0)
        granted = paid.get(row.member_id, Tenths(0))
        if row.award_id is not None:
            granted = Tenths(awards[row.award_id].granted)
        cut = row.award_id is not None and granted < asked
        lines.append(ResultLine(row, minutes or 0, asked, granted, cap if cut else None))
    return lines
