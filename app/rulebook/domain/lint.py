"""What a rule book may not say, whoever adopted it; each refusal with its reason.

The list follows what law and practice demand of points systems: no deduction for complaints,
fees, faith, births, health or private speech, nothing taken from state benefits, no zeroing, no
deduction of points that can be redeemed, no version that no meeting adopted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .rules import Adoption, Rule, RuleKind
from .wordings import (
    ALWAYS_REFUSED,
    HIDDEN_DEDUCTION,
    OFFER,
    PENALTY,
    TOPICS,
    ZEROING_DEDUCTION,
    sentences,
)


@dataclass(frozen=True, slots=True)
class LintFinding:
    """Something that may not be saved; `rule_code` is empty for the version as a whole.

    `words` are those that gave offence; `line` is the rule's in its file, 0 without a file.
    """

    code: str
    rule_code: str = ""
    title: str = ""
    words: str = ""
    line: int = 0


def lint(rules: Sequence[Rule], adoption: Adoption | None) -> list[LintFinding]:
    """Everything that keeps the version from being saved; empty when it may be."""
    return [*lint_adoption(adoption), *lint_rules(rules)]


def lint_adoption(adoption: Adoption | None) -> Iterator[LintFinding]:
    """What is missing or does not add up in the record of the adopting meeting."""
    if adoption is None or not (adoption.record_number and adoption.meeting_kind):
        yield LintFinding("lint_no_adoption")
        return
    votes = adoption.votes_for + adoption.votes_against
    if adoption.votes_for <= 0 or adoption.votes_against < 0 or votes > adoption.present:
        yield LintFinding("lint_adoption_votes")
    elif adoption.votes_for * 2 <= adoption.present:
        # Organic Law of Villagers' Committees, articles 22 and 26: more than half of those present.
        yield LintFinding("lint_adoption_minority")


def lint_rules(rules: Sequence[Rule]) -> Iterator[LintFinding]:
    """What is wrong with the rules themselves, whoever adopts them."""
    if not rules:
        yield LintFinding("lint_empty")
    seen: set[str] = set()
    for rule in rules:
        if rule.code in seen:
            yield _finding("lint_code_repeated", rule, rule.code)
        seen.add(rule.code)
        yield from _lint_rule(rule)


def _lint_rule(rule: Rule) -> Iterator[LintFinding]:
    said = sentences(rule.category, rule.title)
    evidence = sentences(rule.evidence)
    topics = (*TOPICS, *ALWAYS_REFUSED) if _takes_points(rule.kind, said) else ALWAYS_REFUSED
    for topic in topics:
        words = topic.find(said, evidence)
        if words:
            yield _finding(topic.code, rule, words)
    if rule.kind is RuleKind.DEDUCT:
        found, code = ZEROING_DEDUCTION.search(said), "lint_zeroing"
    else:
        hidden = PENALTY if rule.kind is RuleKind.SPEND else HIDDEN_DEDUCTION
        found, code = hidden.search(said), "lint_redeemable"
    if found:
        yield _finding(code, rule, found[0])


def _takes_points(kind: RuleKind, said: str) -> bool:
    """Whether the rule deducts, openly or under another name."""
    if kind is RuleKind.SPEND:
        return not OFFER.search(said)
    return kind is RuleKind.DEDUCT or HIDDEN_DEDUCTION.search(said) is not None


def _finding(code: str, rule: Rule, words: str) -> LintFinding:
    return LintFinding(code, rule.code, rule.title, words, rule.line)
