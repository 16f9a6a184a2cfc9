"""The village of the hammer: a month is closed and posted, the next one is running."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from app.activities import service as activities
from app.activities.domain.check_in import Source
from app.extensions import db
from app.identity.domain import SYSTEM_ACTOR_ID
from app.kit import clock
from app.kit.points import Tenths
from app.ledger import queries
from app.ledger import service as ledger
from app.ledger.domain.accounts import (
    Purpose,
    branch_budget,
    good_account,
    household_spendable,
    issuance,
)
from app.ledger.domain.drafts import EntryDraft, EntryKind, TransferDraft
from app.notices import service as notices
from app.notices.domain import NoticePeriod
from app.web.transaction import run_in_transaction
from tests.fire.caller import Step
from tests.fire.crowd import Call, Crowd, gathered
from tests.fire.reckoning import ledger_findings, reckon
from tests.fire.village import Village, application_on, make_village
from tests.fire.web import WebServer, running

CALLERS = 16
TENTHS_EACH = 200
EARNERS = [f"{number:04d}" for number in range(51, 57)]
"""Who earned something in the month whose notice may be settled today."""
_HOUSEHOLDS = 56
_BUDGET = Tenths(20_000)


@dataclass
class Arena:
    """The village under a web server, and those who call it."""

    village: Village
    earned_session_id: int
    notice_id: int
    web: WebServer
    crowd: Crowd
    _calls: list[Call] = field(default_factory=list)

    def at_once(self, parts: Sequence[Sequence[Step]]) -> list[Call]:
        """Each part is sent by a caller of its own; the books must hold afterwards."""
        calls = self.crowd.do(self.web.port, parts)
        assert not [call for call in calls if call.status in (0, 500)]
        self._calls += calls
        losses = reckon(self._calls)
        assert not losses, losses
        assert ledger_findings() == []
        return calls

    def spendable(self, passbook_no: str) -> int:
        """Tenths that the household may spend."""
        household_id = self.village.household_id(passbook_no)
        return queries.balance(household_spendable(self.village.id, household_id))

    def pending(self) -> int:
        """Tenths that wait for a notice, all households together."""
        return sum(queries.balances_of_purpose(self.village.id, Purpose.PENDING).values())

    def on_shelf(self, good_id: int) -> int:
        """Pieces left."""
        shelf = good_account(self.village.id, self.village.store_id, Purpose.SHELF, good_id)
        return queries.balance(shelf)

    def open_month(self) -> str:
        """The month that is posted to."""
        found = queries.open_period(self.village.id)
        assert found is not None
        return found.month


@contextmanager
def opened_arena(database_url: str, folder: Path) -> Iterator[Arena]:
    """Make the village in an empty, migrated database and start server and callers."""
    with application_on(database_url):
        village, session_id, notice_id = _make_history()
        db.session.remove()
        with (
            gathered(CALLERS, folder) as crowd,
            running(WebServer(database_url, folder / "log")) as web,
        ):
            yield Arena(village, session_id, notice_id, web, crowd)
        assert "unexpected failure" not in web.log


def _make_history() -> tuple[Village, int, int]:
    """The village, the session of the month that is closed, and that month's notice."""
    now = clock.now()
    with clock.stopped_at(now - timedelta(days=20)):
        village = make_village(tills=CALLERS, households=_HOUSEHOLDS, tenths_each=TENTHS_EACH)
        run_in_transaction(lambda: _give_budget(village))
        session_id = village.plan_session(clock.now(), seats=len(EARNERS), approved=True).session
        run_in_transaction(lambda: _attend_and_close(village, session_id))
    with clock.stopped_at(now - timedelta(days=12)):
        notice_id = run_in_transaction(
            lambda: (
                notices.close_month(
                    village_id=village.id, month=village.month, actor_id=SYSTEM_ACTOR_ID
                ).id
            )
        )
        run_in_transaction(lambda: _publish(village, notice_id))
    village.sign_in()
    return village, session_id, notice_id


def _give_budget(village: Village) -> None:
    """Not as a grant, because grants are compared with what the callers have sent."""
    transfer = TransferDraft(issuance(village.id), branch_budget(village.id), _BUDGET)
    draft = EntryDraft(
        village_id=village.id,
        kind=EntryKind.MOVE,
        occurred_on=clock.today(),
        actor_id=SYSTEM_ACTOR_ID,
        idempotency_key="budget",
        transfers=(transfer,),
    )
    ledger.post([draft])


def _attend_and_close(village: Village, session_id: int) -> None:
    activities.check_in_list(
        village_id=village.id,
        session_id=session_id,
        member_ids=[village.member_id(number) for number in EARNERS],
        source=Source.ROSTER,
        actor_id=SYSTEM_ACTOR_ID,
    )
    activities.close_session(village_id=village.id, session_id=session_id, actor_id=SYSTEM_ACTOR_ID)


def _publish(village: Village, notice_id: int) -> None:
    period = NoticePeriod.starting(clock.today(), 7)
    notices.publish_notice(
        village_id=village.id,
        notice_id=notice_id,
        period=period,
        actor_id=SYSTEM_ACTOR_ID,
    )
