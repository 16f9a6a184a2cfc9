"""What stands out in a month, for the village's supervision and for the head bank above it."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.identity import queries as places
from app.identity.access import actor_id, place_words, principal, requires, village_id
from app.identity.domain import Role
from app.web.forms import load_form
from app.web.messages import sentence
from app.web.transaction import writes

from . import domain, queries, service
from .access import village_of_own_town
from .schemas import RecheckIn

pages = Blueprint("supervision", __name__)


@pages.get("/supervision")
@requires(Role.SUPERVISION)
def newest() -> Response | str:
    """The way to the running month."""
    months = queries.months(village_id())
    if not months:
        return render_template("supervision/none.html", back_to="/")
    return redirect(url_for("supervision.show_month", month_code=months[0]))


@pages.get("/supervision/<month_code>")
@requires(Role.SUPERVISION)
def show_month(month_code: str) -> str:
    """What stands out in a month of the own village."""
    return _month(village_id(), month_code, village_code="")


@pages.get("/supervision/<month_code>/rechecks")
@requires(Role.SUPERVISION)
def list_rechecks(month_code: str) -> str:
    """What of a closed month was drawn to be checked again."""
    return _rechecks(village_id(), month_code, village_code="")


@pages.get("/supervision/<month_code>/rechecks/<int:entry_id>")
@requires(Role.SUPERVISION)
def recheck_form(month_code: str, entry_id: int) -> str:
    item = queries.recheck_item(village_id(), month_code, entry_id)
    return render_template(
        "supervision/recheck.html",
        month_code=month_code,
        item=item,
        bar=queries.recheck_bar(village_id(), item, actor_id()),
    )


@pages.post("/supervision/<month_code>/rechecks/<int:entry_id>")
@requires(Role.SUPERVISION)
@writes(again=recheck_form)
def record_recheck(month_code: str, entry_id: int) -> Response:
    service.record_recheck(
        village_id=village_id(),
        month_code=month_code,
        entry_id=entry_id,
        actor_id=actor_id(),
        **load_form(RecheckIn()),
    )
    flash(sentence("recheck_recorded", {}))
    return redirect(url_for("supervision.list_rechecks", month_code=month_code), 303)


@pages.get("/town/supervision")
@requires(Role.HEAD_BANK)
def list_villages() -> str:
    """The villages by their codes, each with the way to its months; nothing is counted here."""
    villages = places.villages(principal().town_id)
    return render_template(
        "supervision/villages.html",
        town=places.town(principal().town_id),
        villages=[(village, queries.months(village.id)[:2]) for village in villages],
    )


@pages.get("/town/supervision/<village_code>/<month_code>")
@requires(Role.HEAD_BANK)
def show_month_of_village(village_code: str, month_code: str) -> str:
    """The same of one village of the town, names masked."""
    return _month(village_of_own_town(village_code), month_code, village_code=village_code)


@pages.get("/town/supervision/<village_code>/<month_code>/rechecks")
@requires(Role.HEAD_BANK)
def list_rechecks_of_village(village_code: str, month_code: str) -> str:
    """The same draw as the village's supervision sees it, to be read only."""
    return _rechecks(village_of_own_town(village_code), month_code, village_code=village_code)


def _rechecks(of_village_id: int, month_code: str, *, village_code: str) -> str:
    return render_template(
        "supervision/rechecks.html",
        village=places.village(of_village_id),
        village_code=village_code,
        **place_words(of_village_id),
        drawn=queries.recheck_list(of_village_id, month_code, masked=bool(village_code)),
    )


def _month(of_village_id: int, month_code: str, *, village_code: str) -> str:
    """`village_code` is empty for the village's own supervision."""
    return render_template(
        "supervision/month.html",
        village=places.village(of_village_id),
        village_code=village_code,
        **place_words(of_village_id),
        found=queries.month_review(of_village_id, month_code, masked=bool(village_code)),
        months=queries.months(of_village_id),
        limits=domain,
    )
