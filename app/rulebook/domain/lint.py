"""What a rule book may not say, whoever adopted it; each refusal with its reason.

The list follows what law and practice demand of points systems: no deduction for complaints,
fees, faith, births, health or private speech, nothing taken from state benefits, no zeroing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .rules import Adoption, Rule, RuleKind

# Looked for in deductions only: a village may well reward blood donors or reported hazards.
_DEDUCTION_TOPICS = {
    "lint_complaints": "上访 信访 投诉 举报 诉求 12345 告状 反映问题 维权 越级",
    "lint_fees": (
        "欠费 欠缴 拖欠 未缴 不缴 拒缴 未交 不交 拒交 缴费 合作医疗 医保 养老保险 水费 电费 卫生费 "
        "垃圾费 集资 摊派"
    ),
    "lint_faith": "宗教 信教 教会 教堂 寺庙 做礼拜 烧香 拜佛 信仰",
    "lint_births": "超生 计划生育 二胎 三胎 生育 怀孕 流产 未婚先孕",
    "lint_health": "患病 疾病 生病 精神病 传染病 残疾 抑郁 疫苗 体检",
    "lint_private_speech": (
        "言论 朋友圈 微信群 群聊 抖音 快手 发帖 评论 议论 说闲话 造谣 传谣 顶撞 辱骂干部"
    ),
}
# Looked for in every rule.
_BENEFITS = re.compile(
    r"(取消|停发|扣发|扣除|暂停|不予|剥夺|收回|限制).{0,8}"
    r"(低保|五保|特困|救助|补贴|补助|养老金|社保|福利|惠农|宅基地|分红|贷款|入学|参军|政审)"
    r"|(低保|五保|特困|救助|补贴|补助|养老金|社保|福利|惠农|分红).{0,8}(取消|停发|扣发|扣除|暂停|剥夺)"
)
_ZEROING = re.compile(r"清零|归零|一票否决|全部扣除|积分作废|取消全部积分")
_REDEEMABLE = re.compile(r"扣(除|减)?.{0,4}(兑换积分|可兑换|存折|积分余额)")


@dataclass(frozen=True, slots=True)
class LintFinding:
    """A rule that may not be saved; `rule_code` is empty for the version as a whole."""

    code: str
    rule_code: str
    title: str
    words: str


def lint(rules: Sequence[Rule], adoption: Adoption | None) -> list[LintFinding]:
    """Everything that keeps the version from being saved; empty when it may be."""
    findings = list(_lint_adoption(adoption))
    if not rules:
        findings.append(LintFinding("lint_empty", "", "", ""))
    for rule in rules:
        findings.extend(_lint_rule(rule))
    return findings


def _lint_adoption(adoption: Adoption | None) -> Iterator[LintFinding]:
    if adoption is None or not (adoption.record_number and adoption.meeting_kind):
        yield LintFinding("lint_no_adoption", "", "", "")
        return
    votes = adoption.votes_for + adoption.votes_against
    if adoption.present <= 0 or adoption.votes_for <= 0 or votes > adoption.present:
        yield LintFinding("lint_adoption_votes", "", "", "")
    elif adoption.votes_for * 2 <= adoption.present:
        # Organic Law of Villagers' Committees, articles 22 and 26: more than half of those present.
        yield LintFinding("lint_adoption_minority", "", "", "")


def _lint_rule(rule: Rule) -> Iterator[LintFinding]:
    text = f"{rule.category} {rule.title} {rule.evidence}"
    if rule.kind is RuleKind.DEDUCT:
        for code, topics in _DEDUCTION_TOPICS.items():
            named = next((topic for topic in topics.split() if topic in text), None)
            if named:
                yield LintFinding(code, rule.code, rule.title, named)
    for code, compiled in (
        ("lint_benefits", _BENEFITS),
        ("lint_zeroing", _ZEROING),
        ("lint_redeemable", _REDEEMABLE),
    ):
        found = compiled.search(text)
        if found:
            yield LintFinding(code, rule.code, rule.title, found[0])
