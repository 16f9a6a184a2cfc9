"""Goods of a store: what they are, what came in, what is on the shelf."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.identity import queries as identity
from app.identity.access import actor_id, requires, village_id
from app.identity.domain import Role
from app.kit import clock
from app.kit.errors import Invalid
from app.ledger import queries as ledger
from app.store import queries, service
from app.store.access import store_in_reach
from app.store.models import Good
from app.store.schemas import CountForm, GoodForm, NewGoodForm, SpoilageForm, StockInForm
from app.web.forms import load_form, uploaded_file
from app.web.transaction import writes

pages = Blueprint("goods", __name__)


@pages.get("/stores/<int:store_id>/goods/new")
@requires(Role.BRANCH_PRESIDENT)
def new_form(store_id: int) -> str:
    return render_template("store/good_new.html", store=store_in_reach(store_id))


@pages.post("/stores/<int:store_id>/goods/new")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=new_form)
def add(store_id: int) -> Response:
    store = store_in_reach(store_id)
    form = load_form(NewGoodForm())
    good = service.add_good(village_id=store.village_id, store_id=store.id, **form)
    return _to_good(good.id)


@pages.get("/stores/<int:store_id>/goods/import")
@requires(Role.BRANCH_PRESIDENT)
def import_form(store_id: int) -> str:
    return render_template("store/goods_import.html", store=store_in_reach(store_id))


@pages.post("/stores/<int:store_id>/goods/import")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=import_form)
def import_goods(store_id: int) -> str:
    store = store_in_reach(store_id)
    _, content = uploaded_file()
    report = service.import_goods(
        village_id=store.village_id,
        store_id=store.id,
        content=content,
        actor_id=actor_id(),
    )
    return render_template("store/goods_import_report.html", store=store, report=report)


@pages.get("/goods/<int:good_id>")
@requires(Role.BRANCH_PRESIDENT, Role.CLERK)
def show(good_id: int) -> str:
    good = _good_in_reach(good_id)
    movements = queries.movements(good.id)
    changes = queries.price_changes(good.id)
    return render_template(
        "store/good.html",
        good=good,
        left=ledger.balance(queries.shelf_of(good)) if good.counted else None,
        movements=movements,
        price_changes=changes,
        names=identity.display_names(
            [each.actor_id for each in movements] + [each.actor_id for each in changes]
        ),
        today=clock.today(),
    )


@pages.get("/goods/<int:good_id>/edit")
@requires(Role.BRANCH_PRESIDENT)
def edit_form(good_id: int) -> str:
    return render_template("store/good_edit.html", good=_good_in_reach(good_id))


@pages.post("/goods/<int:good_id>/edit")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=edit_form)
def change(good_id: int) -> Response:
    good = _good_in_reach(good_id)
    service.change_good(
        village_id=good.village_id, good_id=good.id, actor_id=actor_id(), **load_form(GoodForm())
    )
    return _to_good(good.id)


@pages.get("/goods/<int:good_id>/stock-in")
@requires(Role.BRANCH_PRESIDENT, Role.CLERK)
def stock_in_form(good_id: int) -> str:
    return _show_stock("store/stock_in.html", good_id)


@pages.post("/goods/<int:good_id>/stock-in")
@requires(Role.BRANCH_PRESIDENT, Role.CLERK)
@writes(again=stock_in_form)
def stock_in(good_id: int) -> Response:
    good = _good_in_reach(good_id)
    service.stock_in(
        village_id=good.village_id,
        good_id=good.id,
        actor_id=actor_id(),
        **load_form(StockInForm()),
    )
    return _to_good(good.id)


@pages.get("/goods/<int:good_id>/count")
@requires(Role.BRANCH_PRESIDENT, Role.CLERK)
def count_form(good_id: int) -> str:
    return _show_stock("store/count.html", good_id)


@pages.post("/goods/<int:good_id>/count")
@requires(Role.BRANCH_PRESIDENT, Role.CLERK)
@writes(again=count_form)
def count(good_id: int) -> Response:
    good = _good_in_reach(good_id)
    service.record_count(
        village_id=good.village_id,
        good_id=good.id,
        actor_id=actor_id(),
        **load_form(CountForm()),
    )
    return _to_good(good.id)


@pages.get("/goods/<int:good_id>/spoilage")
@requires(Role.BRANCH_PRESIDENT, Role.CLERK)
def spoilage_form(good_id: int) -> str:
    return _show_stock("store/spoilage.html", good_id)


@pages.post("/goods/<int:good_id>/spoilage")
@requires(Role.BRANCH_PRESIDENT, Role.CLERK)
@writes(again=spoilage_form)
def spoilage(good_id: int) -> Response:
    good = _good_in_reach(good_id)
    service.record_spoilage(
        village_id=good.village_id,
        good_id=good.id,
        actor_id=actor_id(),
        **load_form(SpoilageForm()),
    )
    return _to_good(good.id)


def _good_in_reach(good_id: int) -> Good:
    good = queries.good(village_id(), good_id)
    store_in_reach(good.store_id)
    return good


def _show_stock(template: str, good_id: int) -> str:
    """A form about the shelf of a good, which a service has not."""
    good = _good_in_reach(good_id)
    if not good.counted:
        raise Invalid("good_not_counted", good=good.title)
    return render_template(template, good=good, left=ledger.balance(queries.shelf_of(good)))


def _to_good(good_id: int) -> Response:
    return redirect(url_for("goods.show", good_id=good_id), 303)
