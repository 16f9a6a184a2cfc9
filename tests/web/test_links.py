"""Links from QR codes are in capitals and find their pages; numbers in addresses have bounds."""

from flask import Flask

from app import create_app
from app.kit.codes import CodeKind, code_link, new_code
from app.web.links import ID_MAX, id_argument
from tests.conftest import settings_for


def test_a_capital_link_finds_its_page(sqlite_url: str) -> None:
    app = create_app(settings_for(sqlite_url))
    seen: list[str] = []

    def remember(code: str) -> str:
        seen.append(code)
        return code

    app.add_url_rule("/q/<code>", "probe", remember)
    assert app.test_client().get("/Q/AbC").status_code == 200
    assert app.test_client().get("/q/AbC").status_code == 200
    assert seen == ["AbC", "AbC"]
    assert app.test_client().get("/QQ/AbC").status_code == 404


def test_links_are_written_in_capitals() -> None:
    code = new_code(CodeKind.CARD)
    assert code_link("https://jf.example.cn", code) == f"HTTPS://JF.EXAMPLE.CN/K/{code}"


def test_a_number_that_is_no_id_finds_no_page(sqlite_url: str) -> None:
    app = create_app(settings_for(sqlite_url))
    app.add_url_rule("/q/<int:number>", "probe", "{number}".format)
    client = app.test_client()
    assert client.get(f"/q/{ID_MAX}").status_code == 200
    for typed in (str(ID_MAX + 1), "9" * 5000, "-1", "1.5", "٣", "x"):
        assert client.get(f"/q/{typed}").status_code == 404, typed


def test_what_is_no_id_behind_the_question_mark_counts_as_missing(app: Flask) -> None:
    for typed in ("", str(ID_MAX + 1), "9" * 5000, "-1", "1.5", "x"):
        with app.test_request_context(f"/?before={typed}&after={ID_MAX}"):
            assert id_argument("before") is None
            assert id_argument("after") == ID_MAX
