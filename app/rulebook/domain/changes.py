"""What a new version of the rule book changes against the one before."""

from collections.abc import Sequence
from dataclasses import dataclass

from .incentives import IncentiveTerms
from .rules import Rule

_COMPARED = ("category", "title", "kind", "points", "cap", "evidence", "review")


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule whose wording, points, cap or review changed; `fields` names what did."""

    before: Rule
    after: Rule
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VersionChanges:
    """The rules of a new version compared with those before, by code, each in its file's order."""

    added: tuple[Rule, ...]
    changed: tuple[RuleChange, ...]
    removed: tuple[Rule, ...]
    unchanged_count: int


def compare_versions(before: Sequence[Rule], after: Sequence[Rule]) -> VersionChanges:
    """What is new, changed and gone."""
    old = {rule.code: rule for rule in before}
    kept = {rule.code for rule in after}
    changed = [
        RuleChange(old[rule.code], rule, fields)
        for rule in after
        if rule.code in old and (fields := _different(old[rule.code], rule))
    ]
    added = tuple(rule for rule in after if rule.code not in old)
    return VersionChanges(
        added=added,
        changed=tuple(changed),
        removed=tuple(rule for rule in before if rule.code not in kept),
        unchanged_count=len(after) - len(added) - len(changed),
    )


@dataclass(frozen=True, slots=True)
class TermChange:
    """A weight, threshold or bonus that changed; None where a version says nothing of it."""

    name: str
    before: int | None
    after: int | None


def compare_terms(before: IncentiveTerms, after: IncentiveTerms) -> tuple[TermChange, ...]:
    """What changed of linked scores and bonuses, in the order of their names."""
    old, new = before.by_name(), after.by_name()
    return tuple(TermChange(name, old[name], new[name]) for name in old if old[name] != new[name])


def _different(before: Rule, after: Rule) -> tuple[str, ...]:
    return tuple(name for name in _COMPARED if getattr(before, name) != getattr(after, name))
