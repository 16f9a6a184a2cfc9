"""Reads of rule book versions, rules and awards."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date

from sqlalchemy import func, select, tuple_

from app.extensions import db
from app.kit.errors import NotFound
from app.kit.points import Tenths
from app.ledger.domain.accounts import POINT, Address, OwnerKind, Purpose
from app.ledger.domain.drafts import EntryKind
from app.ledger.queries.witnesses import Witness, WitnessSource

from .domain.awards import RuleRef, award_transfers
from .domain.caps import CapKey
from .domain.rules import Cap, CapPeriod, CapScope, RuleKind
from .models import Award, RuleRow, RuleVersion

_KEYS_PER_STATEMENT = 1000


def versions(village_id: int) -> Sequence[RuleVersion]:
    """The versions of a village's rule book, newest first."""
    return db.session.scalars(
        select(RuleVersion)
        .where(RuleVersion.village_id == village_id)
        .order_by(RuleVersion.number.desc())
    ).all()


def version(village_id: int, version_id: int) -> RuleVersion:
    """A version of the village; NotFound `rule_version_not_found`."""
    found = db.session.get(RuleVersion, version_id)
    if found is None or found.village_id != village_id:
        raise NotFound("rule_version_not_found")
    return found


def current_version(village_id: int, on: date) -> RuleVersion | None:
    """The version that counts on a day: the last one that had started by then."""
    return db.session.scalar(
        select(RuleVersion)
        .where(RuleVersion.village_id == village_id, RuleVersion.starts_on <= on)
        .order_by(RuleVersion.starts_on.desc(), RuleVersion.number.desc())
        .limit(1)
    )


def rules(version_id: int, kinds: Collection[RuleKind] | None = None) -> list[RuleRef]:
    """The rules of a version in the order of its file."""
    query = select(RuleRow).where(RuleRow.rule_version_id == version_id).order_by(RuleRow.position)
    if kinds is not None:
        query = query.where(RuleRow.kind.in_(kinds))
    return [_ref(row) for row in db.session.scalars(query)]


def rule(village_id: int, rule_id: int) -> RuleRef:
    """A rule of any version of the village; NotFound `rule_not_found`."""
    found = rules_by_id(village_id, [rule_id])
    if not found:
        raise NotFound("rule_not_found")
    return found[rule_id]


def rules_by_id(village_id: int, rule_ids: Collection[int]) -> dict[int, RuleRef]:
    """Those of the rules that are the village's."""
    rows = db.session.scalars(
        select(RuleRow)
        .join(RuleVersion, RuleVersion.id == RuleRow.rule_version_id)
        .where(RuleVersion.village_id == village_id, RuleRow.id.in_(rule_ids))
    )
    return {row.id: _ref(row) for row in rows}


def rule_by_code(version_id: int, code: str) -> RuleRef:
    """A rule of a version by its code; NotFound `rule_not_found`."""
    row = db.session.scalar(
        select(RuleRow).where(RuleRow.rule_version_id == version_id, RuleRow.code == code)
    )
    if row is None:
        raise NotFound("rule_not_found")
    return _ref(row)


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
        query = query.where(Award.entry_id.in_(entry_ids))
    if first_day is not None:
        query = query.where(Award.occurred_on >= first_day)
    if last_day is not None:
        query = query.where(Award.occurred_on <= last_day)
    return db.session.scalars(query).all()


def cap_usage(village_id: int, keys: Collection[CapKey]) -> dict[CapKey, int]:
    """How much of each counter is used up by awards that were not reversed (tenths)."""
    wanted = list(keys)
    used: dict[CapKey, int] = defaultdict(int)
    columns = (Award.cap_owner_id, Award.cap_counted, Award.cap_window)
    for start in range(0, len(wanted), _KEYS_PER_STATEMENT):
        some = wanted[start : start + _KEYS_PER_STATEMENT]
        rows = db.session.execute(
            select(*columns, Award.cap_scope, func.sum(Award.granted))
            .where(
                Award.village_id == village_id,
                Award.reversal_entry_id.is_(None),
                tuple_(*columns).in_([(key.owner_id, key.counted, key.window) for key in some]),
            )
            .group_by(*columns, Award.cap_scope)
        )
        for owner_id, counted, window, scope, granted in rows:
            used[CapKey(counted, CapScope(scope), owner_id, window)] += int(granted)
    return used


def from_account(row: Award) -> Address:
    """The account an award was paid from."""
    return Address(
        row.village_id,
        OwnerKind(row.from_owner_kind),
        row.from_owner_id,
        Purpose(row.from_purpose),
        POINT,
    )


def _testify(village_id: int) -> Iterator[Witness]:
    query = select(Award).where(Award.village_id == village_id, Award.entry_id.is_not(None))
    for row in db.session.scalars(query):
        yield Witness(
            row.entry_id or 0,
            award_transfers(
                village_id=row.village_id,
                household_id=row.household_id,
                member_id=row.member_id,
                from_account=from_account(row),
                granted=Tenths(row.granted),
            ),
            f"award {row.id}",
        )


AWARD_WITNESS = WitnessSource("awards", frozenset({EntryKind.AWARD, EntryKind.BONUS}), _testify)


def _ref(row: RuleRow) -> RuleRef:
    cap = None
    if row.cap_points is not None and row.cap_period is not None and row.cap_scope is not None:
        cap = Cap(
            Tenths(row.cap_points),
            CapPeriod(row.cap_period),
            CapScope(row.cap_scope),
            row.cap_group,
        )
    return RuleRef(
        id=row.id,
        rule_version_id=row.rule_version_id,
        code=row.code,
        category=row.category,
        title=row.title,
        kind=row.kind,
        points=Tenths(row.points),
        cap=cap,
        evidence=row.evidence,
        review=row.review,
    )
