"""What stands out in a village's month, with the rows behind it, and who approved."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from app.activities import queries as activities
from app.activities.domain.check_in import Source
from app.activities.queries import CheckIn
from app.activities.service import AWARD_SOURCE
from app.claims import queries as claims
from app.identity import queries as identity
from app.kit import clock
from app.kit.errors import Fact, NotFound
from app.kit.masking import mask_name
from app.kit.month import Month
from app.ledger import queries as books
from app.ledger.domain.drafts import EntryKind
from app.people import queries as people
from app.people.domain.households import HouseholdRef
from app.rulebook import queries as rulebook
from app.supervision import domain
from app.supervision.domain import ApproverFigures, Decision, FindingKind, Scan

if TYPE_CHECKING:
    from app.ledger.models import LedgerPeriod
    from app.rulebook.models import Award

_CREDITS = (EntryKind.AWARD, EntryKind.BONUS)


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A row behind a finding; what does not apply is None. `points` are tenths."""

    household: HouseholdRef
    name: str
    at: datetime | None = None
    day: date | None = None
    points: int | None = None
    entry_id: int | None = None
    claim_id: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that stands out: the facts of its sentence, and the rows that it is about."""

    kind: FindingKind
    facts: dict[str, Fact]
    rows: tuple[FindingRow, ...]

    @property
    def code(self) -> str:
        """Of the sentence that says it."""
        return f"finding_{self.kind}"


@dataclass(frozen=True, slots=True)
class MonthReview:
    """A month as supervision sees it; approvers by name."""

    month: Month
    closed_at: datetime | None
    findings: tuple[Finding, ...]
    approvers: tuple[tuple[str, ApproverFigures], ...]


def months(village_id: int) -> list[Month]:
    """The months of the village's book, newest first."""
    return [Month.parse(period.month) for period in reversed(books.periods(village_id))]


def period_of_code(village_id: int, month_code: str) -> "LedgerPeriod":
    """The period of a month as it stands in an address; NotFound `period_not_found`."""
    try:
        return books.period(village_id, Month.parse(month_code))
    except ValueError:
        raise NotFound("period_not_found") from None


def month_review(village_id: int, month_code: str, *, masked: bool) -> MonthReview:
    """What stands out in a month; `masked` is for who does not belong to the village.

    Raises NotFound `period_not_found`.
    """
    period = period_of_code(village_id, month_code)
    until = period.closed_at or clock.now()
    scans = [
        _scan(row)
        for row in activities.check_ins_between(village_id, since=period.opened_at, until=until)
    ]
    decisions = [
        Decision(*row)
        for row in claims.decisions_between(village_id, since=period.opened_at, until=until)
    ]
    gathered = _Gathered(village_id, credits_of(village_id, period), masked=masked)
    gathered.know({each.household_id for each in scans} | {each.household_id for each in decisions})
    names = identity.display_names([*(each.by for each in scans), *(each.by for each in decisions)])
    return MonthReview(
        month=Month.parse(period.month),
        closed_at=period.closed_at,
        findings=(
            *_scan_findings(gathered, scans, names),
            *_staff_findings(gathered),
            *_pair_findings(gathered, decisions, names),
            *_equal_findings(gathered),
        ),
        approvers=tuple(
            sorted(
                ((names.get(each.by, ""), each) for each in domain.approver_figures(decisions)),
                key=lambda each: (each[0], each[1].by),
            )
        ),
    )


def credits_of(village_id: int, period: "LedgerPeriod") -> list["Award"]:
    """The awards that the period posted, oldest first."""
    entry_ids = books.entry_ids(village_id, period.id, _CREDITS)
    found = rulebook.awards(village_id, entry_ids=entry_ids)
    return sorted(found, key=lambda award: award.entry_id or 0)


def _scan(row: CheckIn) -> Scan:
    # A household's card checks several people in at once; for hands it is one card.
    cards = {
        Source.CARD: ("member", row.member_id),
        Source.HOUSEHOLD_CARD: ("household", row.household_id),
    }
    return Scan(
        attendance_id=row.attendance_id,
        session_id=row.session_id,
        household_id=row.household_id,
        member_id=row.member_id,
        at=row.at,
        by=row.by,
        card=cards.get(row.source),
        phone=row.phone_digest,
    )


class _Gathered:
    """The month's credits, and households and names for the rows."""

    def __init__(self, village_id: int, awards: Sequence["Award"], *, masked: bool) -> None:
        self.village_id = village_id
        self.awards = awards
        self.masked = masked
        self.households: dict[int, HouseholdRef] = {}
        self.know({each.household_id for each in awards})

    def know(self, household_ids: Collection[int]) -> None:
        self.households |= people.find_households(
            self.village_id, set(household_ids) - self.households.keys()
        )

    def name(self, name: str) -> str:
        return mask_name(name) if self.masked and name else name

    def scan_rows(self, scans: Sequence[Scan]) -> tuple[FindingRow, ...]:
        members = {
            each.id: each.name
            for each in people.members(
                self.village_id, member_ids={scan.member_id for scan in scans}
            )
        }
        return tuple(
            FindingRow(
                self.households[scan.household_id],
                self.name(members.get(scan.member_id, "")),
                at=scan.at,
            )
            for scan in scans
        )

    def credit_rows(self, awards: Sequence["Award"]) -> tuple[FindingRow, ...]:
        return tuple(
            FindingRow(
                household := self.households[each.household_id],
                self.name(household.head_name),
                day=each.occurred_on,
                points=each.granted,
                entry_id=each.entry_id,
            )
            for each in awards
        )


def _scan_findings(
    gathered: _Gathered, scans: Sequence[Scan], names: Mapping[int, str]
) -> Iterator[Finding]:
    titles = activities.titles_of_sessions(gathered.village_id, {scan.session_id for scan in scans})
    for run in domain.bursts(scans):
        seconds = int((run[-1].at - run[0].at).total_seconds())
        facts: dict[str, Fact] = {
            "title": titles.get(run[0].session_id, ""),
            "name": names.get(run[0].by, ""),
            "count": len(run),
            "seconds": seconds,
        }
        yield Finding(FindingKind.BURST, facts, gathered.scan_rows(run))
    for found in domain.shared_phones(scans):
        facts = {
            "members": len({scan.member_id for scan in found}),
            "households": len({scan.household_id for scan in found}),
        }
        yield Finding(FindingKind.ONE_PHONE, facts, gathered.scan_rows(found))


def _staff_findings(gathered: _Gathered) -> Iterator[Finding]:
    """Sessions and grids whose credits were mostly typed in by staff."""
    of_sessions = [each for each in gathered.awards if each.source_kind == AWARD_SOURCE]
    by_staff = activities.staff_entered_awards(
        gathered.village_id, [each.id for each in of_sessions]
    )
    sessions: dict[int, list[Award]] = defaultdict(list)
    grids: dict[str, list[Award]] = defaultdict(list)
    for each in of_sessions:
        sessions[each.source_id].append(each)
        grids[gathered.households[each.household_id].grid_name].append(each)
    titles = activities.titles_of_sessions(gathered.village_id, sessions)
    groups = [
        *((FindingKind.STAFF_SESSION, titles.get(each, ""), sessions[each]) for each in sessions),
        *((FindingKind.STAFF_GRID, name, grids[name]) for name in sorted(grids) if name),
    ]
    for kind, title, found in groups:
        typed = [each for each in found if each.id in by_staff]
        if domain.mostly_by_staff(len(typed), len(found)):
            facts: dict[str, Fact] = {"title": title, "staff": len(typed), "total": len(found)}
            yield Finding(kind, facts, gathered.credit_rows(typed))


def _pair_findings(
    gathered: _Gathered, decisions: Sequence[Decision], names: Mapping[int, str]
) -> Iterator[Finding]:
    approved = [each for each in decisions if each.kind == "approved" and each.gives]
    for pair in domain.unlikely_pairs([(each.by, each.household_id) for each in approved]):
        household = gathered.households[pair.household_id]
        facts: dict[str, Fact] = {
            "name": names.get(pair.by, ""),
            "passbook_no": household.passbook_no,
            "count": pair.count,
            "expected_tenths": pair.expected,
        }
        rows = tuple(
            FindingRow(
                household, gathered.name(household.head_name), at=each.at, claim_id=each.claim_id
            )
            for each in approved
            if (each.by, each.household_id) == (pair.by, pair.household_id)
        )
        yield Finding(FindingKind.PAIR, facts, rows)


def _equal_findings(gathered: _Gathered) -> Iterator[Finding]:
    by_household: dict[int, list[Award]] = defaultdict(list)
    for each in gathered.awards:
        by_household[each.household_id].append(each)
    granted = {key: [each.granted for each in found] for key, found in by_household.items()}
    for total, household_ids in domain.equal_totals(granted):
        facts: dict[str, Fact] = {"count": len(household_ids), "total_tenths": total}
        rows = [row for each in household_ids for row in gathered.credit_rows(by_household[each])]
        yield Finding(FindingKind.EQUAL_TOTALS, facts, tuple(rows))
