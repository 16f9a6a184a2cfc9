"""Importing a register in the browser: upload, look, confirm, report."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.extensions import db
from app.identity.domain import Role
from app.people import queries
from app.people.models import RegisterImport
from tests.factories.places import Places
from tests.factories.registers import FAMILY, MESSY_REGISTER, changed, family_register
from tests.support.clients import PageClient


@pytest.fixture
def president(page_client: Callable[[str | None], PageClient], places: Places) -> PageClient:
    return page_client(places.token(Role.BRANCH_PRESIDENT))


def upload(client: PageClient, content: bytes, name: str = "花名册.xlsx") -> TestResponse:
    return client.post("/register/imports", {"file": (io.BytesIO(content), name)})


def plan_page(client: PageClient, content: bytes) -> tuple[str, str]:
    """Address and text of the page that shows what an upload would change."""
    location = upload(client, content).headers["Location"]
    return location, client.get(location).get_data(as_text=True)


def confirm(client: PageClient, location: str, page: str, **fields: Any) -> TestResponse:
    mark = 'name="fingerprint" value="'
    shown = page.split(mark)[1].split('"', maxsplit=1)[0]
    return client.post(f"{location}/apply", {"fingerprint": shown, **fields})


def test_upload_look_confirm_and_again(president: PageClient, places: Places) -> None:
    location, page = plan_page(president, MESSY_REGISTER.read_bytes())
    for words in (
        "新增户</dt><dd>301",
        "没有导入的行</dt><dd>9",
        "9005 周测试丁",
        "出生年月“1970.13”不对。",
        "请改成 1970-12 的样子再导入。",
        "身份证号这一列有身份证号，没有读取，也没有保存。",
        "=HYPERLINK(&#34;http://x&#34;",
    ):
        assert words in page
    assert "370304" not in page
    assert queries.households(places.village_id) == []
    done = confirm(president, location, page)
    assert done.status_code == 303
    result = president.get(location).get_data(as_text=True)
    assert "花名册已导入" in result
    assert "确认导入" not in result
    assert len(queries.households(places.village_id)) == 301
    _, again = plan_page(president, MESSY_REGISTER.read_bytes())
    assert "这份花名册和册上一致" in again
    assert "确认导入" not in again
    assert "花名册.xlsx" in president.get("/register/imports").get_data(as_text=True)


def test_changes_and_gone_people_are_shown_and_the_box_decides(
    president: PageClient, places: Places
) -> None:
    confirm(president, *plan_page(president, family_register()))
    smaller = family_register(changed(FAMILY[0], phone="13900139000"), *FAMILY[1:4])
    location, page = plan_page(president, smaller)
    assert "手机号：13800138001 → 13900139000" in page
    assert "新表里没有的 1 人" in page
    confirm(president, location, page)
    statuses = {member.name: member.status for member in queries.members(places.village_id)}
    assert statuses["赵小军"] == "active"
    confirm(president, *plan_page(president, smaller), remove_gone="1")
    statuses = {member.name: member.status for member in queries.members(places.village_id)}
    assert statuses["赵小军"] == "moved_away"


def test_confirming_twice_or_something_else_than_was_shown(president: PageClient) -> None:
    location, page = plan_page(president, family_register())
    wrong = president.post(f"{location}/apply", {"fingerprint": "0" * 32})
    assert wrong.status_code == 409
    assert "请看一遍新的结果" in wrong.get_data(as_text=True)
    assert "确认导入" in wrong.get_data(as_text=True)
    assert confirm(president, location, page).status_code == 303
    twice = confirm(president, location, page)
    assert twice.status_code == 409
    assert "已经导入过了" in twice.get_data(as_text=True)
    older, _ = plan_page(president, family_register())
    upload(president, family_register())
    assert "请重新上传" in president.get(older).get_data(as_text=True)


def test_the_report_can_be_taken_away_before_and_after(president: PageClient) -> None:
    location, page = plan_page(president, MESSY_REGISTER.read_bytes())
    before = president.get(f"{location}/report.xlsx")
    assert before.headers["Content-Type"].endswith("spreadsheetml.sheet")
    confirm(president, location, page)
    after = president.get(f"{location}/report.xlsx")
    tables = [
        CalamineWorkbook.from_filelike(io.BytesIO(report.data)).get_sheet_by_index(0).to_python()
        for report in (before, after)
    ]
    assert tables[0] == tables[1]
    assert sum(row[0] == "没有导入" for row in tables[0]) == 9


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "空.xlsx", "文件是空的"),
        (b"%PDF-1.7 x", "花名册.xlsx", "打不开"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "花名册.xls", "另存为"),
        ("姓名,性别\n张三,男\n".encode("gb18030"), "花名册.csv", "缺少：户号"),
        ("户号,姓名\n".encode(), "花名册.csv", "表头下面没有人员"),
    ],
)
def test_an_unusable_file_is_refused_on_the_upload_page(
    president: PageClient, content: bytes, name: str, words: str
) -> None:
    response = upload(president, content, name)
    assert response.status_code == 422
    page = response.get_data(as_text=True)
    assert words in page
    assert "上传，先看看" in page


def test_an_upload_without_a_file_or_too_large_is_refused(president: PageClient) -> None:
    nothing = president.post("/register/imports", {"file": (io.BytesIO(b""), "")})
    assert nothing.status_code == 422
    assert "请先选一个文件" in nothing.get_data(as_text=True)
    large = upload(president, b"x" * (9 * 1024 * 1024))
    # The test client writes a large body to a file that it leaves open.
    large.request.environ["wsgi.input"].close()
    assert large.status_code == 413


def test_drafts_belong_to_their_village(
    president: PageClient, places: Places, page_client: Callable[[str | None], PageClient]
) -> None:
    location, page = plan_page(president, family_register())
    other = page_client(places.token(Role.BRANCH_PRESIDENT, "shishan"))
    clerk = page_client(places.token(Role.CLERK))
    for client, status in ((other, 404), (clerk, 403), (page_client(None), 401)):
        assert client.get(location).status_code == status
        assert client.get(f"{location}/report.xlsx").status_code == status
        assert confirm(client, location, page).status_code == status
    assert upload(clerk, family_register()).status_code == 403


def test_the_file_itself_is_never_kept(president: PageClient) -> None:
    upload(president, MESSY_REGISTER.read_bytes())
    found = db.session.scalars(select(RegisterImport)).one()
    stored = queries.import_sealer().open(found.content_sealed or b"", context=str(found.id))
    assert len(stored) < MESSY_REGISTER.stat().st_size
    assert b"PK" not in stored[:4]
