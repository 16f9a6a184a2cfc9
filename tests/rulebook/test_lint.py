"""The sample book passes; what no rule book may say is refused with its reason."""

from datetime import date
from pathlib import Path

import pytest

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


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("越级上访", "lint_complaints"),
        ("拨打12345投诉村干部", "lint_complaints"),
        ("不交卫生费", "lint_fees"),
        ("未缴合作医疗", "lint_fees"),
        ("参加宗教活动", "lint_faith"),
        ("超生", "lint_births"),
        ("患传染病不报", "lint_health"),
        ("微信群发表不当言论", "lint_private_speech"),
        ("聚众赌博,取消低保资格", "lint_benefits"),
        ("打架斗殴积分清零", "lint_zeroing"),
        ("乱扔垃圾扣存折分", "lint_redeemable"),
    ],
)
def test_what_may_not_be_said(title: str, code: str) -> None:
    assert code in {finding.code for finding in lint([_rule(title)], ADOPTION)}


@pytest.mark.parametrize(
    "title", ["乱堆乱放逾期三日未改", "乱扔垃圾经核实", "露天焚烧秸秆", "婚丧大操大办", "损坏公物"]
)
def test_ordinary_deductions_pass(title: str) -> None:
    assert lint([_rule(title)], ADOPTION) == []


@pytest.mark.parametrize("title", ["无偿献血", "上报隐患经核实", "调解邻里纠纷", "量血压志愿服务"])
def test_good_deeds_pass(title: str) -> None:
    assert lint([_rule(title, RuleKind.EARN)], ADOPTION) == []


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


def test_lines_that_cannot_be_read_are_listed() -> None:
    sheet = (
        "编号,名称,类型,分值,封顶,封顶周期,封顶对象\n"
        "A1,清扫,加分,2,8,每月,户\n"
        "A1,清扫,加分,2,8,每月,户\n"
        "A2,清扫,奖励吧,2,,,\n"
        "A3,清扫,加分,两分,,,\n"
        "A4,清扫,加分,0,,,\n"
        "A5,清扫,加分,2,8,每旬,户\n"
        "A6,清扫,加分,2,8,每月,组\n"
        ",清扫,加分,2,,,\n"
    )
    rules, refused = read_rules(sheet.encode("gb18030"))
    assert [rule.code for rule in rules] == ["A1", "A1"]
    assert {(found.line, found.code) for found in refused} == {
        (3, "rule_code_repeated"),
        (4, "rule_kind_bad"),
        (5, "bad_amount"),
        (6, "rule_points_bad"),
        (7, "rule_cap_period_bad"),
        (8, "rule_cap_scope_bad"),
        (9, "text_missing"),
    }
