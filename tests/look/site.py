"""Pages of a village made from every macro, and a stub that answers scans."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from app.printing.qr import qr_svg
from app.web.access import open_to_all
from app.web.forms import FormInvalid
from app.web.refusal import shown_again
from tests.support.live_server import serve

PAGES = (
    "home", "history", "form", "desk", "answers", "rotating", "till", "scan_submit", "scan_stream",
)  # fmt: skip
CARD_CODE = "K7M4X9QRT2WVEHNPBCDFGJ3Y568S"


@dataclass
class Site:
    """The running pages and what was posted to them."""

    address: str = ""
    posts: list[dict[str, str]] = field(default_factory=list)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What the stub says to a code; it refuses any other."""

    def url(self, page: str) -> str:
        return f"{self.address}/look/{page}"


@contextmanager
def serve_site(app: Flask) -> Iterator[Site]:
    """Serve the application with the sample pages."""
    site = Site()

    def make_app(address: str) -> Flask:
        site.address = address
        app.register_blueprint(_pages(site))
        return app

    with serve(make_app):
        yield site


def _pages(site: Site) -> Blueprint:
    pages = Blueprint("look", __name__, url_prefix="/look", template_folder="templates")
    slots = count()

    @pages.context_processor
    def village() -> dict[str, object]:
        contact = {"name": "村文书李建国", "phone": "0571-8800 1234", "place": "露溪村村委会"}
        return {"place_name": "露溪村文明银行", "help_contact": contact}

    @pages.get("/<name>")
    @open_to_all
    def page(name: str) -> str:
        return render_template(f"look/{name}.html", qr_svg=qr_svg, card_code=CARD_CODE)

    @pages.post("/form")
    @open_to_all
    def refuse() -> AnyResponse:
        wrong = {"name": "请填写姓名。", "born_on": "日期不能晚于今天。", "way": "请选一项。"}
        return shown_again(lambda: page("form"), FormInvalid(wrong))

    @pages.post("/scan_submit")
    @open_to_all
    def take_code() -> str:
        site.posts.append(_sent())
        return render_template("look/taken.html", code=request.form["code"])

    @pages.post("/scan_stream")
    @open_to_all
    def answer_scan() -> AnyResponse:
        site.posts.append(_sent())
        code, chosen = request.form["code"], request.form.getlist("member_ids")
        answer = site.answers.get(" ".join([code, *chosen]))
        if answer:
            return jsonify(answer)
        refused = jsonify(error={"code": "card_not_found", "message": "这张卡不能用，请核对。"})
        refused.status_code = 404
        return refused

    @pages.get("/code")
    @open_to_all
    def next_code() -> Response:
        svg = qr_svg(f"HTTPS://JF.EXAMPLE.CN/R/{next(slots)}")
        return Response(svg, mimetype="image/svg+xml")

    return pages


def _sent() -> dict[str, str]:
    return {**request.form, "Idempotency-Key": request.headers.get("Idempotency-Key", "")}
