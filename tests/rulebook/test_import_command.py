"""`flask --app wsgi import rulebook`."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from app.extensions import db
from app.kit.points import Tenths
from app.kit.workbook import read_workbook, write_workbook
from app.rulebook import queries
from app.rulebook.domain.files import write_rule_book
from app.rulebook.domain.incentives import NO_INCENTIVES, USUAL_INCENTIVES, GridTerms
from tests.factories.places import Places
from tests.factories.rulebooks import SAMPLE

_ADOPTION = {
    "--starts-on": "2026-09-01", "--meeting-on": "2026-08-20", "--meeting-kind": "村民代表会议",
    "--present": "46", "--votes-for": "44", "--votes-against": "1", "--record-number": "5号",
}  # fmt: skip


def _run(app: Flask, file: Path, *options: str, village: str = "luxi", **changed: str) -> Result:
    given = _ADOPTION | {f"--{name.replace('_', '-')}": value for name, value in changed.items()}
    record = [part for option in given.items() for part in option]
    result = app.test_cli_runner().invoke(
        args=["import", "rulebook", str(file), "--village", village, *record, *options]
    )
    db.session.rollback()
    return result


def _written(path: Path, sheet: str) -> Path:
    path.write_text(sheet, encoding="gb18030")
    return path


@pytest.fixture
def torn_file(tmp_path: Path) -> Path:
    rows = ("编号,名称,类型,分值", "A1,清扫,加分,2", "A2,送餐,加分,两分", "A3,越级上访,扣分,5")
    sheet = "\n".join((*rows, "A1,巡逻,加分,2"))
    return _written(tmp_path / "细则.csv", sheet)


def test_the_sample_is_saved_once(app: Flask, places: Places) -> None:
    dry = _run(app, SAMPLE, "--dry-run")
    assert (dry.exit_code, "什么都没有存" in dry.output) == (0, True)
    assert queries.versions(places.village_id) == []
    first = _run(app, SAMPLE)
    assert "读到48条细则。" in first.output
    assert "已存为第1版，从2026-09-01起算。" in first.output
    again = _run(app, SAMPLE)
    assert "和第1版一样，什么都没有改。" in again.output
    assert len(queries.versions(places.village_id)) == 1


def test_a_new_version_says_what_it_changes(app: Flask, places: Places, tmp_path: Path) -> None:
    _run(app, SAMPLE)
    sheet = SAMPLE.read_text(encoding="utf-8-sig").replace(
        "YF02,移风易俗,丧事简办,earn,20,20", "YF02,移风易俗,丧事简办,earn,15,20"
    )
    sheet = sheet.replace("BZ07,表彰,参军", "BZ17,表彰,参军")
    result = _run(app, _written(tmp_path / "新.csv", sheet), starts_on="2027-01-01")
    for line in (
        "改动 YF02 丧事简办",
        "新增 BZ17 参军",
        "取消 BZ07 参军",
        "46条不变。",
        "已存为第2版",
    ):
        assert line in result.output


def test_everything_that_keeps_it_from_being_saved_is_listed(
    app: Flask, places: Places, torn_file: Path
) -> None:
    result = _run(app, torn_file)
    assert result.exit_code == 1
    for line in (
        "第3行 “两分”不是正确的分数。",
        "第4行 A3 越级上访：反映问题、信访、投诉、举报是村民的权利",
        "第5行 A1 巡逻：这个编号前面已经用过了。",
        "没有保存。",
    ):
        assert line in result.output
    assert queries.versions(places.village_id) == []


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"votes_for": "20"}, "没有过到会人数的一半"),
        ({"votes_for": "46"}, "表决票数对不上"),
        ({"record_number": ""}, "没有填写表决记录"),
        ({"meeting_on": "2999-01-01"}, "不能晚于今天"),
        ({"village": "nowhere"}, "没有找到这个村"),
    ],
)
def test_a_refusal_says_why(
    app: Flask, places: Places, changed: dict[str, str], sentence: str
) -> None:
    result = _run(app, SAMPLE, **changed)
    assert result.exit_code == 1
    assert sentence in result.output
    assert queries.versions(places.village_id) == []


def test_a_file_that_is_no_table(app: Flask, places: Places, tmp_path: Path) -> None:
    path = tmp_path / "细则.xlsx"
    path.write_bytes(b"PK\x03\x04 torn")
    result = _run(app, path)
    assert result.exit_code == 1
    assert "打不开" in result.output


def test_linked_scores_and_bonuses_stay_unless_told(app: Flask, places: Places) -> None:
    _run(app, SAMPLE, "--incentives", "usual")
    kept = _run(app, SAMPLE, starts_on="2027-01-01")
    dropped = _run(app, SAMPLE, "--incentives", "none", starts_on="2027-02-01")
    assert [each.exit_code for each in (kept, dropped)] == [0, 0]
    adopted = [queries.incentives_of(each) for each in queries.versions(places.village_id)]
    assert adopted == [NO_INCENTIVES, USUAL_INCENTIVES, USUAL_INCENTIVES]


def test_a_workbook_brings_its_own_terms(app: Flask, places: Places, tmp_path: Path) -> None:
    _run(app, SAMPLE, "--incentives", "usual")
    terms = replace(USUAL_INCENTIVES, grid=GridTerms(70, Tenths(15)))
    version = queries.versions(places.village_id)[0]
    content = write_rule_book(
        queries.rules(version.id), terms, queries.adoption_of(version),
        number=1, starts_on=version.starts_on,
    )  # fmt: skip
    file = tmp_path / "细则.xlsx"
    file.write_bytes(content)
    result = _run(app, file, starts_on="2027-01-01")
    assert "改动 网格奖励：参与率达到百分之几" in result.output
    assert "48条不变。" in result.output
    assert queries.incentives_of(queries.versions(places.village_id)[0]) == terms
    sheets = read_workbook(content)
    sheets[1].rows[5][1] = "七成"
    file.write_bytes(write_workbook(sheets))
    refused = _run(app, file, starts_on="2027-01-01")
    assert refused.exit_code == 1
    assert "“个人和集体联动”表第6行 “网格奖励：参与率达到百分之几”填的“七成”不对" in refused.output
    assert len(queries.versions(places.village_id)) == 2
