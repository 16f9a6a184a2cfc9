"""Rule books as villages keep them: read where they can be, each bad line with its reason."""

import io

import pytest
import xlsxwriter

from app.kit.errors import Invalid
from app.kit.points import Tenths
from app.rulebook.domain.lint import lint_rules
from app.rulebook.domain.reading import read_rules
from app.rulebook.domain.rules import Cap, CapPeriod, CapScope, RuleKind
from app.web.messages import sentence


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
    assert [finding.line for finding in lint_rules(rules)] == [3]
    assert {(found.line, found.code) for found in refused} == {
        (4, "rule_kind_bad"),
        (5, "bad_amount"),
        (6, "rule_points_bad"),
        (7, "rule_cap_period_bad"),
        (8, "rule_cap_scope_bad"),
        (9, "text_missing"),
    }
    for found in refused:
        assert "{" not in sentence(found.code, found.facts)
    assert "分值“0”不对，要大于 0、不超过1000。" in sentence(refused[2].code, refused[2].facts)


def test_numbers_as_people_write_them() -> None:
    sheet = (
        "细则编号,细则内容,加减分,积分,上限,周期,对象,共用封顶,佐证材料\n"
        "hj０１, 参加 清扫 ,加分,２分,8 分,月,每户,yard,签到\n"
        "kf01,乱堆乱放,减分,-2,4,季度,家庭,,通知\n"
        "JT01,网格达标,集体奖励,+0.5,,,,,\n"
        "\n"
    )
    rules, refused = read_rules(sheet.encode("utf-8-sig"))
    assert refused == []
    first, second, last = rules
    assert first.cap == Cap(Tenths(80), CapPeriod.MONTH, CapScope.HOUSEHOLD, "YARD")
    assert (second.code, second.kind, second.points) == ("KF01", RuleKind.DEDUCT, 20)
    assert second.cap == Cap(Tenths(40), CapPeriod.QUARTER, CapScope.HOUSEHOLD)
    assert (first.code, first.title, first.category, first.points) == (
        "HJ01", "参加 清扫", "其他", 20,
    )  # fmt: skip
    assert (last.kind, last.points, last.cap) == (RuleKind.BONUS, 5, None)


def test_a_workbook_with_its_header_further_down() -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write(0, 0, "露溪村积分细则(2026年)")
        sheet.write_row(
            2, 0, ["序号", "编号", "类别", "名称", "类型", "分值", "封顶", "封顶周期", "封顶对象"]
        )
        sheet.write_row(3, 0, [1, "A1", "环境", "清扫", "加分", 2, 8, "每年", "个人"])
        sheet.write_row(4, 0, [2, "A2", "环境", "送餐", "加分", 0.5, None, None, "个人"])
        sheet.write_row(6, 0, [3, "A3", "环境", "送餐", "加分", 0.25])
    rules, refused = read_rules(content.getvalue())
    assert [(rule.code, rule.points, rule.line) for rule in rules] == [("A1", 20, 4), ("A2", 5, 5)]
    assert rules[0].cap == Cap(Tenths(80), CapPeriod.YEAR, CapScope.MEMBER)
    assert [(found.line, found.code) for found in refused] == [(7, "bad_amount")]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (",,,,,,,,,", None),
        ("B1,清扫,加分,-2,,,,,,", "rule_points_bad"),
        ("B1,清扫,加分,2000,,,,,,", "rule_points_bad"),
        ("B1,清扫,加分,999999999999,,,,,,", "bad_amount"),
        ("B1,清扫,加分,2,0,每月,户,,,", "rule_cap_bad"),
        ("B1,清扫,加分,2,,每月,户,,,", "rule_cap_bad"),
        ("B1,清扫,加分,2,,,,YARD,,", "rule_cap_bad"),
        ("B1,清扫,加分,2,8,,户,,,", "rule_cap_period_bad"),
        ("B1,清扫,加分,2,8,每月,,,,", "rule_cap_scope_bad"),
        ("B1,清\u202e扫,加分,2,,,,,,", "hidden_characters"),
        ("B1,清扫,加分,2,,,,,签\u200b到,", "hidden_characters"),
        (f"B1,{'清' * 101},加分,2,,,,,,", "text_too_long"),
        (f"{'B' * 21},清扫,加分,2,,,,,,", "text_too_long"),
        (f"B1,清扫,加分,2,,,,,{'签' * 101},", "text_too_long"),
        (f"B1,清扫,加分,2,8,月,户,{'组' * 21},,", "text_too_long"),
        ("B1,,加分,2,,,,,,", "text_missing"),
    ],
)
def test_a_bad_line_is_refused_and_the_others_are_read(row: str, code: str | None) -> None:
    sheet = (
        "编号,名称,类型,分值,封顶,封顶周期,封顶对象,封顶组,依据,审核\n"
        f"{row}\nA1,清扫,加分,2,,,,,,\n"
    )
    rules, refused = read_rules(sheet.encode())
    assert [rule.code for rule in rules] == ["A1"]
    assert [found.code for found in refused] == ([] if code is None else [code])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "sheet_empty"),
        (b"PK\x03\x04 torn", "sheet_unreadable"),
        (b"\x00\x01\x02\xff", "sheet_unreadable"),
        ("编号,名称\nA1,清扫\n".encode(), "sheet_columns_missing"),
    ],
)
def test_a_file_that_is_no_rule_book(content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_rules(content)
    assert refused.value.code == code
