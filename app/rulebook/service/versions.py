"""Saving a version of the rule book; after that it never changes."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import insert

from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict, Invalid
from app.kit.ids import new_id
from app.kit.month import Month
from app.ledger import queries as books
from app.ledger import service as ledger
from app.rulebook import queries
from app.rulebook.domain.changes import compare_versions
from app.rulebook.domain.incentives import NO_INCENTIVES, IncentiveTerms
from app.rulebook.domain.lint import LintFinding, lint_adoption, lint_rules
from app.rulebook.domain.rules import Adoption, Rule
from app.rulebook.models import RuleRow, RuleVersion


def save_version(
    *,
    village_id: int,
    rules: Sequence[Rule],
    adoption: Adoption,
    starts_on: date,
    actor_id: int,
    incentives: IncentiveTerms = NO_INCENTIVES,
) -> RuleVersion:
    """Save a version that counts from a day on; saving the newest one again gives that one.

    Raises Invalid `rule_version_refused` (count, findings: "rule code, lint code, words") or the
    lint's code for the adoption, `adoption_in_future`, Conflict `starts_in_closed_month`.
    """
    _check(rules, adoption)
    earlier = queries.versions(village_id)
    if earlier and _is_same(earlier[0], rules, adoption, starts_on, incentives):
        return earlier[0]
    _check_start(village_id, starts_on)
    version = RuleVersion(
        id=new_id(),
        village_id=village_id,
        number=len(earlier) + 1,
        starts_on=starts_on,
        meeting_on=adoption.meeting_on,
        meeting_kind=adoption.meeting_kind,
        present=adoption.present,
        votes_for=adoption.votes_for,
        votes_against=adoption.votes_against,
        record_number=adoption.record_number,
        imported_by=actor_id,
        imported_at=clock.now(),
        **incentives.by_name(),
    )
    db.session.add(version)
    db.session.flush()
    db.session.execute(
        insert(RuleRow),
        [rule_row(version.id, position, rule) for position, rule in enumerate(rules)],
    )
    return version


def _check(rules: Sequence[Rule], adoption: Adoption) -> None:
    findings = list(lint_rules(rules))
    if findings:
        raise Invalid("rule_version_refused", count=len(findings), findings=[*map(_told, findings)])
    for finding in lint_adoption(adoption):
        raise Invalid(finding.code)
    if adoption.meeting_on > clock.today():
        raise Invalid("adoption_in_future")


def _told(finding: LintFinding) -> str:
    return f"{finding.rule_code} {finding.code} {finding.words}".strip()


def _is_same(
    version: RuleVersion,
    rules: Sequence[Rule],
    adoption: Adoption,
    starts_on: date,
    incentives: IncentiveTerms,
) -> bool:
    changes = compare_versions(queries.rules(version.id), rules)
    return (
        version.starts_on == starts_on
        and queries.adoption_of(version) == adoption
        and queries.incentives_of(version) == incentives
        and not (changes.added or changes.changed or changes.removed)
    )


def _check_start(village_id: int, starts_on: date) -> None:
    if books.open_period(village_id) is None:
        return
    # Keeps the month open until we have saved.
    ledger.hold_accounts(village_id, ())
    opened = books.open_period(village_id)
    if opened is not None and opened.number > 1:
        first_day = Month.parse(opened.month).first_day
        if starts_on < first_day:
            raise Conflict("starts_in_closed_month", first_day=first_day.isoformat())


def rule_row(version_id: int, position: int, rule: Rule) -> dict[str, Any]:
    """The columns of a rule in a version, under a fresh id."""
    cap = rule.cap
    return {
        "id": new_id(),
        "rule_version_id": version_id,
        "position": position,
        "code": rule.code,
        "category": rule.category,
        "title": rule.title,
        "kind": rule.kind,
        "points": rule.points,
        "cap_points": cap and cap.points_max,
        "cap_period": cap and cap.period,
        "cap_scope": cap and cap.scope,
        "cap_group": cap.group if cap else "",
        "evidence": rule.evidence,
        "review": rule.review,
    }
