"""A rule book as a village keeps it in a spreadsheet, read line by line."""

import re
from dataclasses import dataclass
from typing import TypeVar

from app.kit.errors import Fact, Invalid
from app.kit.points import Tenths, parse_tenths
from app.kit.sheets import find_records, read_sheet
from app.kit.text import clean_line, fold_width

from .rules import CAP_POINTS_MAX, RULE_POINTS_MAX, Cap, CapPeriod, CapScope, Rule, RuleKind

Meaning = TypeVar("Meaning")

HEADERS = {
    "code": ("编号", "code", "细则编号", "规则编号", "代码"),
    "category": ("类别", "category", "分类", "项目类别", "大类"),
    "title": ("名称", "title", "内容", "细则", "项目", "积分项目", "评分内容", "细则内容"),
    "kind": ("类型", "kind", "加减分", "性质"),
    "points": ("分值", "points", "积分", "分数", "积分值"),
    "cap_points": ("封顶", "cap_points", "封顶分", "封顶分值", "上限", "积分上限"),
    "cap_period": ("封顶周期", "cap_period", "周期"),
    "cap_scope": ("封顶对象", "cap_scope", "对象"),
    "cap_group": ("封顶组", "cap_group", "共用封顶"),
    "evidence": ("依据", "evidence", "佐证", "佐证材料", "证明材料"),
    "review": ("审核", "review", "审核方式", "审核人", "审核路径"),
}
_REQUIRED = ("code", "title", "kind", "points")

_KINDS = {
    "earn": RuleKind.EARN, "加分": RuleKind.EARN, "奖励": RuleKind.EARN, "得分": RuleKind.EARN,
    "spend": RuleKind.SPEND, "消费": RuleKind.SPEND, "用分": RuleKind.SPEND,
    "花分": RuleKind.SPEND,
    "deduct": RuleKind.DEDUCT, "扣分": RuleKind.DEDUCT, "减分": RuleKind.DEDUCT,
    "bonus": RuleKind.BONUS, "集体奖励": RuleKind.BONUS, "集体加分": RuleKind.BONUS,
}  # fmt: skip
_PERIODS = {
    "event": CapPeriod.EVENT, "每次": CapPeriod.EVENT, "次": CapPeriod.EVENT,
    "单次": CapPeriod.EVENT, "month": CapPeriod.MONTH, "每月": CapPeriod.MONTH,
    "月": CapPeriod.MONTH, "quarter": CapPeriod.QUARTER, "每季": CapPeriod.QUARTER,
    "季": CapPeriod.QUARTER, "季度": CapPeriod.QUARTER, "每季度": CapPeriod.QUARTER,
    "year": CapPeriod.YEAR, "每年": CapPeriod.YEAR, "年": CapPeriod.YEAR,
    "年度": CapPeriod.YEAR, "once": CapPeriod.ONCE, "一次": CapPeriod.ONCE,
    "一次性": CapPeriod.ONCE, "仅一次": CapPeriod.ONCE,
}  # fmt: skip
_SCOPES = {
    "member": CapScope.MEMBER, "个人": CapScope.MEMBER, "人": CapScope.MEMBER,
    "每人": CapScope.MEMBER, "成员": CapScope.MEMBER, "household": CapScope.HOUSEHOLD,
    "户": CapScope.HOUSEHOLD, "家庭": CapScope.HOUSEHOLD, "每户": CapScope.HOUSEHOLD,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RefusedRule:
    """A line that could not be read: the code of the reason, and its facts.

    `sheet` is empty for the sheet of the rules.
    """

    line: int
    code: str
    facts: dict[str, Fact]
    sheet: str = ""


def read_rules(content: bytes) -> tuple[list[Rule], list[RefusedRule]]:
    """The rules of an .xlsx or .csv file, and the lines that have to be mended.

    Raises Invalid with the codes of `kit.sheets`.
    """
    return rules_of_rows(read_sheet(content))


def rules_of_rows(rows: list[list[str]]) -> tuple[list[Rule], list[RefusedRule]]:
    """The same from the cells of a sheet; Invalid `sheet_columns_missing`."""
    rules: list[Rule] = []
    refused: list[RefusedRule] = []
    for line, record in find_records(rows, HEADERS, required=_REQUIRED):
        try:
            rules.append(_rule(line, record))
        except Invalid as error:
            refused.append(RefusedRule(line, error.code, error.facts))
    return rules, refused


def _rule(line: int, record: dict[str, str]) -> Rule:
    kind = _word(_KINDS, record["kind"], "rule_kind_bad")
    return Rule(
        code=clean_line(fold_width(record["code"]), length_max=20, field="编号").upper(),
        category=_text(record, "category", length_max=40) or "其他",
        title=clean_line(record["title"], length_max=100, field="名称"),
        kind=kind,
        points=_points(record["points"], kind),
        cap=_cap(record),
        evidence=_text(record, "evidence", length_max=100),
        review=_text(record, "review", length_max=60),
        line=line,
    )


def _points(written: str, kind: RuleKind) -> Tenths:
    """ "2分", "+2" and, for a deduction, "-2" all mean 2 points."""
    sign = "-" if kind is RuleKind.DEDUCT else "+"
    points = parse_tenths(_bare(written).removeprefix(sign))
    if not 0 < points <= RULE_POINTS_MAX:
        raise Invalid("rule_points_bad", value=written, points_max_tenths=RULE_POINTS_MAX)
    return points


def _cap(record: dict[str, str]) -> Cap | None:
    written = record.get("cap_points", "")
    if not (written or record.get("cap_period") or record.get("cap_group")):
        return None
    points_max = parse_tenths(_bare(written)) if written else Tenths(0)
    if not 0 < points_max <= CAP_POINTS_MAX:
        raise Invalid("rule_cap_bad", value=written, points_max_tenths=CAP_POINTS_MAX)
    return Cap(
        points_max=points_max,
        period=_word(_PERIODS, record.get("cap_period", ""), "rule_cap_period_bad"),
        scope=_word(_SCOPES, record.get("cap_scope", ""), "rule_cap_scope_bad"),
        group=fold_width(_text(record, "cap_group", length_max=20)).upper(),
    )


def _bare(written: str) -> str:
    return re.sub(r"(?<=[0-9])\s*分$|\s+", "", fold_width(written))


def _text(record: dict[str, str], name: str, *, length_max: int) -> str:
    written = record.get(name, "")
    if not written:
        return ""
    return clean_line(written, length_max=length_max, field=HEADERS[name][0])


def _word(meanings: dict[str, Meaning], written: str, code: str) -> Meaning:
    try:
        return meanings[written.strip().lower()]
    except KeyError as error:
        raise Invalid(code, value=written) from error
