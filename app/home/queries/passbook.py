"""A household's passbook: every movement of its points, with what it was for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from app.home.domain import Holdings
from app.incentives.domain.postings import BONUS_KINDS
from app.kit.month import Month
from app.kit.points import Tenths
from app.ledger import queries as books
from app.ledger.domain.accounts import Purpose, household_points
from app.ledger.domain.drafts import EntryKind
from app.ledger.queries import StatementLine
from app.notices.domain import EARNED
from app.people import queries as people
from app.people.domain.households import MemberStatus
from app.rulebook import queries as rulebook

from .appearances import Appearance, appearances
from .causes import NO_CAUSE, Cause, causes

_PURPOSES = (Purpose.SPENDABLE, Purpose.PENDING, Purpose.HELD)


@dataclass(frozen=True, slots=True)
class PassbookLine:
    """One movement: the change of each account (tenths), and what was there afterwards.

    `month` is the month that a settling made spendable or a bonus is for. `reversed_kind` is set
    on a reversal, whose cause is that of the entry it takes back. `appears_on` is the notice of a
    credit, once its month is closed.
    """

    cursor: int
    entry_id: int
    kind: EntryKind
    occurred_on: date
    posted_at: datetime
    reverses_id: int | None
    spendable: Tenths
    pending: Tenths
    held: Tenths
    after: Holdings
    month: Month | None
    cause: Cause = NO_CAUSE
    reversed_kind: EntryKind | None = None
    is_reversed: bool = False
    appears_on: Appearance | None = None

    @property
    def change(self) -> Tenths:
        """What it changed of everything the household has."""
        return Tenths(self.spendable + self.pending + self.held)

    @property
    def moved(self) -> Tenths:
        """How much went from one of the household's accounts to another, or in or out."""
        return Tenths(max(abs(self.spendable), abs(self.pending), abs(self.held)))

    @property
    def waits_for_notice(self) -> bool:
        """Whether it is a credit that cannot be spent yet."""
        settled = self.appears_on is not None and self.appears_on.settled
        return self.kind in EARNED and self.pending > 0 and not settled and not self.is_reversed


@dataclass(frozen=True, slots=True)
class MemberShare:
    """What somebody earned for the household, reversals taken off.

    `name` is empty for what was awarded to the household itself.
    """

    name: str
    points: Tenths


def holdings(village_id: int, household_id: int) -> Holdings:
    """What the household has now."""
    addresses = [household_points(village_id, household_id, purpose) for purpose in _PURPOSES]
    found = books.balances(addresses)
    return Holdings(*(Tenths(found[address]) for address in addresses))


def passbook(
    village_id: int, household_id: int, *, before_id: int | None = None, limit: int
) -> list[PassbookLine]:
    """Movements, newest first; `before_id` is the cursor of the last line of the page before."""
    statements = {
        purpose: books.statement(
            household_points(village_id, household_id, purpose), before_id=before_id, limit=limit
        )
        for purpose in _PURPOSES
    }
    return _explained(village_id, _merged(statements, limit))


def shares(village_id: int, household_id: int) -> list[MemberShare]:
    """What each member earned, in the order of the register; those who left only if they did."""
    granted = rulebook.granted_by_member(village_id, household_id)
    present = people.members_of(household_id)
    known = {person.id for person in present}
    elsewhere = people.members(
        village_id, member_ids={member_id for member_id in granted if member_id} - known
    )
    return [
        MemberShare(name, granted.get(member_id, Tenths(0)))
        for member_id, name, always in (
            *((person.id, person.name, person.status is MemberStatus.ACTIVE) for person in present),
            *((person.id, person.name, False) for person in elsewhere),
            (None, "", False),
        )
        if always or granted.get(member_id)
    ]


def _merged(
    statements: Mapping[Purpose, Sequence[StatementLine]], limit: int
) -> list[PassbookLine]:
    """The accounts' statements as one, with what each account held after each movement."""
    # An account whose page is empty had no movement before it, so it held nothing.
    after = {
        purpose: lines[0].balance_after if lines else 0 for purpose, lines in statements.items()
    }
    by_transfer: dict[int, dict[Purpose, StatementLine]] = {}
    for purpose, lines in statements.items():
        for line in lines:
            by_transfer.setdefault(line.transfer_id, {})[purpose] = line
    merged = []
    for transfer_id in sorted(by_transfer, reverse=True)[:limit]:
        changes = by_transfer[transfer_id]
        merged.append(_line(changes, after))
        for purpose, line in changes.items():
            after[purpose] -= line.amount
    return merged


def _line(changes: Mapping[Purpose, StatementLine], after: Mapping[Purpose, int]) -> PassbookLine:
    line = next(iter(changes.values()))
    spendable, pending, held = (
        Tenths(changes[purpose].amount if purpose in changes else 0) for purpose in _PURPOSES
    )
    return PassbookLine(
        cursor=line.transfer_id,
        entry_id=line.entry_id,
        kind=line.kind,
        occurred_on=line.occurred_on,
        posted_at=line.posted_at,
        reverses_id=line.reverses_id,
        spendable=spendable,
        pending=pending,
        held=held,
        after=Holdings(*(Tenths(after[purpose]) for purpose in _PURPOSES)),
        # These carry their month as memo.
        month=Month.parse(line.memo) if line.kind in {EntryKind.SETTLE, *BONUS_KINDS} else None,
    )


def _explained(village_id: int, lines: Sequence[PassbookLine]) -> list[PassbookLine]:
    entry_ids = [line.entry_id for line in lines]
    reversed_ids = [line.reverses_id for line in lines if line.reverses_id]
    known = causes(village_id, {*entry_ids, *reversed_ids})
    reversals = books.reversals_of(village_id, entry_ids)
    kinds = {
        row.id: EntryKind(row.kind) for row in books.entries(village_id, entry_ids=reversed_ids)
    }
    on_notices = appearances(village_id, [line.entry_id for line in lines if line.kind in EARNED])
    return [
        replace(
            line,
            cause=known.get(line.reverses_id or line.entry_id, NO_CAUSE),
            reversed_kind=kinds.get(line.reverses_id or 0),
            is_reversed=line.entry_id in reversals,
            appears_on=on_notices.get(line.entry_id),
        )
        for line in lines
    ]
