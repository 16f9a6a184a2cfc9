"""`flask --app wsgi import register`."""

from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from app.extensions import db
from app.people import queries
from app.people.models import Household, RegisterImport
from tests.factories.places import Places
from tests.factories.registers import (
    CLEAN_REGISTER,
    FAMILY,
    MESSY_REGISTER,
    changed,
    family_register,
)


def run(app: Flask, file: Path, *options: str, village: str = "luxi") -> Result:
    result = app.test_cli_runner().invoke(
        args=["import", "register", str(file), "--village", village, *options]
    )
    db.session.rollback()
    return result


def households() -> int:
    return db.session.scalar(select(func.count()).select_from(Household)) or 0


@pytest.fixture
def family_file(tmp_path: Path) -> Path:
    path = tmp_path / "花名册.xlsx"
    path.write_bytes(family_register())
    return path


def test_a_dry_run_shows_and_writes_nothing(app: Flask, places: Places) -> None:
    result = run(app, MESSY_REGISTER, "--dry-run")
    assert result.exit_code == 0, result.output
    assert "第942行 9005 周测试丁" in result.output
    assert "出生年月“1970.13”不对。请改成 1970-12 的样子再导入。" in result.output
    assert "这是试看，什么都没有改。" in result.output
    assert households() == 0
    assert db.session.scalar(select(func.count()).select_from(RegisterImport)) == 0


def test_importing_twice_says_that_nothing_changed(app: Flask, places: Places) -> None:
    first = run(app, CLEAN_REGISTER)
    assert "新增户：300" in first.output
    assert "新增人员：927" in first.output
    assert "已导入。" in first.output
    again = run(app, CLEAN_REGISTER)
    assert "花名册和册上一致，什么都没有改。" in again.output
    assert "没有变动的人：927" in again.output
    assert households() == 300


def test_changes_are_shown_and_gone_people_leave_only_when_asked(
    app: Flask, places: Places, family_file: Path
) -> None:
    run(app, family_file)
    family_file.write_bytes(family_register(changed(FAMILY[0], phone="13900139000"), *FAMILY[1:4]))
    kept = run(app, family_file)
    assert "手机号：13800138001 → 13900139000" in kept.output
    assert "新表里没有的1人仍在册" in kept.output
    gone = run(app, family_file, "--remove-gone")
    assert gone.output.endswith("已导入。\n")
    statuses = {member.name: member.status for member in queries.members(places.village_id)}
    assert statuses["赵小军"] == "moved_away"
    assert "什么都没有改" in run(app, family_file, "--remove-gone").output


def test_the_whole_report_goes_to_a_file(app: Flask, places: Places, tmp_path: Path) -> None:
    report = tmp_path / "report.xlsx"
    run(app, MESSY_REGISTER, "--report", str(report))
    rows = CalamineWorkbook.from_path(report).get_sheet_by_index(0).to_python()
    assert sum(row[0] == "没有导入" for row in rows) == 9
    assert sum(row[0] == "新增人员" for row in rows) == 928


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("空.xlsx", b"", "文件是空的"),
        ("花名册.xlsx", b"%PDF-1.7", "打不开"),
        ("花名册.csv", "姓名,性别\n张三,男\n".encode(), "缺少：户号"),
    ],
)
def test_an_unusable_file_is_refused_in_one_sentence(
    app: Flask, places: Places, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    result = run(app, path)
    assert result.exit_code == 1
    assert words in result.output
    assert "Traceback" not in result.output


def test_an_unknown_village_is_refused(app: Flask, places: Places, family_file: Path) -> None:
    result = run(app, family_file, village="nowhere")
    assert result.exit_code == 1
    assert "没有找到这个村" in result.output
