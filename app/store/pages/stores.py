"""Stores and their terminals, for the branch president."""

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.extensions import settings
from app.identity import queries as identity
from app.identity import service as identity_service
from app.identity.access import requires, village_id
from app.identity.domain import Role
from app.kit import clock
from app.kit.codes import code_link
from app.kit.errors import NotFound
from app.printing.qr import qr_svg
from app.store import queries, service
from app.store.access import store_in_reach
from app.store.schemas import StoreForm, TerminalForm
from app.web.forms import load_form
from app.web.transaction import writes

pages = Blueprint("stores", __name__)


@pages.get("/stores")
@requires(Role.BRANCH_PRESIDENT)
def list_stores() -> str:
    return render_template("store/stores.html", stores=queries.stores(village_id()))


@pages.post("/stores")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=list_stores)
def add() -> Response:
    store = service.add_store(village_id=village_id(), **_store_form())
    return redirect(url_for("stores.show", store_id=store.id), 303)


@pages.get("/stores/<int:store_id>")
@requires(Role.BRANCH_PRESIDENT, Role.CLERK)
def show(store_id: int) -> str:
    store = store_in_reach(store_id)
    return render_template(
        "store/store.html",
        store=store,
        stock=queries.stock(store.id),
        expiring=queries.expiring_soon(store.id, today=clock.today()),
        today=clock.today(),
    )


@pages.get("/stores/<int:store_id>/settings")
@requires(Role.BRANCH_PRESIDENT)
def settings_form(store_id: int) -> str:
    return render_template("store/store_settings.html", store=store_in_reach(store_id))


@pages.post("/stores/<int:store_id>/settings")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=settings_form)
def change(store_id: int) -> Response:
    service.change_store(village_id=village_id(), store_id=store_id, **_store_form())
    return redirect(url_for("stores.show", store_id=store_id), 303)


@pages.get("/stores/<int:store_id>/terminals")
@requires(Role.BRANCH_PRESIDENT)
def list_terminals(store_id: int) -> str:
    store = store_in_reach(store_id)
    found = [each for each in identity.terminals(village_id()) if each.store_id == store.id]
    return render_template("store/terminals.html", store=store, terminals=found)


@pages.post("/stores/<int:store_id>/terminals")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=list_terminals, secret_answer=True)
def add_terminal(store_id: int) -> str:
    store = store_in_reach(store_id)
    form = load_form(TerminalForm())
    terminal, code = identity_service.add_terminal(
        village_id=village_id(), store_id=store.id, name=form["name"]
    )
    return _show_code(store_id, terminal.name, code)


@pages.post("/stores/<int:store_id>/terminals/<int:terminal_id>/renewal")
@requires(Role.BRANCH_PRESIDENT)
@writes(secret_answer=True)
def renew_terminal(store_id: int, terminal_id: int) -> str:
    name = _name_of_terminal(store_id, terminal_id)
    code = identity_service.renew_enrolment(village_id=village_id(), terminal_id=terminal_id)
    return _show_code(store_id, name, code)


@pages.post("/stores/<int:store_id>/terminals/<int:terminal_id>/revocation")
@requires(Role.BRANCH_PRESIDENT)
@writes
def revoke_terminal(store_id: int, terminal_id: int) -> Response:
    _name_of_terminal(store_id, terminal_id)
    identity_service.revoke_terminal(village_id=village_id(), terminal_id=terminal_id)
    return redirect(url_for("stores.list_terminals", store_id=store_id), 303)


def _name_of_terminal(store_id: int, terminal_id: int) -> str:
    """What the terminal is called; NotFound `terminal_not_found` when it is another store's."""
    terminal = identity.terminal(village_id(), terminal_id)
    if terminal.store_id != store_id:
        raise NotFound("terminal_not_found")
    return terminal.name


def _store_form() -> dict[str, Any]:
    form: dict[str, Any] = load_form(StoreForm())
    # A tenth of a yuan is ten fen.
    form["fen_per_point"] = form.pop("yuan_per_point") * 10
    return form


def _show_code(store_id: int, name: str, code: str) -> str:
    return render_template(
        "store/terminal_code.html",
        store_id=store_id,
        name=name,
        code=code,
        svg=qr_svg(code_link(settings().public_url, code)),
        address=settings().public_url + url_for("till.enrol_form"),
    )
