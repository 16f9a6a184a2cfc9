"""A village whose history is being written: its rows, its book, and its calendar."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from functools import partial
from random import Random

from app.identity.domain import SYSTEM_ACTOR_ID
from app.kit import clock
from app.kit.month import Month
from app.ledger.domain.drafts import EntryDraft, EntryKind, TransferDraft
from app.ledger.domain.sealing import SECRET_BYTES
from app.ledger.service.loading import WholeBook

from .shape import FIRST_MONTH, CountyShape
from .village import Settled

FIRST_ACTIVE_DAY, ACTIVE_DAYS = 4, 20
"""Activities and redemptions fall on these days of a month; before them it is prepared, after them
it is closed."""

Step = tuple[datetime, Callable[[], object]]
"""What is to be done at that moment."""


class Chronicle:
    """What the events of a village write to; `earned` is the open month's, by household."""

    def __init__(self, shape: CountyShape, village: Settled, *, seconds: int) -> None:
        self.shape = shape
        self.village = village
        # Secrets that come out the same every time, as everything of a sample does.
        draw = Random(village.id).randbytes  # noqa: S311
        self.book = WholeBook(
            village.id, first_month=FIRST_MONTH, make_secret=partial(draw, SECRET_BYTES)
        )
        self.earned: Counter[int] = Counter()
        self._seconds = seconds

    def moment(self, month: Month, day: int, hour: int, minute: int = 0) -> datetime:
        """That minute in this village, at the village's own second."""
        at = time(hour, minute, self._seconds)
        return clock.instant(date(month.year, month.number, day), at)

    def post(
        self,
        kind: EntryKind,
        key: str,
        transfers: Sequence[TransferDraft],
        *,
        actor_id: int = SYSTEM_ACTOR_ID,
        occurred_on: date | None = None,
        rule_version_id: int | None = None,
        memo: str = "",
    ) -> int:
        """Post an entry of this instant and give its id."""
        return self.book.post(
            EntryDraft(
                village_id=self.village.id,
                kind=kind,
                occurred_on=occurred_on or clock.today(),
                actor_id=actor_id,
                idempotency_key=key,
                transfers=tuple(transfers),
                rule_version_id=rule_version_id,
                memo=memo,
            )
        )
