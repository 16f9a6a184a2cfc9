"""The first page: what this is, for strangers; the own home page for everybody else."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.home import queries
from app.home.domain import home_path
from app.identity import queries as places
from app.identity.access import maybe_principal, open_to_all
from app.kit.codes import CodeKind, read_code
from app.kit.errors import NotFound

pages = Blueprint("start", __name__)


@pages.get("/")
@open_to_all
def start() -> str | Response:
    """Where to sign in and what hangs on the boards; signed in, the way to the own home page."""
    caller = maybe_principal()
    home = home_path(caller.roles) if caller is not None else None
    if home is not None:
        return redirect("/till" if caller and caller.terminal_id else home, 302)
    typed = request.args.get("code")
    if typed is not None:
        code = read_code(CodeKind.CARD, typed)
        if code is not None:
            return redirect(url_for("card_sign_in.card_form", code=code), 302)
        g.refusal = NotFound("card_not_found")
    newest = [(village, queries.latest_notice(village.id)) for village in places.villages()]
    return render_template(
        "home/start.html",
        typed=typed or "",
        notices=[(village, notice) for village, notice in newest if notice is not None],
    )
