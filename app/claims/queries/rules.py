"""Which rules somebody may claim."""

from datetime import date

from app.kit.errors import Conflict, Invalid
from app.rulebook import queries as rulebook
from app.rulebook.domain.awards import RuleRef
from app.rulebook.domain.reviews import may_be_claimed, may_be_deducted


def claimable_rules(village_id: int, day: date) -> list[RuleRef]:
    """The rules in force on a day that allow claims, in the order of the rule book."""
    version = rulebook.current_version(village_id, day)
    return (
        []
        if version is None
        else [rule for rule in rulebook.rules(version.id) if may_be_claimed(rule)]
    )


def deductible_rules(village_id: int, day: date) -> list[RuleRef]:
    """The rules in force on a day under which a notice to mend may be given."""
    version = rulebook.current_version(village_id, day)
    return (
        []
        if version is None
        else [rule for rule in rulebook.rules(version.id) if may_be_deducted(rule)]
    )


def claimable_rule(village_id: int, code: str, day: date) -> RuleRef:
    """The rule of a code in force on a day.

    Raises Conflict `no_rule_version` (day), NotFound `rule_not_found`, Invalid
    `rule_not_claimable` (rule_code) for what is awarded in another way.
    """
    rule = _rule_on(village_id, code, day)
    if not may_be_claimed(rule):
        raise Invalid("rule_not_claimable", rule_code=code)
    return rule


def deductible_rule(village_id: int, code: str, day: date) -> RuleRef:
    """The deduction of a code in force on a day.

    Raises Conflict `no_rule_version` (day), NotFound `rule_not_found`, Invalid
    `rule_not_deductible` (rule_code).
    """
    rule = _rule_on(village_id, code, day)
    if not may_be_deducted(rule):
        raise Invalid("rule_not_deductible", rule_code=code)
    return rule


def _rule_on(village_id: int, code: str, day: date) -> RuleRef:
    version = rulebook.current_version(village_id, day)
    if version is None:
        raise Conflict("no_rule_version", day=f"{day.month}月{day.day}日")
    return rulebook.rule_by_code(version.id, code)
