"""Reads of rule book versions and their rules."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.extensions import db
from app.kit.errors import NotFound
from app.kit.points import Tenths
from app.rulebook.domain.awards import RuleRef
from app.rulebook.domain.changes import (
    TermChange,
    VersionChanges,
    compare_terms,
    compare_versions,
)
from app.rulebook.domain.files import read_rule_book
from app.rulebook.domain.incentives import (
    NO_INCENTIVES,
    GridTerms,
    IncentiveTerms,
    LinkedScoreTerms,
)
from app.rulebook.domain.lint import LintFinding, lint_rules
from app.rulebook.domain.reading import RefusedRule
from app.rulebook.domain.rules import Adoption, Cap, CapPeriod, CapScope, Rule, RuleKind
from app.rulebook.models import RuleDraft, RuleRow, RuleVersion


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


def version_by_number(village_id: int, number: int) -> RuleVersion:
    """The village's first, second, … version; NotFound `rule_version_not_found`."""
    found = db.session.scalar(
        select(RuleVersion).where(
            RuleVersion.village_id == village_id, RuleVersion.number == number
        )
    )
    if found is None:
        raise NotFound("rule_version_not_found")
    return found


def adoption_of(found: RuleVersion) -> Adoption:
    """The record of the meeting that adopted a version."""
    return Adoption(
        meeting_on=found.meeting_on,
        meeting_kind=found.meeting_kind,
        present=found.present,
        votes_for=found.votes_for,
        votes_against=found.votes_against,
        record_number=found.record_number,
    )


def incentives_of(found: RuleVersion | None) -> IncentiveTerms:
    """What a version says about linked scores and bonuses; nothing without a version."""
    if found is None:
        return NO_INCENTIVES
    linked = grid = None
    if found.linked_weight_hundredths is not None:
        linked = LinkedScoreTerms(
            found.linked_weight_hundredths,
            Tenths(found.linked_clamp or 0),
            found.linked_households_min or 0,
            bool(found.linked_printed),
        )
    if found.grid_bonus is not None:
        grid = GridTerms(found.grid_threshold_percent or 0, Tenths(found.grid_bonus))
    team_bonus = None if found.team_bonus is None else Tenths(found.team_bonus)
    return IncentiveTerms(linked, grid, team_bonus)


def current_version(village_id: int, on: date) -> RuleVersion | None:
    """The version that counts on a day: the last adopted of those that had started by then."""
    return db.session.scalar(
        select(RuleVersion)
        .where(RuleVersion.village_id == village_id, RuleVersion.starts_on <= on)
        .order_by(RuleVersion.number.desc())
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


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions side by side: what the one changed against the other."""

    before: RuleVersion
    after: RuleVersion
    changes: VersionChanges
    terms: tuple[TermChange, ...]


def comparison(before: RuleVersion, after: RuleVersion) -> Comparison:
    """Compare any two versions, rule by rule and number by number."""
    return Comparison(
        before,
        after,
        compare_versions(rules(before.id), rules(after.id)),
        compare_terms(incentives_of(before), incentives_of(after)),
    )


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file says, what keeps it from being saved, and what it changes.

    `before` is the newest version, which the changes are told against. `terms` is None for a file
    without a sheet of linked scores and bonuses.
    """

    rules: Sequence[Rule]
    refused: Sequence[RefusedRule]
    findings: Sequence[LintFinding]
    before: RuleVersion | None
    changes: VersionChanges
    terms: IncentiveTerms | None
    term_changes: Sequence[TermChange]

    @property
    def may_be_saved(self) -> bool:
        return not (self.refused or self.findings)

    @property
    def proposed_terms(self) -> IncentiveTerms | None:
        """What the file says of linked scores, otherwise what counted before; None without both."""
        if self.terms is None and self.before is not None:
            return incentives_of(self.before)
        return self.terms


def preview(village_id: int, content: bytes) -> Preview:
    """Look at a file before anything is saved; Invalid with the codes of `kit.sheets`."""
    read = read_rule_book(content)
    newest = next(iter(versions(village_id)), None)
    terms_before = incentives_of(newest)
    return Preview(
        rules=read.rules,
        refused=read.refused,
        findings=list(lint_rules(read.rules)) if read.rules or not read.refused else [],
        before=newest,
        changes=compare_versions(rules(newest.id) if newest else [], read.rules),
        terms=read.terms,
        term_changes=() if read.terms is None else compare_terms(terms_before, read.terms),
    )


def draft(village_id: int, draft_id: int) -> RuleDraft:
    """An uploaded rule book of the village; NotFound `rule_draft_not_found`."""
    found = db.session.get(RuleDraft, draft_id)
    if found is None or found.village_id != village_id:
        raise NotFound("rule_draft_not_found")
    return found


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
        kind=RuleKind(row.kind),
        points=Tenths(row.points),
        cap=cap,
        evidence=row.evidence,
        review=row.review,
    )
