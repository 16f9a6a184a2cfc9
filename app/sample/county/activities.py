"""Activities of the county's villages: reserved for, held, attended and awarded."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from app.activities.domain.check_in import Source, State
from app.activities.domain.closing import MinutesRule
from app.activities.models import (
    Activity,
    ActivityOrganiser,
    ActivitySession,
    Attendance,
    PoolMovement,
)
from app.activities.service.closing import AWARD_SOURCE
from app.identity.domain import Role
from app.kit import clock
from app.kit.codes import CodeKind
from app.kit.ids import new_id
from app.kit.month import Month
from app.kit.points import Tenths
from app.ledger.domain.accounts import activity_pool, branch_budget
from app.ledger.domain.drafts import EntryKind, TransferDraft
from app.rulebook.domain.awards import award_transfers
from app.rulebook.models import Award

from .chronicle import ACTIVE_DAYS, FIRST_ACTIVE_DAY, Chronicle, Step
from .village import Person, Row, Settled

# Rules of one group, whose cap everybody reaches with the fourth time in a month.
_RULE_CODES = ("ZY01", "ZY02", "ZY03", "ZY04", "ZY05")
_TIMES_MAX = 4
_LENGTH = timedelta(minutes=60)
_EMPTY_SEATS_MAX = 8


def points_of_a_time(village: Settled) -> Tenths:
    """What taking part once is worth."""
    _, rule = village.rules[_RULE_CODES[0]]
    return rule.points


def plan_sessions(chronicle: Chronicle, month: Month) -> Iterator[Step]:
    """A month's activities of one session each; `times` counts who took part how often."""
    times: Counter[int] = Counter()
    for number in range(chronicle.shape.sessions):
        day = FIRST_ACTIVE_DAY + number * ACTIVE_DAYS // chronicle.shape.sessions
        minute = number % 60
        held = _Session(
            chronicle, _RULE_CODES[number % len(_RULE_CODES)],
            starts_at=chronicle.moment(month, day, 9, minute), times=times,
        )  # fmt: skip
        yield chronicle.moment(month, day, 8, minute), held.approve
        yield chronicle.moment(month, day, 18, minute), held.close


class _Session:
    """An activity and its one session."""

    def __init__(
        self, chronicle: Chronicle, rule_code: str, *, starts_at: datetime, times: Counter[int]
    ) -> None:
        self._chronicle = chronicle
        self._village = chronicle.village
        self._rule_id, self._rule = self._village.rules[rule_code]
        self._starts_at = starts_at
        self._times = times
        self._reserved = Tenths(chronicle.shape.seats * self._rule.points)
        self._activity_id = self._session_id = 0

    def approve(self) -> None:
        """Write the activity down and move its points into the pool."""
        village, now = self._village, clock.now()
        president_id = village.staff[Role.BRANCH_PRESIDENT]
        organiser_id = village.staff[Role.ORGANISER]
        self._activity_id = village.add(
            Activity,
            village_id=village.id,
            title=self._rule.title,
            place="村委会院坝",
            rule_version_id=village.rule_version_id,
            rule_id=self._rule_id,
            rule_code=self._rule.code,
            spends=False,
            points=self._rule.points,
            hourly=False,
            checks_out=False,
            drop_in=True,
            created_at=now,
            created_by=organiser_id,
            approved_at=now,
            approved_by=president_id,
            cancel_reason="",
        )
        village.rows[ActivityOrganiser].append(
            {"activity_id": self._activity_id, "account_id": organiser_id}
        )
        self._move(self._reserved, returns=False)

    def close(self) -> None:
        """Write down who came, award them, and give back what was not needed."""
        village, organiser_id = self._village, self._village.staff[Role.ORGANISER]
        self._session_id = village.add(
            ActivitySession,
            village_id=village.id,
            activity_id=self._activity_id,
            starts_at=self._starts_at,
            ends_at=self._starts_at + _LENGTH,
            seats=self._chronicle.shape.seats,
            poster_code=village.fresh_code(CodeKind.POSTER),
            reserved=self._reserved,
            closed_at=clock.now(),
            closed_by=organiser_id,
        )
        came = self._draw_participants()
        for person in came:
            self._award(person, organiser_id)
        left = Tenths(self._reserved - len(came) * self._rule.points)
        if left:
            self._move(left, returns=True)

    def _draw_participants(self) -> list[Person]:
        village, seats = self._village, self._chronicle.shape.seats
        wish = min(seats - village.rng.randrange(_EMPTY_SEATS_MAX + 1), len(village.persons))
        drawn = village.rng.sample(village.persons, max(wish, 1))
        return [person for person in drawn if self._times[person.id] < _TIMES_MAX]

    def _award(self, person: Person, organiser_id: int) -> None:
        village, points = self._village, self._rule.points
        pool = activity_pool(village.id, self._activity_id)
        attendance_id, award_id = new_id(), new_id()
        key = f"attendance:{attendance_id}"
        occurred_on = clock.local(self._starts_at).date()
        entry_id = self._chronicle.post(
            EntryKind.AWARD,
            f"award:{key}",
            award_transfers(
                village_id=village.id,
                household_id=person.household_id,
                member_id=person.id,
                from_account=pool,
                granted=points,
            ),
            actor_id=organiser_id,
            occurred_on=occurred_on,
            rule_version_id=village.rule_version_id,
            memo=self._rule.code,
        )
        self._write_award(person, award_id, key, entry_id)
        village.rows[Attendance].append(
            {
                "id": attendance_id,
                **_of(village, person),
                "session_id": self._session_id,
                "state": State.PRESENT,
                "source": Source.ROSTER,
                "staff_entry": False,
                "checked_in_at": self._starts_at,
                "checked_in_by": organiser_id,
                "reason": "",
                "minutes": _LENGTH // timedelta(minutes=1),
                "minutes_rule": MinutesRule.PLANNED,
                "award_id": award_id,
            }
        )
        self._times[person.id] += 1
        self._chronicle.earned[person.household_id] += points

    def _write_award(self, person: Person, award_id: int, key: str, entry_id: int) -> None:
        village, points = self._village, self._rule.points
        pool = activity_pool(village.id, self._activity_id)
        village.rows[Award].append(
            {
                "id": award_id,
                **_of(village, person),
                "rule_version_id": village.rule_version_id,
                "rule_id": self._rule_id,
                "occurred_on": clock.local(self._starts_at).date(),
                "asked": points,
                "granted": points,
                "rule_code": self._rule.code,
                "cap_group": self._rule.cap.group if self._rule.cap else "",
                "cap_used_before": self._times[person.id] * points,
                "from_owner_kind": pool.owner_kind,
                "from_owner_id": pool.owner_id,
                "from_purpose": pool.purpose,
                "source_kind": AWARD_SOURCE,
                "source_id": self._session_id,
                "idempotency_key": key,
                "entry_id": entry_id,
                "actor_id": village.staff[Role.ORGANISER],
                "created_at": clock.now(),
                "reversal_reason": "",
            }
        )

    def _move(self, amount: Tenths, *, returns: bool) -> None:
        village = self._village
        budget, pool = branch_budget(village.id), activity_pool(village.id, self._activity_id)
        debit, credit = (pool, budget) if returns else (budget, pool)
        movement_id = new_id()
        entry_id = self._chronicle.post(
            EntryKind.POOL_RETURN if returns else EntryKind.POOL_RESERVE,
            f"pool-movement:{movement_id}",
            [TransferDraft(debit, credit, amount)],
            actor_id=village.staff[Role.BRANCH_PRESIDENT],
        )
        village.rows[PoolMovement].append(
            {
                "id": movement_id,
                "village_id": village.id,
                "activity_id": self._activity_id,
                "returns": returns,
                "amount": amount,
                "entry_id": entry_id,
            }
        )


def _of(village: Settled, person: Person) -> Row:
    return {
        "village_id": village.id,
        "member_id": person.id,
        "household_id": person.household_id,
    }
