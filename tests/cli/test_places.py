"""A town is set up from the command line, and its people can sign in."""

from flask import Flask
from flask.testing import FlaskCliRunner

from app.identity import queries
from app.identity.domain import Role
from app.ledger import queries as books
from tests.support.clients import ApiClient

PASSWORD = "a long test password"


def _run(runner: FlaskCliRunner, *arguments: str) -> tuple[int, str]:
    result = runner.invoke(args=list(arguments))
    return result.exit_code, result.output


def test_a_town_a_village_and_its_staff(app: Flask) -> None:
    runner = app.test_cli_runner()
    town = ("place", "add-town", "qingshi", "青石镇", "--head-bank-user", "Town")
    assert _run(runner, *town, "--password", PASSWORD)[0] == 0
    again = _run(runner, *town, "--password", PASSWORD)
    assert again[0] == 1
    assert "编号“qingshi”已经有了" in again[1]
    village = (
        "place", "add-village", "luxi", "露溪村", "--contact-name", "村文书",
        "--contact-phone", "0571-55550100", "--contact-place", "村委会",
    )  # fmt: skip
    assert _run(runner, *village, "--town", "nowhere")[0] == 1
    assert _run(runner, *village, "--town", "qingshi", "--first-month", "October")[0] == 2
    opened = _run(runner, *village, "--town", "qingshi", "--first-month", "2026-10")
    assert opened == (0, "露溪村: the book of 2026-10 is open\n")
    found = queries.village_by_code("luxi")
    period = books.open_period(found.id)
    assert period is not None
    assert period.month == "2026-10"
    staff = ("staff", "add", "Luxi-President", "行长", "--village", "luxi")
    assert _run(runner, *staff, "--password", "short", "--role", "branch_president")[0] == 1
    assert _run(runner, *staff, "--password", PASSWORD, "--role", "branch_president")[0] == 0
    ((account, roles),) = queries.staff(found.id)
    assert (account.user_name, roles) == ("luxi-president", [Role.BRANCH_PRESIDENT])
    for user_name in ("town", "luxi-president"):
        answer = ApiClient(app).post("/sessions", {"user_name": user_name, "password": PASSWORD})
        assert answer.status_code == 201
