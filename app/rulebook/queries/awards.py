"""Reads of awards, and what they testify about the books."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import cast

from sqlalchemy import ColumnElement, and_, or_, select, tuple_

from app.extensions import db
from app.kit.db import among
from app.kit.errors import NotFound
from app.kit.points import Tenths
from app.ledger.domain.accounts import (
    POINT,
    Address,
    OwnerKind,
    Purpose,
    household_pending,
    household_spendable,
)
from app.ledger.domain.drafts import EntryKind, TransferDraft, mirrored
from app.ledger.queries.witnesses import Witness, WitnessSource, names_newer
from app.rulebook.domain.awards import (
    AwardOutcome,
    CutReason,
    RuleRef,
    award_transfers,
    explain_cut,
)
from app.rulebook.domain.caps import Deed, period_days
from app.rulebook.domain.rules import Cap
from app.rulebook.models import Award

from .versions import rules_by_id


def award(village_id: int, award_id: int) -> Award:
    """An award of the village; NotFound `award_not_found`."""
    found = db.session.get(Award, award_id)
    if found is None or found.village_id != village_id:
        raise NotFound("award_not_found")
    return found


def awards(
    village_id: int,
    *,
    household_id: int | None = None,
    source_id: int | None = None,
    entry_ids: Collection[int] | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
) -> Sequence[Award]:
    """Awards of the village, newest first, narrowed by what is given."""
    query = select(Award).where(Award.village_id == village_id).order_by(Award.id.desc())
    if household_id is not None:
        query = query.where(Award.household_id == household_id)
    if source_id is not None:
        query = query.where(Award.source_id == source_id)
    if entry_ids is not None:
        query = query.where(among(Award.entry_id, entry_ids))
    if first_day is not None:
        query = query.where(Award.occurred_on >= first_day)
    if last_day is not None:
        query = query.where(Award.occurred_on <= last_day)
    return db.session.scalars(query).all()


def awards_of_period(
    village_id: int, entry_ids: Collection[int], *, since: datetime, until: datetime
) -> Sequence[Award]:
    """The awards behind these entries, and those of the time between that a cap left nothing of;
    in the order in which they were decided.
    """
    return db.session.scalars(
        select(Award)
        .where(
            Award.village_id == village_id,
            or_(
                among(Award.entry_id, entry_ids),
                and_(
                    Award.entry_id.is_(None),
                    Award.created_at >= since,
                    Award.created_at < until,
                ),
            ),
        )
        .order_by(Award.id)
    ).all()


def awarded_before(
    village_id: int,
    deeds: Sequence[tuple[Deed, Cap | None]],
    *,
    as_of: tuple[datetime, int] | None = None,
) -> list[tuple[Deed, int]]:
    """What was granted and not reversed that may count under the caps of these deeds (tenths).

    More than needed may come back; the counters look closely. `as_of` goes back to an earlier
    time: awards made from that instant on are left out, and those reversed by entries with ids
    above the given one had not been reversed yet.
    """
    capped = [(deed, cap) for deed, cap in deeds if cap is not None]
    if not capped:
        return []
    days = [period_days(cap.period, deed.occurred_on) for deed, cap in capped]
    households = {deed.household_id for deed, _ in capped}
    members = {deed.member_id for deed, _ in capped if deed.member_id is not None}
    groups = {deed.cap_group for deed, _ in capped if deed.cap_group}
    rows = db.session.execute(
        select(
            Award.rule_code, Award.cap_group, Award.member_id, Award.household_id,
            Award.occurred_on, Award.source_kind, Award.source_id, Award.granted,
        ).where(
            Award.village_id == village_id,
            *_as_of(as_of),
            Award.granted > 0,
            or_(Award.household_id.in_(households), Award.member_id.in_(members)),
            or_(
                Award.rule_code.in_({deed.rule_code for deed, _ in capped}),
                Award.cap_group.in_(groups),
            ),
            or_(
                Award.occurred_on.between(min(days)[0], max(last for _, last in days)),
                # A cap per event counts within the event, whatever the day.
                tuple_(Award.source_kind, Award.source_id).in_({deed.source for deed, _ in capped}),
            ),
        )
    )  # fmt: skip
    return [(Deed(*row[:5], (row.source_kind, row.source_id)), row.granted) for row in rows]


def _as_of(as_of: tuple[datetime, int] | None) -> list[ColumnElement[bool]]:
    if as_of is None:
        return [Award.reversal_entry_id.is_(None)]
    moment, last_entry_id = as_of
    return [
        Award.created_at < moment,
        or_(Award.reversal_entry_id.is_(None), Award.reversal_entry_id > last_entry_id),
    ]


def outcome_of(row: Award, rule: RuleRef) -> AwardOutcome:
    """What an award came to; `rule` is the award's own."""
    return AwardOutcome(
        award_id=row.id,
        asked=Tenths(row.asked),
        granted=Tenths(row.granted),
        entry_id=row.entry_id,
        cut_reason=explain_cut(
            rule,
            asked=row.asked,
            granted=row.granted,
            used_before=row.cap_used_before,
            occurred_on=row.occurred_on,
        ),
    )


def cut_reasons(village_id: int, found: Sequence[Award]) -> dict[int, CutReason]:
    """Why less was granted than asked, by the id of each award that was cut."""
    cut = [row for row in found if row.granted < row.asked]
    rules = rules_by_id(village_id, {row.rule_id for row in cut})
    reasons = {row.id: outcome_of(row, rules[row.rule_id]).cut_reason for row in cut}
    return {award_id: reason for award_id, reason in reasons.items() if reason is not None}


def return_transfers(row: Award) -> tuple[TransferDraft, ...]:
    """What brings an award that became spendable back to where it was awarded."""
    pending = household_pending(row.village_id, row.household_id)
    spendable = household_spendable(row.village_id, row.household_id)
    return (TransferDraft(spendable, pending, row.granted),)


def from_account(row: Award) -> Address:
    """The account an award was paid from."""
    return Address(
        row.village_id,
        OwnerKind(row.from_owner_kind),
        row.from_owner_id,
        Purpose(row.from_purpose),
        POINT,
    )


_TESTIMONY = (
    Award.id, Award.village_id, Award.member_id, Award.household_id, Award.granted, Award.entry_id,
    Award.from_owner_kind, Award.from_owner_id, Award.from_purpose, Award.return_entry_id,
    Award.reversal_entry_id, Award.at_once,
)  # fmt: skip


def _testify(village_id: int, since: int | None) -> Iterator[Witness]:
    query = select(*_TESTIMONY).where(
        Award.village_id == village_id,
        Award.entry_id.is_not(None),
        names_newer(since, Award.entry_id, Award.return_entry_id, Award.reversal_entry_id),
    )
    for found in db.session.execute(query):
        # Read like an award, without the cost of making it one that could be changed.
        row = cast("Award", found)
        transfers = award_transfers(
            village_id=row.village_id,
            household_id=row.household_id,
            member_id=row.member_id,
            from_account=from_account(row),
            granted=Tenths(row.granted),
            at_once=row.at_once,
        )
        yield Witness(row.entry_id or 0, transfers, f"award {row.id}")
        if row.return_entry_id is not None:
            yield Witness(row.return_entry_id, return_transfers(row), f"return of award {row.id}")
        if row.reversal_entry_id is not None:
            yield Witness(row.reversal_entry_id, mirrored(transfers), f"reversal of award {row.id}")


AWARD_WITNESS = WitnessSource(
    "awards", frozenset({EntryKind.AWARD, EntryKind.BONUS, EntryKind.SETTLE_RETURN}), _testify
)
