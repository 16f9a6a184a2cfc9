"""Whose passbook the caller may open, what may be said of its lines and printed of it, and which
lists are the caller's to take away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from flask import get_template_attribute

from app.activities import service as activities
from app.claims import service as claims
from app.home import queries
from app.home.domain import PASSBOOK_ROWS_A_PAGE
from app.home.queries import PaperPassbook, PaperRow
from app.home.queries.lists import LISTS, ListFile, Wish
from app.identity import queries as places
from app.identity.access import actor_id, principal, village_id
from app.kit import clock
from app.kit.errors import Conflict, Denied, NotFound
from app.kit.masking import mask_name
from app.kit.month import Month
from app.kit.points import format_tenths
from app.kit.workbook import Sheet, write_csv, write_workbook
from app.people import queries as people
from app.people.access import own_member
from app.people.domain.households import HouseholdRef
from app.printing.compilation import compile_pdf
from app.printing.household_payloads import PassbookLinePrint, PassbookPagePrint, PassbookPages

if TYPE_CHECKING:
    from app.activities.models import AttendanceDenial
    from app.claims.models import AwardDenial


def own_household() -> HouseholdRef:
    """The household of the signed-in villager."""
    return people.household(village_id(), own_member().household_id)


def deny_credit(entry_id: int, statement: str) -> "AttendanceDenial | AwardDenial":
    """Say that an entry is not the own household's.

    Raises NotFound `entry_not_found`, Conflict `award_not_deniable`.
    """
    household = own_household()
    story = queries.entry_story(village_id(), household.id, entry_id)
    award = story.award
    if award is None:
        raise Conflict("award_not_deniable")
    deny = activities.deny_award if story.attendance else claims.deny_award
    return deny(
        village_id=village_id(),
        household_id=household.id,
        award_id=award.id,
        statement=statement,
        actor_id=actor_id(),
    )


_KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class ListContent:
    """A list as a file."""

    file_name: str
    mimetype: str
    content: bytes


def lists_of_caller() -> dict[str, ListFile]:
    """The lists that the caller may take away, by name."""
    return {name: each for name, each in LISTS.items() if principal().has_any(each.roles)}


def list_content(name: str, kind: str, asked: Mapping[str, str]) -> ListContent:
    """A list as a file; `asked` may name the month ("2026-10") and the session.

    Raises NotFound `list_not_found`, or what `ListFile.read` raises; Denied `denied`.
    """
    wanted = LISTS.get(name)
    if wanted is None or kind not in _KINDS:
        raise NotFound("list_not_found")
    if not principal().has_any(wanted.roles):
        raise Denied("denied")
    wish = Wish(principal(), _month(asked.get("month", "")), _id(asked.get("session", "")))
    rows = [list(row) for row in wanted.read(wish)]
    if kind == "csv":
        content = write_csv(rows)
    else:
        content = write_workbook([Sheet(wanted.title, [list(row) for row in rows])])
    of_month = f"-{wish.month}" if wanted.monthly else ""
    village = places.village(village_id()).name
    file_name = f"{village}-{wanted.title}{of_month}-{clock.today()}.{kind}"
    return ListContent(file_name, _KINDS[kind], content)


def _month(code: str) -> Month:
    if not code:
        return Month.of(clock.today())
    try:
        return Month.parse(code)
    except ValueError:
        raise NotFound("period_not_found") from None


def _id(text: str) -> int | None:
    if not (text.isascii() and text.isdecimal()) or len(text) > 19:
        return None
    return int(text) if int(text) < 1 << 63 else None


def passbook_pdf(household_id: int, book: PaperPassbook, rows: Sequence[PaperRow]) -> bytes:
    """Rows of the paper passbook, each where it belongs on its page.

    Raises what `compile_pdf` raises for what cannot be drawn.
    """
    household = people.household(village_id(), household_id)
    printed = {each.number: each.printed_at for each in book.prints}
    payload = PassbookPages(
        created_at=printed[rows[-1].print_number],
        branch_name=f"{places.village(village_id()).name}文明银行",
        passbook_number=household.passbook_no,
        short_name=mask_name(household.head_name),
        rows_a_page=PASSBOOK_ROWS_A_PAGE,
        pages=tuple(
            _passbook_page(number, list(on_page))
            for number, on_page in groupby(rows, lambda row: row.page)
        ),
    )
    return compile_pdf(payload)


def _passbook_page(number: int, rows: list[PaperRow]) -> PassbookPagePrint:
    said = get_template_attribute("home/words.html", "line")
    return PassbookPagePrint(
        number=str(number),
        rows_before=rows[0].row % PASSBOOK_ROWS_A_PAGE,
        lines=tuple(
            PassbookLinePrint(
                day=f"{row.line.occurred_on:%y.%m.%d}",
                what=" ".join(str(said(row.line)).split()),
                came_in=format_tenths(row.line.change) if row.line.change > 0 else "",
                went_out=format_tenths(-row.line.change) if row.line.change < 0 else "",
                balance=format_tenths(row.balance),
            )
            for row in rows
        ),
    )
