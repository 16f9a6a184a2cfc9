"""Every figure explained down to ledger rows: on pages, by the API and by the command."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Page

from app.identity.access import SESSION_COOKIE
from app.identity.domain import Role
from app.incentives import queries
from app.ledger import queries as books
from app.ledger import service as ledger
from app.web.transaction import run_in_transaction
from tests.factories.people import member_token
from tests.incentives.village import OCTOBER, Village, make_village, on
from tests.printing.paper import read_pages
from tests.support.clients import ApiClient, PageClient
from tests.support.live_server import serve
from tests.support.page_checks import page_faults

Clients = Callable[[str | None], PageClient]


@pytest.fixture
def village(app: Flask) -> Village:
    return make_village()


@pytest.fixture
def closed(village: Village) -> Village:
    with on(25):
        village.close()
    return village


def entry_id(village: Village, key: str) -> int:
    found = books.entry_by_key(village.id, f"incentive:2026-10:{key}")
    assert found is not None
    return found


def grid_entry(village: Village, name: str) -> int:
    return entry_id(village, f"grid:{village.grids[name]}:0")


def row_of(village: Village, name: str, amount: int) -> int:
    """The id of the entry by which a member got so much."""
    story = queries.member_story(village.id, OCTOBER, village.members[name])
    (row,) = [row for row in story.rows if row.amount == amount]
    return row.entry_id


def test_the_command_prints_terms_and_rows(app: Flask, closed: Village) -> None:
    def told(*options: str) -> list[str]:
        arguments = ["incentives", "explain", "--village", "luxi", "--month", "2026-10", *options]
        result = app.test_cli_runner().invoke(args=arguments)
        assert result.exit_code == 0, result.output
        return [line.strip() for line in result.output.splitlines()]

    grid = told("--grid", "第2网格")
    assert grid[:4] == [
        "第2网格 2026年10月（已结账）",
        "按第1版积分细则",
        "5户，3户参加，参与率60%，户均评价分 14 ÷ 5 = 2.8",
        "达到60%，每户+1",
    ]
    assert f"凭证{grid_entry(closed, '第2网格')}" in grid
    assert "0008户 评价分 0，没有参加" in grid
    member = told("--member", "周党生")
    assert "2 + (5 ÷ 5户 × 0.3 = 0.3) = 2.3" in member
    assert "联系户 0012户 -3" in member
    assert any("冲正：公益劳动 -3" in line for line in member)
    own = row_of(closed, "周党生", 20)
    assert f"凭证{own} 2026-10-06 周党生 公益劳动 2" in member
    household = told("--household", "2")
    team = entry_id(closed, f"team:{closed.teams['环境保护队']}:0")
    assert f"网格奖励 第1网格 +1 凭证{grid_entry(closed, '第1网格')}" in household
    assert f"服务队奖励 环境保护队 +1 凭证{team}" in household
    assert household[2] == "评价分 4"
    assert "联系4户，不到5户，不加：6 = 6" in told("--member", "吴党红")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "say one of"),
        (("--household", "1", "--grid", "第1网格"), "say one of"),
        (("--household", "999"), "没有找到这一户"),
        (("--member", "没有人"), "没有这个人"),
        (("--grid", "第9网格"), "这个月的计算里没有这一项"),
    ],
)
def test_the_command_says_what_is_wrong(
    app: Flask, village: Village, options: tuple[str, ...], said: str
) -> None:
    arguments = ["incentives", "explain", "--village", "luxi", "--month", "2026-10", *options]
    result = app.test_cli_runner().invoke(args=arguments)
    assert result.exit_code != 0
    assert said in result.output


def test_the_preview_is_what_the_close_posts(village: Village, page_client: Clients) -> None:
    president = page_client(village.places.token(Role.BRANCH_PRESIDENT))
    with on(25):
        before = queries.computed_month(village.id, OCTOBER)
        shown = president.get("/desk/incentives").get_data(as_text=True)
        assert "2026年10月，如果现在结账" in shown
        assert "自己 2 + 0.3（联系户合计 5 ÷ 5 户 × 0.3） = 2.3" in shown
        assert "5 户，3 户参加，参与率 60%，户均评价分 2.8" in shown
        village.close()
        after = queries.computed_month(village.id, OCTOBER)
    assert (before.kept, before.entry_ids) == (None, {})
    assert after.kept is not None
    assert replace(after.result) == before.result


def test_pages_lead_from_the_month_to_the_rows(closed: Village, page_client: Clients) -> None:
    president = page_client(closed.places.token(Role.BRANCH_PRESIDENT))

    def shown(path: str) -> str:
        answer = president.get(f"/incentives/2026-10{path}", follow=True)
        assert answer.status_code == 200, path
        return answer.get_data(as_text=True)

    month = shown("")
    for path in (
        f"/grids/{closed.grids['第1网格']}",
        f"/members/{closed.members['周党生']}",
    ):
        assert f'href="/incentives/2026-10{path}"' in month
        assert "已经结账，下面的数不再变" in shown(path)
    household = f"/households/{closed.households['0002']}"
    assert f'href="/incentives/2026-10{household}"' in shown(f"/grids/{closed.grids['第1网格']}")
    found = president.get("/incentives/2026-10/households?passbook=2")
    assert found.headers["Location"].endswith(household)
    assert f"凭证 {row_of(closed, '0006甲', 20)}" in shown("/households?passbook=6")
    for path in ("/incentives/2026-13", "/incentives/2031-01", "/incentives/2026-10/grids/5"):
        assert president.get(path).status_code == 404


def test_the_sheets_say_the_same_on_paper(closed: Village, page_client: Clients) -> None:
    president = page_client(closed.places.token(Role.BRANCH_PRESIDENT))

    def printed(path: str) -> str:
        answer = president.get(f"/incentives/2026-10{path}/sheet.pdf")
        assert answer.status_code == 200, path
        return "\n".join(page.text for page in read_pages(answer.data))

    member = printed(f"/members/{closed.members['周党生']}")
    assert "2 + 0.3（联系户合计 5 ÷ 5 户 × 0.3） = 2.3" in plain(member)
    assert "0012" in member
    assert "−3" in member
    assert "已结账" in member
    grid = printed(f"/grids/{closed.grids['第2网格']}")
    assert "5户，参加3户" in plain(grid).replace(" ", "")
    assert "各户合计14÷5户" in plain(grid).replace(" ", "")
    assert "0008" in grid
    nobody = president.get(f"/incentives/2026-10/members/{closed.members['0006甲']}/sheet.pdf")
    assert nobody.status_code == 404
    villager = page_client(member_token(closed.id, closed.members["周党生"], "周党生"))
    denied = villager.get(f"/incentives/2026-10/members/{closed.members['周党生']}/sheet.pdf")
    assert denied.status_code == 403


def plain(text: str) -> str:
    return text.replace("\n", "")


def test_the_api_says_the_same(app: Flask, closed: Village) -> None:
    api = ApiClient(app, closed.places.token(Role.SUPERVISION))
    month = api.get("/incentives/2026-10").get_json()
    assert (month["closed"], month["rule_version"], month["pool"], month["paid"]) == (
        True, 1, "50", "9",
    )  # fmt: skip
    assert [(grid["name"], grid["took_part"], grid["bonus"]) for grid in month["grids"]] == [
        ("第1网格", 3, "1"),
        ("第2网格", 3, "1"),
        ("第3网格", 1, "0"),
    ]
    assert [(each["name"], each["term"], each["total"]) for each in month["linked"]] == [
        ("周党生", "0.3", "2.3"),
        ("吴党红", "0", "6"),
    ]
    assert [(team["name"], team["sessions"], team["bonus"]) for team in month["teams"]] == [
        ("环境保护队", ["秋季清扫"], "1")
    ]
    member = api.get(f"/incentives/2026-10/members/{closed.members['周党生']}").get_json()
    assert member["entry_id"] == str(entry_id(closed, f"linked:{closed.members['周党生']}"))
    assert [each["net"] for each in member["linked"]] == ["4", "2", "0", "2", "-3"]
    assert [row["amount"] for row in member["linked"][4]["rows"]] == ["-3"]
    grid = api.get(f"/incentives/2026-10/grids/{closed.grids['第3网格']}").get_json()
    assert [(each["passbook_no"], each["took_part"]) for each in grid["households"]] == [
        ("0010", True),
        ("0011", False),
        ("0012", False),
    ]
    assert [row["amount"] for row in grid["households"][1]["rows"]] == ["2", "-2"]
    assert [len(each["deeds"]) for each in grid["households"]] == [1, 0, 0]
    assert api.get("/incentives/2026-11").get_json()["closed"] is False


def test_a_villager_sees_the_own_household_and_nobody_elses_deeds(
    app: Flask, closed: Village, page_client: Clients
) -> None:
    token = member_token(closed.id, closed.members["周党生"], "周党生")
    me, api = page_client(token), ApiClient(app, token)
    own = f"/incentives/2026-10/households/{closed.households['0001']}"
    assert "网格奖励" in me.get(own).get_data(as_text=True)
    mine = f"/incentives/2026-10/members/{closed.members['周党生']}"
    assert me.get(mine).status_code == 200
    assert [each["rows"] for each in api.get(mine).get_json()["linked"]] == [[]] * 5
    for path, status in (
        (f"/incentives/2026-10/households/{closed.households['0002']}", 404),
        (f"/incentives/2026-10/members/{closed.members['0002甲']}", 404),
        ("/incentives/2026-10", 403),
        (f"/incentives/2026-10/grids/{closed.grids['第1网格']}", 403),
        ("/desk/incentives", 403),
    ):
        assert me.get(path).status_code == status, path
        if path.startswith("/incentives"):
            assert api.get(path).status_code == status, path
    entry = me.get(f"/me/entries/{grid_entry(closed, '第1网格')}")
    assert "2026年10月网格奖励" in entry.get_data(as_text=True)
    assert own in entry.get_data(as_text=True)


def test_another_village_finds_nothing(closed: Village, page_client: Clients) -> None:
    other = page_client(closed.places.token(Role.BRANCH_PRESIDENT, "shishan"))
    for path in ("", f"/grids/{closed.grids['第1网格']}", f"/members/{closed.members['周党生']}"):
        assert other.get(f"/incentives/2026-10{path}").status_code == 404
    assert other.get("/desk/incentives").status_code == 200


def test_the_pool_by_page_and_api(app: Flask, village: Village, page_client: Clients) -> None:
    token = village.places.token(Role.BRANCH_PRESIDENT)
    president, api = page_client(token), ApiClient(app, token)
    with on(24):
        filled = [
            president.post("/desk/incentives/pool", {"points": "10", "returns": "0"}, key="k")
            for _ in range(2)
        ]
        assert [answer.status_code for answer in filled] == [303, 303]
        assert api.get("/bonus-pool").get_json() == {"balance": "60"}
        taken = api.post("/bonus-pool/movements", {"points": "59.5", "returns": True})
        assert (taken.status_code, taken.get_json()) == (201, {"balance": "0.5"})
        short = president.post("/desk/incentives/pool", {"points": "3", "returns": "1"})
        assert short.status_code == 409
        assert "奖励池里只有0.5分，取不出3分" in short.get_data(as_text=True)
        for points in ("0", "-1", "1.55", "多", ""):
            refused = president.post("/desk/incentives/pool", {"points": points, "returns": "0"})
            assert refused.status_code == 422, points
    for role in (Role.SUPERVISION, Role.ORGANISER):
        other = ApiClient(app, village.places.token(role))
        assert other.post("/bonus-pool/movements", {"points": "1"}).status_code == 403
    assert ApiClient(app).get("/bonus-pool").status_code == 401


def test_every_page_can_be_read_by_everybody(app: Flask, closed: Village, phone: Page) -> None:
    token = closed.places.token(Role.BRANCH_PRESIDENT)
    with serve(lambda _: app.wsgi_app) as address, on(26):
        phone.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
        for path in (
            "/desk/incentives",
            f"/incentives/{OCTOBER}",
            f"/incentives/{OCTOBER}/households/{closed.households['0002']}",
            f"/incentives/{OCTOBER}/members/{closed.members['周党生']}",
            f"/incentives/{OCTOBER}/grids/{closed.grids['第2网格']}",
        ):
            phone.goto(address + path)
            assert page_faults(phone) == [], path


def test_a_month_closed_before_results_were_kept_is_read_and_gives_nothing(
    village: Village, page_client: Clients
) -> None:
    with on(25):
        run_in_transaction(lambda: ledger.close_period(village.id, month=OCTOBER))
    found = queries.computed_month(village.id, OCTOBER)
    assert (found.kept, found.result.linked, found.result.paid) == (None, (), 0)
    assert [len(grid.took_part) for grid in found.result.grids] == [3, 3, 1]
    president = page_client(village.places.token(Role.BRANCH_PRESIDENT))
    shown = president.get(f"/incentives/{OCTOBER}").get_data(as_text=True)
    assert "还没有保存联动计算" in shown
