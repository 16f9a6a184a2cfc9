"""Links from QR codes are in capitals and find their pages."""

from app import create_app
from app.kit.codes import CodeKind, code_link, new_code
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
