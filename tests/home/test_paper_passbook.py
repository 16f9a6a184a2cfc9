"""The paper passbook: only what is new, in its row, and any page once more."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from app.home import queries, service
from app.identity.domain import Role
from app.kit.errors import Conflict
from app.kit.points import Tenths
from app.people import service as people
from app.people.domain.persons import Person
from app.web.transaction import run_in_transaction
from tests.factories.activities import Branch, give_points, make_branch
from tests.printing.paper import Page, outside, overlapping, read_pages
from tests.support.clients import ApiClient, PageClient

Clients = Callable[[str | None], PageClient]
NAME = "王大山"


@pytest.fixture
def branch(app: Flask) -> Branch:
    return make_branch()


def earn(branch: Branch, first: int, last: int) -> None:
    """So many credits, each of another amount: 0.1, 0.2 and so on."""
    for amount in range(first, last + 1):
        give_points(branch, NAME, Tenths(amount))


def fetch(client: PageClient, path: str) -> list[Page]:
    answer = client.get(path, follow=True)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    return read_pages(answer.data)


def balances(page: Page) -> list[str]:
    """The last figure of every row."""
    return re.findall(r"26\.10\.\d\d\s+迁户转账\s+[\d.]+\s+([\d.]+)", page.text)


def figures(page: Page, below: float) -> list[tuple[float, float]]:
    """Where the sixes of a page stand below a height, as there are some in every column."""
    found = [(each.left, each.top) for each in page.glyphs if each.character == "6"]
    return sorted(place for place in found if place[1] > below)


def test_a_page_is_filled_print_by_print(branch: Branch, page_client: Clients) -> None:
    president = page_client(branch.places.token(Role.BRANCH_PRESIDENT))
    home = f"/passbooks/{branch.household_of(NAME)}"
    assert "没有新的" in president.get(home).text
    assert president.post(f"{home}/prints").status_code == 409
    earn(branch, 1, 4)
    assert "请放一张新的" in president.get(home).text
    kept = president.post(f"{home}/prints", key="once")
    again = president.post(f"{home}/prints", key="once")
    assert again.headers["Location"] == kept.headers["Location"]
    (page,) = fetch(president, kept.headers["Location"])
    assert (round(page.width), round(page.height)) == (148, 105)
    assert balances(page) == ["0.1", "0.3", "0.6", "1"]
    assert "第 1 页" in page.text
    assert "没有新的" in president.get(home).text

    earn(branch, 5, 13)
    shown = president.get(home).text
    assert "<strong>9</strong> 笔没有打印过" in shown
    assert "已经印了 4 行" in shown
    first, second = fetch(president, president.post(f"{home}/prints").headers["Location"])
    # Seven rows below the four that stand there, without title and lines; two on a new page.
    assert balances(first) == ["1.5", "2.1", "2.8", "3.6", "4.5", "5.5", "6.6"]
    assert "积分存折" not in first.text
    assert balances(second) == ["7.8", "9.1"]
    assert "第 2 页" in second.text
    (whole,) = fetch(president, f"{home}/pages/1.pdf")
    assert balances(whole) == [*balances(page), *balances(first)]
    for drawn in (page, first, second, whole):
        assert overlapping(drawn) == []
        assert outside(drawn, left=8, right=8, top=6, bottom=4) == ""
    # Every row stands where the whole page has it.
    below = max(glyph.bottom for glyph in page.glyphs if glyph.character == "6")
    for left, right in zip(figures(first, below), figures(whole, below), strict=True):
        assert left == pytest.approx(right, abs=0.05)
    assert president.get(f"{home}/pages/3.pdf").status_code == 404
    assert president.get(f"{home}/prints/9.pdf").status_code == 404


def test_two_prints_at_once_print_everything_once(branch: Branch, app: Flask) -> None:
    earn(branch, 1, 3)
    home = {"village_id": branch.village_id, "household_id": branch.household_of(NAME)}
    president = ApiClient(app, branch.places.token(Role.BRANCH_PRESIDENT))
    path = f"/households/{home['household_id']}/passbook-prints"
    made = president.post(path)
    assert (made.status_code, made.get_json()) == (201, {"number": 1, "rows": [0, 1, 2]})
    with pytest.raises(Conflict, match="passbook_nothing_new"):
        run_in_transaction(lambda: service.print_passbook(**home, actor_id=1))
    earn(branch, 4, 4)
    assert president.post(path).get_json() == {"number": 2, "rows": [3]}
    book = queries.paper_passbook(**home)
    assert [row.balance for row in book.rows] == [1, 3, 6, 10]
    assert president.post("/households/5/passbook-prints").status_code == 404
    other = ApiClient(app, branch.places.token(Role.BRANCH_PRESIDENT, "shishan"))
    assert other.post(path).status_code == 404
    assert ApiClient(app, branch.places.token(Role.CLERK)).post(path).status_code == 403


def test_a_name_without_glyph_is_named(branch: Branch, page_client: Clients) -> None:
    earn(branch, 1, 1)
    person = Person("\U000323af大山", relation="户主")
    run_in_transaction(
        lambda: people.update_member(
            village_id=branch.village_id, member_id=branch.member(NAME), person=person
        )
    )
    president = page_client(branch.places.token(Role.BRANCH_PRESIDENT))
    home = f"/passbooks/{branch.household_of(NAME)}"
    said = president.post(f"{home}/prints")
    assert said.status_code == 422
    assert "0001" in said.text
    assert "U+323AF" in said.text
    assert "<strong>1</strong> 笔没有打印过" in president.get(home).text
