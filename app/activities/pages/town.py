"""The head bank: theme lists of the town, and quotas granted to its branches."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.activities import queries, service
from app.activities.domain.themes import ThemeFacts
from app.activities.schemas import GrantForm, ThemeForm
from app.identity import queries as places
from app.identity.access import actor_id, principal, requires
from app.identity.domain import Role
from app.kit import clock
from app.kit.errors import Conflict, Invalid
from app.kit.month import Month
from app.ledger.domain.accounts import branch_budget
from app.ledger.queries import balances
from app.web.forms import load_form, uploaded_file
from app.web.idempotency import required_key
from app.web.messages import sentence
from app.web.transaction import writes

pages = Blueprint("town_activities", __name__, url_prefix="/town")


@pages.get("/theme-lists")
@requires(Role.HEAD_BANK)
def list_themes() -> str:
    """All theme lists, latest month first, with a place to drop a table."""
    lists = queries.theme_lists(principal().town_id)
    return render_template(
        "activities/town/theme_lists.html",
        lists=lists,
        next_month=Month.of(clock.today()).next,
    )


@pages.post("/theme-lists/import")
@requires(Role.HEAD_BANK)
@writes(again=list_themes)
def import_themes() -> str:
    """Take a table and show, line by line, what could not be taken."""
    _, table = uploaded_file()
    done = service.import_themes(town_id=principal().town_id, table=table, actor_id=actor_id())
    return render_template(
        "activities/town/theme_import.html",
        codes=done.codes,
        faults=[(fault.line, sentence(fault.code, fault.facts)) for fault in done.faults],
    )


@pages.post("/theme-lists")
@requires(Role.HEAD_BANK)
@writes(again=list_themes)
def save_theme() -> Response:
    form = load_form(ThemeForm())
    month: Month = form.pop("month")
    service.save_theme(
        town_id=principal().town_id, month=month, facts=ThemeFacts(**form), actor_id=actor_id()
    )
    flash(sentence("theme_saved", {}))
    return redirect(url_for("town_activities.show_month", month_code=str(month)), 303)


@pages.get("/theme-lists/<month_code>")
@requires(Role.HEAD_BANK)
def show_month(month_code: str) -> str:
    """A month's list and its supplements."""
    month = _month(month_code)
    lists = queries.lists_of_month(principal().town_id, month)
    themes = queries.themes_of([found.id for found in lists])
    edited = request.args.get("code", "")
    return render_template(
        "activities/town/theme_month.html",
        month=month,
        lists=[
            (found, [theme for theme in themes if theme.theme_list_id == found.id])
            for found in lists
        ],
        edited=next((theme for theme in themes if theme.code == edited), None),
    )


@pages.post("/theme-lists/<month_code>/publish")
@requires(Role.HEAD_BANK)
@writes(again=show_month)
def publish(month_code: str) -> Response:
    """Publish the month's draft, which is the last of its lists."""
    lists = queries.lists_of_month(principal().town_id, _month(month_code))
    if not lists:
        raise Conflict("theme_list_empty")
    service.publish_theme_list(
        town_id=principal().town_id, theme_list_id=lists[-1].id, actor_id=actor_id()
    )
    flash(sentence("theme_list_published", {}))
    return redirect(url_for("town_activities.show_month", month_code=month_code), 303)


@pages.post("/themes/<int:theme_id>/remove")
@requires(Role.HEAD_BANK)
@writes
def remove_theme(theme_id: int) -> Response:
    service.remove_theme(town_id=principal().town_id, theme_id=theme_id)
    flash(sentence("theme_removed", {}))
    return redirect(url_for("town_activities.list_themes"), 303)


@pages.get("/grants")
@requires(Role.HEAD_BANK)
def list_grants() -> str:
    """What the branches have left, and what they were granted."""
    villages = places.villages(principal().town_id)
    budgets = balances([branch_budget(village.id) for village in villages])
    return render_template(
        "activities/town/grants.html",
        villages=villages,
        budgets={address.village_id: left for address, left in budgets.items()},
        grants=queries.grants([village.id for village in villages]),
        names={village.id: village.name for village in villages},
        month=Month.of(clock.today()),
    )


@pages.post("/grants")
@requires(Role.HEAD_BANK)
@writes(again=list_grants, key_required=True)
def grant() -> Response:
    form = load_form(GrantForm())
    service.grant_quota(
        town_id=principal().town_id,
        village_id=form["village_id"],
        month=form["month"],
        amount=form["points"],
        actor_id=actor_id(),
        idempotency_key=f"{actor_id()}:{required_key()}",
    )
    flash(sentence("quota_granted", {}))
    return redirect(url_for("town_activities.list_grants"), 303)


def _month(code: str) -> Month:
    try:
        return Month.parse(code)
    except ValueError as error:
        raise Invalid("bad_month", value=code[:20]) from error
