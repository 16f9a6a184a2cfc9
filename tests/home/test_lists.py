"""Every list as a file: the same rows in both kinds, names masked by right, nothing calculated."""

import csv
import io
import json
from collections.abc import Callable
from urllib.parse import unquote

import pytest
from flask import Flask
from playwright.sync_api import Page

from app.activities.domain.check_in import Source, State
from app.claims.domain.states import ClaimState
from app.home.queries import list_words
from app.home.queries.lists import LISTS
from app.identity.access import SESSION_COOKIE
from app.identity.domain import VILLAGE_ROLES, Role
from app.kit.workbook import cell_text, read_workbook, write_csv
from app.ledger.domain.accounts import Purpose
from app.ledger.domain.drafts import EntryKind
from app.notices import service as notices
from app.notices.domain import ObjectionSource
from app.people.domain.households import MemberStatus
from app.web.transaction import run_in_transaction
from tests.factories.activities import give_points
from tests.factories.claims import ClaimVillage, submit
from tests.home.month import VillageMonth, on
from tests.support.clients import ApiClient, PageClient
from tests.support.live_server import serve
from tests.support.page_checks import page_faults
from tests.support.wording import words

Clients = Callable[[str | None], PageClient]
MONTH = "2026-10"
WHOLE, MASKED = "王大山", "王*山"

EXPECTED: dict[str, tuple[Role, list[list[str]]]] = {
    "households": (Role.BRANCH_PRESIDENT, [["0001", WHOLE, "", ""]]),
    "members": (Role.BRANCH_PRESIDENT, [["0001", "李秀英", "", "", "在册"]]),
    "activities": (
        Role.ORGANISER,
        [["消防安全宣传", "2026-10-12 09:00", "2026-10-12 10:00", "村委会广场", "2", "10", "2",
          "已结束"]],
    ),
    "roster": (
        Role.ORGANISER, [["0001", WHOLE, "已到", "09:00", "扫积分卡", "60", "2", "2"]]
    ),
    "claims": (
        Role.SUPERVISION,
        [["0001", MASKED, "PA01", "调解邻里纠纷成功", "2026-10-12", "申报", "", "审核中"]],
    ),
    "objections": (
        Role.SUPERVISION,
        [[MONTH, "1", "2026-10-27", "手机", "0001", "陈*兰", "=1+1 那天他没有来。", "待答复", "",
          ""]],
    ),
    "ledger": (
        Role.SUPERVISION,
        [
            ["", "兑换", "2026-10-13", "", "", "0001户可用", "超市收取", "积分", "2"],
            ["", "积分", "2026-10-12", "", "", "评价分来源", f"{MASKED}评价分", "评价分", "2"],
        ],
    ),
    "passbook": (
        Role.MEMBER, [["2026-10-13", "", "兑换", "", "牙刷2支", "-2", "4", "2", "0"]]
    ),
    "stock": (
        Role.BRANCH_PRESIDENT,
        [["露溪爱心超市", "牙刷", "6901000000002", "1", "支", "18", "", ""]],
    ),
    "redemptions": (
        Role.BRANCH_PRESIDENT,
        [["露溪爱心超市", "000001", "2026-10-13 09:00", "0001", "牙刷2支", "2", ""]],
    ),
    "settlements": (Role.SUPERVISION, [["露溪爱心超市", MONTH, "2", "2.00"]]),
    "notice": (Role.MEMBER, [["", "0001", MASKED, "0", "2", "2", "", "6", "6", ""]]),
    "grids": (Role.SUPERVISION, []),
}  # fmt: skip
"""Who takes it, and rows that must be there; an empty cell here stands for whatever is there."""


@pytest.fixture
def session_id(village: VillageMonth) -> int:
    """October with a session, a purchase, a published notice and an objection; its session."""
    give_points(village.branch, WHOLE, 60)  # type: ignore[arg-type]
    session = village.attend(WHOLE, "陈桂兰")
    with on(13):
        village.redeem(WHOLE, {"牙刷": 2})
    notice = village.publish(village.close_october())
    with on(26):
        submit(ClaimVillage(village.branch), "PA01", WHOLE)
    with on(27):
        run_in_transaction(
            lambda: notices.file_objection(
                notice_id=notice.id,
                source=ObjectionSource.PHONE,
                passbook_number="0001",
                objector_name="陈桂兰",
                statement="=1+1 那天他没有来。",
                actor_id=None,
            )
        )
    return session.id


def _token(village: VillageMonth, role: Role) -> str:
    return village.token(WHOLE) if role is Role.MEMBER else village.branch.places.token(role)


def _path(name: str, kind: str, session_id: int) -> str:
    return f"/lists/{name}.{kind}?month={MONTH}&session={session_id}"


def _csv(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_both_kinds_say_the_same_to_whoever_may(
    village: VillageMonth, session_id: int, page_client: Clients, app: Flask
) -> None:
    assert EXPECTED.keys() == LISTS.keys()
    with on(28):
        for name, (role, expected) in EXPECTED.items():
            token = _token(village, role)
            client = page_client(token)
            xlsx = client.get(_path(name, "xlsx", session_id))
            assert xlsx.status_code == 200, name
            rows = [
                [cell_text(cell) for cell in row] for row in read_workbook(xlsx.get_data())[0].rows
            ]
            assert tuple(rows[0]) == LISTS[name].columns
            for wanted in expected:
                assert any(
                    all(cell in ("", found) for cell, found in zip(wanted, row, strict=True))
                    for row in rows
                ), (name, rows)
            answer = client.get(_path(name, "csv", session_id))
            plain = [[cell.removeprefix("'") for cell in row] for row in _csv(answer.get_data())]
            assert plain == rows, name
            of_month = f"-{MONTH}" if LISTS[name].monthly else ""
            file_name = f"露溪村-{LISTS[name].title}{of_month}-2026-10-28.csv"
            assert file_name in unquote(answer.headers["Content-Disposition"]), name
            api = ApiClient(app, token).get(
                f"/lists/{name}.csv", month=MONTH, session=str(session_id)
            )
            assert api.get_data() == answer.get_data(), name


def test_nobody_else_gets_it(village: VillageMonth, session_id: int, page_client: Clients) -> None:
    clients = {role: page_client(_token(village, role)) for role in VILLAGE_ROLES}
    with on(28):
        for name, listed in LISTS.items():
            path = _path(name, "csv", session_id)
            assert page_client(None).get(path).status_code == 401, name
            for role, client in clients.items():
                expected = 200 if role in listed.roles else 403
                if name == "roster" and role is Role.GRID_WORKER:
                    expected = 404  # somebody else's session
                assert client.get(path).status_code == expected, (name, role)
        president = clients[Role.BRANCH_PRESIDENT]
        for path in ("/lists/nothing.csv", "/lists/households.pdf", "/lists/ledger.csv?month=x",
                     "/lists/ledger.csv?month=2020-01", "/lists/roster.csv"):  # fmt: skip
            assert president.get(path).status_code == 404, path


def test_names_are_whole_for_the_president_only(
    village: VillageMonth, session_id: int, page_client: Clients
) -> None:
    with on(28):
        for name in LISTS:
            for role in LISTS[name].roles - {Role.BRANCH_PRESIDENT, Role.MEMBER}:
                answer = page_client(_token(village, role)).get(_path(name, "csv", session_id))
                if answer.status_code == 200 and name != "roster":
                    assert WHOLE not in answer.get_data(as_text=True), (name, role)
        president = page_client(_token(village, Role.BRANCH_PRESIDENT))
        assert WHOLE in president.get(_path("ledger", "csv", session_id)).get_data(as_text=True)
        other = page_client(village.branch.places.token(Role.BRANCH_PRESIDENT, "shishan"))
        assert other.get(_path("ledger", "csv", session_id)).status_code == 404
        assert WHOLE not in other.get("/lists/households.csv").get_data(as_text=True)


def test_nothing_is_calculated() -> None:
    cells = ["=1+1", "+cmd", "-2", "-2.5", "@x", "\t=1", "-x", "王", "+3"]
    (row,) = _csv(write_csv([cells]))
    assert row == ["'=1+1", "'+cmd", "-2", "-2.5", "'@x", "'\t=1", "'-x", "王", "+3"]


def test_every_kind_has_its_word() -> None:
    for kinds, table in (
        (EntryKind, list_words.ENTRY_KINDS), (Purpose, list_words.ACCOUNTS),
        (State, list_words.PRESENCES), (Source, list_words.SOURCES),
        (ClaimState, list_words.CLAIM_STATES), (MemberStatus, list_words.MEMBER_STATES),
        (ObjectionSource, list_words.OBJECTION_SOURCES),
    ):  # fmt: skip
        assert set(kinds) == set(table), json.dumps(sorted(map(str, set(kinds) - set(table))))


def test_the_page_offers_what_the_caller_may_take(
    village: VillageMonth, session_id: int, page_client: Clients, app: Flask, phone: Page
) -> None:
    with on(28):
        clerk = words(page_client(_token(village, Role.CLERK)), "/lists")
        assert "积分公示（2026-09）" in clerk
        assert "花名册" not in clerk
        token = _token(village, Role.BRANCH_PRESIDENT)
        with serve(lambda _address: app) as address:
            phone.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
            phone.goto(f"{address}/lists?month={MONTH}")
            assert page_faults(phone) == []
            phone.goto(f"{address}/organiser/sessions/{session_id}")
            assert phone.locator("text=下载 Excel").count() == 1
