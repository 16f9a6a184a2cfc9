"""The sample book passes; what no rule book may say is refused with its reason."""

from datetime import date
from pathlib import Path

from app.kit.points import Tenths
from app.rulebook.domain.lint import lint
from app.rulebook.domain.reading import read_rules
from app.rulebook.domain.rules import Adoption, Rule, RuleKind

SAMPLE = Path(__file__).resolve().parents[2] / "app" / "sample" / "data" / "rulebook.csv"
ADOPTION = Adoption(date(2026, 8, 20), "村民代表会议", 46, 44, 1, "露村会〔2026〕5号")


def _rule(title: str, kind: RuleKind = RuleKind.DEDUCT) -> Rule:
    return Rule("X1", "其他", title, kind, Tenths(20), None, "", "panel")


def test_the_sample_book_is_read_whole_and_passes() -> None:
    rules, refused = read_rules(SAMPLE.read_bytes())
    assert (len(rules), refused) == (48, [])
    assert lint(rules, ADOPTION) == []
    meals = next(rule for rule in rules if rule.code == "ZY06")
    assert meals.points == 5
    assert meals.cap is not None
    assert (meals.cap.points_max, meals.cap.period, meals.cap.scope) == (100, "month", "member")


def test_a_version_needs_its_adoption() -> None:
    rules = [_rule("参加清扫", RuleKind.EARN)]
    assert [finding.code for finding in lint(rules, None)] == ["lint_no_adoption"]
    for present, votes_for, votes_against, code in (
        (46, 22, 10, "lint_adoption_minority"),
        (46, 44, 9, "lint_adoption_votes"),
        (0, 0, 0, "lint_adoption_votes"),
    ):
        adoption = Adoption(date(2026, 8, 20), "会议", present, votes_for, votes_against, "5号")
        assert [finding.code for finding in lint(rules, adoption)] == [code]
    assert [finding.code for finding in lint([], ADOPTION)] == ["lint_empty"]
