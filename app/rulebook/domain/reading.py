"""A rule book as a village keeps it in a spreadsheet, read line by line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from app.kit.errors import Invalid
from app.kit.points import Tenths, parse_tenths
from app.kit.sheets import find_records, read_sheet
from app.kit.text import clean_line

from .rules import Cap, CapPeriod, CapScope, Rule, RuleKind

Meaning = TypeVar("Meaning")

_HEADERS = {
    "code": ("编号", "code", "细则编号", "规则编号", "序号编码"),
    "category": ("类别", "category", "分类", "项目类别"),
    "title": ("名称", "title", "内容", "细则", "项目", "积分项目"),
    "kind": ("类型", "kind", "加减分", "性质"),
    "points": ("分值", "points", "积分", "分数"),
    "cap_points": ("封顶", "cap_points", "封顶分", "上限"),
    "cap_period": ("封顶周期", "cap_period", "周期"),
    "cap_scope": ("封顶对象", "cap_scope", "对象"),
    "cap_group": ("封顶组", "cap_group", "共用封顶"),
    "evidence": ("依据", "evidence", "佐证", "证明材料"),
    "review": ("审核", "review", "审核方式", "审核人"),
}
_REQUIRED = ("code", "title", "kind", "points")

_KINDS = {
    "earn": RuleKind.EARN, "加分": RuleKind.EARN, "奖励": RuleKind.EARN, "得分": RuleKind.EARN,
    "spend": RuleKind.SPEND, "消费": RuleKind.SPEND, "用分": RuleKind.SPEND,
    "deduct": RuleKind.DEDUCT, "扣分": RuleKind.DEDUCT, "减分": RuleKind.DEDUCT,
    "bonus": RuleKind.BONUS, "集体奖励": RuleKind.BONUS, "奖金": RuleKind.BONUS,
}  # fmt: skip
_PERIODS = {
    "event": CapPeriod.EVENT, "每次": CapPeriod.EVENT, "次": CapPeriod.EVENT,
    "month": CapPeriod.MONTH, "每月": CapPeriod.MONTH, "月": CapPeriod.MONTH,
    "quarter": CapPeriod.QUARTER, "每季": CapPeriod.QUARTER, "季": CapPeriod.QUARTER,
    "季度": CapPeriod.QUARTER, "每季度": CapPeriod.QUARTER,
    "year": CapPeriod.YEAR, "每年": CapPeriod.YEAR, "年": CapPeriod.YEAR,
    "once": CapPeriod.ONCE, "一次性": CapPeriod.ONCE, "仅一次": CapPeriod.ONCE,
}  # fmt: skip
_SCOPES = {
    "member": CapScope.MEMBER, "个人": CapScope.MEMBER, "人": CapScope.MEMBER,
    "每人": CapScope.MEMBER, "household": CapScope.HOUSEHOLD, "户": CapScope.HOUSEHOLD,
    "家庭": CapScope.HOUSEHOLD, "每户": CapScope.HOUSEHOLD,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RefusedRule:
    """A line that could not be read: the code of the reason, and what stands there."""

    line: int
    code: str
    value: str


def read_rules(content: bytes) -> tuple[list[Rule], list[RefusedRule]]:
    """The rules of an .xlsx or .csv file, and the lines that have to be mended.

    Raises Invalid `sheet_unreadable`, `sheet_too_long` or `sheet_columns_missing`.
    """
    rules: list[Rule] = []
    refused: list[RefusedRule] = []
    for line, record in find_records(read_sheet(content), _HEADERS, required=_REQUIRED):
        try:
            rules.append(_rule(line, record))
        except Invalid as error:
            refused.append(RefusedRule(line, error.code, str(error.facts.get("value", ""))))
    refused.extend(_repeated(rules))
    return rules, refused


def _repeated(rules: Sequence[Rule]) -> Iterator[RefusedRule]:
    seen: set[str] = set()
    for rule in rules:
        if rule.code in seen:
            yield RefusedRule(rule.line, "rule_code_repeated", rule.code)
        seen.add(rule.code)


def _rule(line: int, record: dict[str, str]) -> Rule:
    points = parse_tenths(record["points"])
    if points <= 0:
        raise Invalid("rule_points_bad", value=record["points"])
    return Rule(
        code=clean_line(record["code"], length_max=20, field="编号").upper(),
        category=record.get("category", "")[:40] or "其他",
        title=clean_line(record["title"], length_max=100, field="名称"),
        kind=_word(_KINDS, record["kind"], "rule_kind_bad"),
        points=points,
        cap=_cap(record),
        evidence=record.get("evidence", "")[:100],
        review=record.get("review", "")[:60],
        line=line,
    )


def _cap(record: dict[str, str]) -> Cap | None:
    written = record.get("cap_points", "")
    if not written:
        return None
    points_max = parse_tenths(written)
    if points_max <= 0:
        raise Invalid("rule_cap_bad", value=written)
    return Cap(
        points_max=Tenths(points_max),
        period=_word(_PERIODS, record.get("cap_period", ""), "rule_cap_period_bad"),
        scope=_word(_SCOPES, record.get("cap_scope", ""), "rule_cap_scope_bad"),
        group=record.get("cap_group", "")[:20],
    )


def _word(meanings: dict[str, Meaning], written: str, code: str) -> Meaning:
    try:
        return meanings[written.strip().lower()]
    except KeyError as error:
        raise Invalid(code, value=written) from error
