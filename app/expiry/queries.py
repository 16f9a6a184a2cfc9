"""Reads of expiry policies and runs, and what would expire when."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select

from app.expiry.domain import (
    EARNED_KINDS,
    Lot,
    Terms,
    due_day,
    expiring_lots,
    next_day,
)
from app.expiry.models import ExpiryLine, ExpiryLot, ExpiryPolicy, ExpiryRun
from app.extensions import db
from app.kit import clock
from app.kit.db import among
from app.kit.errors import NotFound
from app.kit.points import Tenths
from app.ledger import queries as books
from app.ledger.domain.accounts import (
    POINT,
    Purpose,
    expired,
    household_spendable,
)
from app.ledger.domain.drafts import EntryKind, TransferDraft, mirrored
from app.ledger.queries.witnesses import Witness, WitnessSource, names_newer
from app.people import queries as people
from app.people.domain.households import HouseholdRef, HouseholdStatus


def policies(village_id: int) -> Sequence[ExpiryPolicy]:
    """The policies of a village in the order in which they were announced."""
    return db.session.scalars(
        select(ExpiryPolicy)
        .where(ExpiryPolicy.village_id == village_id)
        .order_by(ExpiryPolicy.number)
    ).all()


def runs(village_id: int) -> Sequence[ExpiryRun]:
    """The acting days that were asked for or posted, newest first."""
    return db.session.scalars(
        select(ExpiryRun)
        .where(ExpiryRun.village_id == village_id)
        .order_by(ExpiryRun.acts_on.desc())
    ).all()


def run(village_id: int, run_id: int) -> ExpiryRun:
    """An acting day of the village; NotFound `expiry_run_not_found`."""
    found = db.session.get(ExpiryRun, run_id)
    if found is None or found.village_id != village_id:
        raise NotFound("expiry_run_not_found")
    return found


def policy(policy_id: int) -> ExpiryPolicy:
    """The policy of a run."""
    return db.session.get_one(ExpiryPolicy, policy_id)


def due(village_id: int, today: date) -> tuple[ExpiryPolicy, date] | None:
    """The policy and its acting day that has come and was not posted, see `domain.due_day`."""
    return due_day(policies(village_id), today, _posted_days(village_id))


def coming(village_id: int, today: date) -> tuple[ExpiryPolicy, date] | None:
    """The policy and the next day on which it acts, see `domain.next_day`."""
    return next_day(policies(village_id), today, _posted_days(village_id))


def _posted_days(village_id: int) -> set[date]:
    return {each.acts_on for each in runs(village_id) if each.posted_at is not None}


@dataclass(frozen=True, slots=True)
class Expiring:
    """What of a household's points expires, oldest first."""

    household: HouseholdRef
    lots: Sequence[Lot]

    @property
    def points(self) -> Tenths:
        return Tenths(sum(lot.amount for lot in self.lots))


def preview(village_id: int, terms: Terms, on: date) -> list[Expiring]:
    """What would expire on a day as the books stand now, by grid and passbook number.

    Households of which nothing would expire are left out.
    """
    held = books.balances_of_purpose(village_id, Purpose.SPENDABLE, POINT)
    free = {household_id: balance for (household_id, _), balance in held.items() if balance}
    found = expiring(village_id, terms, on, free)
    return [
        Expiring(household, found[household.id])
        for household in people.households(village_id)
        if household.id in found
    ]


def expiring(
    village_id: int, terms: Terms, on: date, free: dict[int, int]
) -> dict[int, Sequence[Lot]]:
    """By living household, where anything expires; `free` says what each has to spend (tenths).

    A day that has passed takes of what stood at its end, and what was used since came from that.
    """
    day_end = clock.instant(on + timedelta(days=1), time())
    left = dict(free)
    taken = _taken(village_id, free.keys())
    lots: dict[int, list[Lot]] = {}
    for credit in books.credits_of_households(village_id, EARNED_KINDS, free.keys()):
        if credit.spendable_at > day_end:
            left[credit.household_id] -= credit.amount
            continue
        amount = credit.amount - taken.get((credit.household_id, credit.entry_id), 0)
        if amount > 0:
            lot = Lot(credit.entry_id, credit.occurred_on, amount)
            lots.setdefault(credit.household_id, []).append(lot)
    if clock.now() > day_end:
        stood = _stood(village_id, lots.keys(), day_end)
        left = {each: min(left[each], stood[each]) for each in lots}
    found = {
        household_id: expiring_lots(terms, on, theirs, left[household_id])
        for household_id, theirs in lots.items()
    }
    households = people.find_households(village_id, [each for each in found if found[each]])
    return {
        household_id: found[household_id]
        for household_id, household in sorted(households.items())
        if household.status is HouseholdStatus.ACTIVE
    }


def _stood(village_id: int, household_ids: Collection[int], moment: datetime) -> dict[int, int]:
    """What each had to spend at an instant: what was put aside then does not expire."""
    accounts = [household_spendable(village_id, each) for each in household_ids]
    return {account.owner_id: held for account, held in books.balances_at(accounts, moment).items()}


def _taken(village_id: int, household_ids: Collection[int]) -> dict[tuple[int, int], int]:
    """What expired of an entry's points already and was not given back, by household and entry."""
    rows = db.session.execute(
        select(ExpiryLine.household_id, ExpiryLot.earned_entry_id, func.sum(ExpiryLot.amount))
        .join(ExpiryLot, ExpiryLot.line_id == ExpiryLine.id)
        .where(
            ExpiryLine.village_id == village_id,
            ExpiryLine.reversal_entry_id.is_(None),
            among(ExpiryLine.household_id, set(household_ids)),
        )
        .group_by(ExpiryLine.household_id, ExpiryLot.earned_entry_id)
    )
    return {(household_id, entry_id): int(amount) for household_id, entry_id, amount in rows}


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a household loses on a day unless it uses it before."""

    points: Tenths
    on: date
    terms: Terms


def announcement(village_id: int, household_id: int, today: date) -> Announcement | None:
    """What is announced to a household; None when nothing of its points is about to expire."""
    found = coming(village_id, today)
    if found is None:
        return None
    policy, on = found
    balance = books.balance(household_spendable(village_id, household_id))
    lots = expiring(village_id, policy.terms, on, {household_id: balance}).get(household_id, ())
    if not lots:
        return None
    return Announcement(Tenths(sum(lot.amount for lot in lots)), on, policy.terms)


def lines(run_id: int) -> Sequence[ExpiryLine]:
    """What a posted day took, in the order of posting."""
    return db.session.scalars(
        select(ExpiryLine).where(ExpiryLine.run_id == run_id).order_by(ExpiryLine.entry_id)
    ).all()


def line(village_id: int, line_id: int) -> ExpiryLine:
    """A posted line of the village; NotFound `expiry_line_not_found`."""
    found = db.session.get(ExpiryLine, line_id)
    if found is None or found.village_id != village_id:
        raise NotFound("expiry_line_not_found")
    return found


def lines_of_entries(village_id: int, entry_ids: Collection[int]) -> dict[int, ExpiryLine]:
    """The lines that those of the entries are which let points expire, by entry."""
    rows = db.session.scalars(
        select(ExpiryLine).where(
            ExpiryLine.village_id == village_id, among(ExpiryLine.entry_id, set(entry_ids))
        )
    )
    return {row.entry_id: row for row in rows}


def lots_of(line_ids: Collection[int]) -> dict[int, list[ExpiryLot]]:
    """Which earned points each line took, oldest first."""
    found: dict[int, list[ExpiryLot]] = {}
    for lot in db.session.scalars(
        select(ExpiryLot)
        .where(among(ExpiryLot.line_id, set(line_ids)))
        .order_by(ExpiryLot.earned_on, ExpiryLot.earned_entry_id)
    ):
        found.setdefault(lot.line_id, []).append(lot)
    return found


@dataclass(frozen=True, slots=True)
class PostedLine:
    """A line with its household and the points it took."""

    line: ExpiryLine
    household: HouseholdRef
    lots: Sequence[ExpiryLot]


def posted_lines(village_id: int, run_id: int) -> list[PostedLine]:
    """What a posted day took from whom."""
    found = lines(run_id)
    households = people.find_households(village_id, {each.household_id for each in found})
    lots = lots_of([each.id for each in found])
    return [PostedLine(each, households[each.household_id], lots[each.id]) for each in found]


def totals(village_id: int) -> dict[int, tuple[int, Tenths]]:
    """How many households each posted day took how much from, what was given back included."""
    rows = db.session.execute(
        select(ExpiryLine.run_id, func.count(), func.sum(ExpiryLine.amount))
        .where(ExpiryLine.village_id == village_id)
        .group_by(ExpiryLine.run_id)
    )
    return {run_id: (count, Tenths(int(amount))) for run_id, count, amount in rows}


def transfers_of(village_id: int, household_id: int, amount: int) -> tuple[TransferDraft, ...]:
    """What an expiry is in the books."""
    spendable = household_spendable(village_id, household_id)
    return (TransferDraft(spendable, expired(village_id), amount),)


def _testify(village_id: int, since: int | None) -> Iterator[Witness]:
    rows = db.session.scalars(
        select(ExpiryLine).where(
            ExpiryLine.village_id == village_id,
            names_newer(since, ExpiryLine.entry_id, ExpiryLine.reversal_entry_id),
        )
    ).all()
    for row in rows:
        moved = transfers_of(village_id, row.household_id, row.amount)
        yield Witness(row.entry_id, moved, f"expiry line {row.id}")
        if row.reversal_entry_id is not None:
            yield Witness(row.reversal_entry_id, mirrored(moved), f"return of expiry {row.id}")


EXPIRY_WITNESS = WitnessSource("expiry", frozenset({EntryKind.EXPIRY}), _testify)
