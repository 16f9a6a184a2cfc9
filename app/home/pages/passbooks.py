"""The paper passbook at the office: what is new is printed, any page can be printed again."""

from flask import Blueprint, Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.home import queries, service
from app.home.access import passbook_pdf
from app.home.domain import PASSBOOK_ROWS_A_PAGE
from app.identity.access import actor_id, requires, village_id
from app.identity.domain import Role
from app.people import queries as people
from app.web.transaction import writes

pages = Blueprint("passbooks", __name__, url_prefix="/passbooks/<int:household_id>")


@pages.get("")
@requires(Role.BRANCH_PRESIDENT)
def show(household_id: int) -> str:
    """What is new, and what was printed before."""
    household = people.household(village_id(), household_id)
    book = queries.paper_passbook(village_id(), household_id)
    return render_template(
        "home/paper_passbook.html",
        household=household,
        book=book,
        left=-len(book.rows) % PASSBOOK_ROWS_A_PAGE,
    )


@pages.post("/prints")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=show)
def print_new(household_id: int) -> AnyResponse:
    """Keep what goes on paper now; the file itself may be fetched again."""
    people.household(village_id(), household_id)
    made = service.print_passbook(
        village_id=village_id(), household_id=household_id, actor_id=actor_id()
    )
    # Set once before it is kept: a name that cannot be drawn leaves nothing printed.
    book = queries.paper_passbook(village_id(), household_id)
    passbook_pdf(household_id, book, queries.rows_of_print(book, made.number))
    return redirect(url_for(".print_pdf", household_id=household_id, number=made.number), 303)


@pages.get("/prints/<int(9999):number>.pdf")
@requires(Role.BRANCH_PRESIDENT)
def print_pdf(household_id: int, number: int) -> Response:
    """One print: the rows that were new then, each where it belongs on its page."""
    people.household(village_id(), household_id)
    book = queries.paper_passbook(village_id(), household_id)
    return _answer(passbook_pdf(household_id, book, queries.rows_of_print(book, number)))


@pages.get("/pages/<int(9999):page>.pdf")
@requires(Role.BRANCH_PRESIDENT)
def page_pdf(household_id: int, page: int) -> Response:
    """A whole page once more, for a passbook that was lost or spoiled."""
    people.household(village_id(), household_id)
    book = queries.paper_passbook(village_id(), household_id)
    return _answer(passbook_pdf(household_id, book, queries.rows_of_page(book, page)))


def _answer(pdf: bytes) -> Response:
    return Response(pdf, mimetype="application/pdf")
