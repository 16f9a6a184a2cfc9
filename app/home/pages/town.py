"""The head bank's home."""

from flask import Blueprint, render_template

from app.home import queries
from app.identity import queries as places
from app.identity.access import principal, requires
from app.identity.domain import Role
from app.kit import clock
from app.kit.month import Month

pages = Blueprint("town", __name__, url_prefix="/town")


@pages.get("")
@requires(Role.HEAD_BANK)
def home() -> str:
    """Participation and points of the month in every village, in the order of their codes."""
    month = Month.of(clock.today())
    town_id = principal().town_id
    return render_template(
        "home/town.html",
        town=places.town(town_id),
        month=month,
        villages=queries.town_month(town_id, month),
    )
