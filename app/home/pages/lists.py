"""Lists as files: what the caller may take away, and taking it."""

from flask import Blueprint, Response, render_template, request

from app.home.access import list_content, lists_of_caller
from app.identity.access import requires
from app.identity.domain import VILLAGE_ROLES
from app.kit import clock
from app.kit.month import Month

pages = Blueprint("lists", __name__, url_prefix="/lists")


@pages.get("")
@requires(*VILLAGE_ROLES)
def show() -> str:
    """Every list that the caller may take away, the monthly ones of the month asked for."""
    month = request.args.get("month") or str(Month.of(clock.today()).previous)
    return render_template("home/lists.html", lists=lists_of_caller(), month=month)


@pages.get("/<name>.<kind>")
@requires(*VILLAGE_ROLES)
def take(name: str, kind: str) -> Response:
    """One list as .xlsx or .csv."""
    found = list_content(name, kind, request.args)
    answer = Response(found.content, mimetype=found.mimetype)
    answer.headers.set("Content-Disposition", "attachment", filename=found.file_name)
    return answer
