"""JSON twins of the villager's home and passbook."""

from typing import Any

from flask import Response, request

from app.activities.schemas import DenialOut
from app.expiry import queries as expiry
from app.identity.access import actor_id, principal, requires, village_id
from app.identity.domain import VILLAGE_ROLES, Role
from app.incentives.queries import month_of_code
from app.kit import clock
from app.people import queries as people
from app.store import queries as store
from app.web.json_api import JsonBlueprint
from app.web.transaction import writes

from . import queries, service
from .access import deny_credit, list_content, own_household, passbook_pdf
from .queries import HouseholdMonth
from .schemas import (
    DenialForm,
    HouseholdMonthOut,
    MeOut,
    PassbookOut,
    PassbookPrintOut,
    PassbookQuery,
)

api = JsonBlueprint(
    "home_api", __name__, url_prefix="/api/v1", description="The villager's passbook"
)


@api.get("/me")
@requires(Role.MEMBER)
@api.response(200, MeOut)
def show_me() -> dict[str, Any]:
    """What the caller's household has, when pending points become usable, and what it buys."""
    household = own_household()
    return {
        "display_name": principal().display_name,
        "passbook_no": household.passbook_no,
        "holdings": queries.holdings(village_id(), household.id),
        "releases": queries.releases(village_id(), household.id),
        "expiring": expiry.announcement(village_id(), household.id, clock.today()),
        "buys": store.balance_buys(village_id(), household.id, today=clock.today()),
    }


@api.post("/me/entries/<int:entry_id>/denial")
@requires(Role.MEMBER)
@writes(key_required=True)
@api.arguments(DenialForm)
@api.response(201, DenialOut)
def deny(form: dict[str, Any], entry_id: int) -> Any:
    """Say that a credit is not the household's own."""
    return deny_credit(entry_id, form["statement"])


@api.get("/me/months/<month_code>")
@requires(Role.MEMBER)
@api.response(200, HouseholdMonthOut)
def show_month(month_code: str) -> HouseholdMonth:
    """The household's line on a month's notice, and the movements behind each figure."""
    return queries.household_month(village_id(), own_household().id, month_of_code(month_code))


@api.get("/months/<month_code>/households/<passbook_number>")
@requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
@api.response(200, HouseholdMonthOut)
def show_household_month(month_code: str, passbook_number: str) -> HouseholdMonth:
    """The same of any household, for the office and supervision."""
    household = people.household_by_passbook(village_id(), passbook_number)
    return queries.household_month(village_id(), household.id, month_of_code(month_code))


@api.post("/households/<int:household_id>/passbook-prints")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.response(201, PassbookPrintOut)
def print_passbook(household_id: int) -> dict[str, Any]:
    """Give what is new in a paper passbook its rows; the page's address serves the file."""
    people.household(village_id(), household_id)
    made = service.print_passbook(
        village_id=village_id(), household_id=household_id, actor_id=actor_id()
    )
    book = queries.paper_passbook(village_id(), household_id)
    rows = queries.rows_of_print(book, made.number)
    # What cannot be drawn leaves nothing printed.
    passbook_pdf(household_id, book, rows)
    return {"number": made.number, "rows": [row.row for row in rows]}


@api.get("/lists/<name>.<kind>")
@requires(*VILLAGE_ROLES)
def take_list(name: str, kind: str) -> Response:
    """A list as .xlsx or .csv; `month` and `session` say of which, where it is of one."""
    found = list_content(name, kind, request.args)
    answer = Response(found.content, mimetype=found.mimetype)
    answer.headers.set("Content-Disposition", "attachment", filename=found.file_name)
    return answer


@api.get("/me/passbook")
@requires(Role.MEMBER)
@api.arguments(PassbookQuery, location="query")
@api.response(200, PassbookOut)
def list_lines(query: dict[str, Any]) -> dict[str, Any]:
    """Movements of the household's points, newest first; go on with `next_before`."""
    lines = queries.passbook(
        village_id(), own_household().id, before_id=query["before"], limit=query["limit"]
    )
    return {
        "lines": lines,
        "next_before": lines[-1].cursor if len(lines) == query["limit"] else None,
    }
