"""The phone shows what the fake camera sees, and its own errors fail a test."""

import io

import pytest
import zxingcpp
from flask import Flask, Response
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.support.browser import open_phone
from tests.support.fixtures import CameraPhone
from tests.support.live_server import serve

CAMERA_PAGE = """<!doctype html><video muted autoplay playsinline></video><script>
navigator.mediaDevices.getUserMedia({video: {width: 640, height: 480}})
  .then(stream => { document.querySelector("video").srcObject = stream })
</script>"""


def test_camera_sees_the_code(camera_phone: CameraPhone) -> None:
    payload = "HTTPS://JF.EXAMPLE.CN/Q/7K3QF9WX2M"
    with serve(lambda _address: _app(CAMERA_PAGE)) as address, camera_phone(payload) as page:
        page.goto(address)
        page.wait_for_function("() => document.querySelector('video').currentTime > 0.2")
        picture = Image.open(io.BytesIO(page.screenshot()))
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [payload]


def test_phone_is_small_and_chinese(phone: Page) -> None:
    assert phone.evaluate(
        "() => [screen.width, navigator.language, new Date(0).getTimezoneOffset() / 60]"
    ) == [360, "zh-CN", -8]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<script src=/script.js></script>", "the button has no form"),
        ("<p style='color: red'>.</p>", "Content Security Policy"),
    ],
    ids=["script error", "inline style"],
)
def test_an_error_on_the_page_fails_the_test(chromium: Browser, body: str, fault: str) -> None:
    app = _app(body)

    @app.get("/script.js")
    def script() -> Response:
        return Response("throw Error('the button has no form')", mimetype="text/javascript")

    @app.after_request
    def add_policy(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = "default-src 'self'"
        return response

    with (
        serve(lambda _address: app) as address,
        pytest.raises(AssertionError, match=fault),
        open_phone(chromium) as page,
    ):
        page.goto(address)


def test_server_gives_its_address_to_the_application(phone: Page) -> None:
    with serve(lambda address: _app(f"<p>{address}</p>")) as address:
        phone.goto(address)
        assert phone.inner_text("p") == address


def _app(body: str) -> Flask:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: body)
    return app
