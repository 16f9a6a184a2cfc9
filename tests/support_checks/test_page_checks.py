"""Each planted fault of a page is found, and a good page is left alone."""

from string import Template

import pytest
from flask import Flask, Response
from playwright.sync_api import Page

from tests.support.live_server import serve
from tests.support.page_checks import bytes_transferred, page_faults

PAGE = Template("""<!doctype html><html lang="zh-CN"><head><title>积分存折</title>
<meta name="viewport" content="width=device-width"><style>
html { font-size: 18px; line-height: 1.6 } button, a, input, label { font-size: 1rem }
button, a { min-height: 48px; min-width: 48px; display: inline-block }
.main-action { min-height: 60px; min-width: 60px } label { display: block; padding: 12px 0 }
.hidden { position: absolute; left: -999px }
</style></head><body><main id="main"><h1>积分存折</h1><p>还有 12 分。</p>
<a class="hidden" href="#main">跳到正文</a><button class="main-action">兑换</button>
<button>返回</button><label><input type="checkbox"> 同意公示姓名</label>$extra</main></body></html>
""")


def test_a_good_page_has_no_faults(phone: Page) -> None:
    phone.set_content(PAGE.substitute(extra=""))
    assert page_faults(phone) == []


@pytest.mark.parametrize(
    ("extra", "fault"),
    [
        ("<button style='min-height: 40px; height: 40px'>小</button>", "at least 48"),
        ("<button style='min-width: 30px; padding: 0'>窄</button>", "target of 30×48 px"),
        ("<button class='main-action' style='min-height: 54px'>主</button>", "at least 60"),
        ("<p style='font-size: 16px'>说明</p>", "text of 16 px, at least 18"),
        ("<p style='line-height: 1.2'>说明</p>", "at least 1.5 times the text"),
        ("<p style='width: 400px'>宽</p>", "scrolls sideways at 320 px"),
        ("<style>main { font-size: 18px }</style>", "stays at 18px when enlarged"),
        ("<p style='color: #aaa'>看不清</p>", "color-contrast"),
        ("<img src='data:image/png;base64,'>", "image-alt"),
        ("<input id='name' style='height: 60px'>", "label"),
    ],
)
def test_a_planted_fault_is_found(phone: Page, extra: str, fault: str) -> None:
    phone.set_content(PAGE.substitute(extra=extra))
    found = page_faults(phone)
    assert [one for one in found if fault in one], found


def test_bytes_of_a_page_include_what_it_loads(phone: Page) -> None:
    app = Flask(__name__)

    @app.get("/")
    def page() -> str:
        return "<link rel=stylesheet href=/style.css><link rel=icon href='data:,'>"

    @app.get("/style.css")
    def style() -> Response:
        return Response("/*" + "x" * 10_000 + "*/", mimetype="text/css")

    with serve(lambda _address: app) as address:
        assert 10_000 < bytes_transferred(phone, address) < 12_000
