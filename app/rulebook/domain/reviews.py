"""Who looks at a claim under a rule, in which order."""

from enum import StrEnum

from .rules import Rule, RuleKind


class ReviewStep(StrEnum):
    """One look at a claim, as the rule's review names it: "grid+panel+supervision"."""

    GRID = "grid"
    ORGANISER = "organiser"
    PANEL = "panel"
    SUPERVISION = "supervision"


def review_path(rule: Rule) -> tuple[ReviewStep, ...]:
    """The steps of a rule in their order; empty when its review is not written in these words."""
    try:
        steps = tuple(ReviewStep(name.strip()) for name in rule.review.split("+"))
    except ValueError:
        return ()
    return steps if len(set(steps)) == len(steps) else ()


def may_be_claimed(rule: Rule) -> bool:
    """Whether somebody may claim points under the rule.

    What the organiser alone confirms is an activity: its points come with the attendance list.
    """
    return rule.kind is RuleKind.EARN and review_path(rule) not in ((), (ReviewStep.ORGANISER,))


def may_be_deducted(rule: Rule) -> bool:
    """Whether a notice to mend may be given under the rule."""
    return rule.kind is RuleKind.DEDUCT and review_path(rule) != ()
