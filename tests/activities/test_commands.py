"""The head bank's commands."""

from pathlib import Path

from flask import Flask

from app.activities import queries
from app.kit.month import Month
from tests.activities.site import Site

SAMPLE = Path(__file__).parents[2] / "app" / "sample" / "data" / "themes.csv"


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    done = app.test_cli_runner().invoke(args=list(arguments))
    return done.exit_code, done.output


def test_a_table_of_themes_is_taken_again_and_again(site: Site, tmp_path: Path) -> None:
    first = run(site.app, "import", "themes", str(SAMPLE), "--village", "luxi")
    assert first == (0, "新增10个，改了0个，没有变化0个，没收0行。\n")
    again = run(site.app, "import", "themes", str(SAMPLE), "--village", "luxi")
    assert again == (0, "新增0个，改了0个，没有变化10个，没收0行。\n")
    town_id = site.branch.places.town_id
    lists = queries.lists_of_month(town_id, Month(2026, 11))
    assert [len(queries.themes_of([found.id])) for found in lists] == [5]
    bad = tmp_path / "bad.csv"
    bad.write_text("月份,编号\n", encoding="utf-8")
    code, output = run(site.app, "import", "themes", str(bad), "--village", "luxi")
    assert (code, "主题、细则编号、积分" in output) == (1, True)


def test_a_quota_is_granted_once_a_month_and_key(site: Site) -> None:
    wish = ["grant-quota", "--village", "luxi", "--month", "2026-10", "--points", "30.5"]
    assert run(site.app, *wish) == (0, "2026-10 30.5分\n")
    assert run(site.app, *wish) == (0, "2026-10 30.5分\n")
    # The first grant is that of the factory.
    assert len(queries.grants([site.branch.village_id])) == 2
    other = run(site.app, *wish[:-1], "31")
    assert (other[0], "没有执行" in other[1]) == (1, True)
    assert run(site.app, *wish, "--key", "second") == (0, "2026-10 30.5分\n")
    assert run(site.app, *wish[:-3], "十月", "--points", "3")[0] == 2
    assert run(site.app, *wish[:-1], "三十")[0] == 1
