"""What prints about households need to be told: sheets of several, and the paper passbook of one.

Ready to set, as in `payloads`.
"""

from dataclasses import dataclass
from typing import ClassVar

from .payloads import Printable


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetFact:
    word: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """A household with a cell for each of the sheet's further columns."""

    passbook_number: str
    head_name: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdSheet(Printable):
    """Households of a grid or of a party member, with what was reckoned from them."""

    template: ClassVar[str] = "sheet.typ"

    branch_name: str
    title: str
    facts: tuple[SheetFact, ...]
    columns: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PassbookLinePrint:
    """A movement in one row; one of `came_in` and `went_out` is empty."""

    day: str
    what: str
    came_in: str
    went_out: str
    balance: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassbookPagePrint:
    """What goes on a page; with `rows_before` it was begun earlier, and is fed in again."""

    number: str
    rows_before: int
    lines: tuple[PassbookLinePrint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PassbookPages(Printable):
    """Pages of a household's paper passbook, A6 landscape."""

    template: ClassVar[str] = "passbook.typ"

    branch_name: str
    passbook_number: str
    short_name: str
    rows_a_page: int
    pages: tuple[PassbookPagePrint, ...]
