"""Printing what is new into a household's paper passbook."""

from sqlalchemy import insert

from app.extensions import db
from app.home import queries
from app.home.models import PassbookPrint, PassbookRow
from app.kit import clock
from app.kit.errors import Conflict


def print_passbook(*, village_id: int, household_id: int, actor_id: int) -> PassbookPrint:
    """Give every movement that is not on paper yet its row, after those that are.

    Of two prints at once one is run again, and finds what the other has left. Raises NotFound
    `household_not_found`, Conflict `passbook_nothing_new`.
    """
    book = queries.paper_passbook(village_id, household_id)
    if not book.new:
        raise Conflict("passbook_nothing_new")
    made = PassbookPrint(
        household_id=household_id,
        number=len(book.prints) + 1,
        village_id=village_id,
        printed_by=actor_id,
        printed_at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    db.session.execute(
        insert(PassbookRow),
        [
            {
                "household_id": household_id,
                "row": row,
                "print_number": made.number,
                "transfer_id": line.cursor,
            }
            for row, line in enumerate(book.new, start=len(book.rows))
        ],
    )
    return made
