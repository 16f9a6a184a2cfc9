"""Two applications that live the same life: one on SQLite, one on PostgreSQL."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from flask import Flask

from app.kit import clock
from app.kit.errors import DomainError
from app.kit.ids import use_node
from app.ledger.domain.accounts import Address, OwnerKind, Purpose
from app.ledger.domain.drafts import EntryDraft, EntryKind, TransferDraft
from app.web.transaction import run_in_transaction

from .places import Account
from .reference import Refused, Wish

T = TypeVar("T")

_LIFE_DAYS = 3
_NODES = 512


class Twins:
    """Does everything twice, at the same instant and with the same ids, and compares."""

    def __init__(self, apps: Sequence[Flask]) -> None:
        self._apps = apps
        self._lives = 0
        self._node = 0
        self.now = datetime(2026, 10, 1, tzinfo=UTC)

    def begin_life(self) -> int:
        """The number of a new life; its instants are apart from those of every other life."""
        self._lives += 1
        self.now = datetime(2026, 10, 1, tzinfo=UTC) + timedelta(days=_LIFE_DAYS) * self._lives
        return self._lives

    def write(self, work: Callable[[], T], *, ahead: timedelta = timedelta(0)) -> T | Refused:
        """Commit the work, on a server whose clock is that far ahead; what it gave or refused."""
        # Ids start anew from the clock each time, so another node keeps them apart, as it does for
        # two servers.
        self._node = (self._node + 1) % _NODES
        outcome = self._on_both(lambda: _outcome(lambda: run_in_transaction(work)), ahead)
        self.now += timedelta(milliseconds=7)
        return outcome

    def read(self, work: Callable[[], T]) -> T:
        """What both books say."""
        return self._on_both(work, timedelta(0))

    def _on_both(self, work: Callable[[], T], ahead: timedelta) -> T:
        given = []
        for app in self._apps:
            use_node(self._node)
            with clock.stopped_at(self.now + ahead), app.app_context():
                given.append(work())
        first, second = given
        assert first == second, f"SQLite: {first}\nPostgreSQL: {second}"
        return first


def to_address(account: Account) -> Address:
    village, kind, owner, purpose, unit = account
    return Address(village, OwnerKind(kind), owner, Purpose(purpose), unit)


def to_draft(wish: Wish) -> EntryDraft:
    return EntryDraft(
        village_id=wish.village,
        kind=EntryKind(wish.kind),
        occurred_on=wish.on,
        actor_id=wish.actor,
        idempotency_key=wish.key,
        transfers=tuple(
            TransferDraft(to_address(debit), to_address(credit), amount)
            for debit, credit, amount in wish.moves
        ),
        reverses_id=wish.reverses,
        rule_version_id=wish.rule,
        memo=wish.memo,
    )


def refusal(error: DomainError) -> Refused:
    return Refused(error.code, dict(error.facts))


def _outcome(work: Callable[[], T]) -> T | Refused:
    try:
        return work()
    except DomainError as error:
        return refusal(error)
