"""What each printed thing needs to be told, ready to set.

Every text is already masked, formatted and dated by the caller: names as the public may see them,
amounts of points as people write them ("12.5", "-3"), days as "2026年11月1日". Typed codes and the
digest come without spaces; the templates group them. An empty tuple leaves its table out whole.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Final

AS_QR: Final = "as_qr"
_PRINTED_AS_QR: Final = {AS_QR: True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Printable:
    """`created_at` is aware and belongs to the thing printed, never the moment of printing: it
    is written into the file, and the same payload must give the same bytes.
    """

    template: ClassVar[str]
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionContact:
    """How to object; `link` opens the page where an objection is made."""

    name: str
    phone: str
    box: str
    last_day: str
    link: str = field(metadata=_PRINTED_AS_QR)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthSums:
    """One month of points: opening + added − redeemed − expired + corrected = closing.

    `corrected` carries its own sign. `expired` stays empty in a month without expiry.
    """

    opening: str
    added: str
    redeemed: str
    corrected: str
    closing: str
    expired: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdRow:
    """One line of the households' table; the remark marks staff entries and late items.

    `household_id` is not printed: it says whose line this is when a number has changed since.
    """

    grid: str
    passbook_number: str
    head_name: str
    sums: MonthSums
    remark: str = ""
    household_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRow:
    """Points awarded by category of the rule book; `times` counts the awards."""

    category: str
    times: str
    points: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HonourRow:
    """A good deed, shown with the consent of the one who did it."""

    name: str
    deed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRow:
    grid: str
    households: str
    took_part: str
    rate: str
    mean_standing: str
    bonus: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedScoreRow:
    """A party member's score of the month: own + counted = total. `counted` comes from the mean
    of the linked households, or is a dash for whoever has too few.
    """

    name: str
    linked_households: str
    own: str
    linked_mean: str
    counted: str
    total: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodRow:
    """A good's month in pieces of `unit`; `source` says bought or given, and by whom."""

    title: str
    unit: str
    source: str
    came_in: str
    handed_out: str
    left: str
    expires_on: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreMonth:
    """A love store's month; `amount_to_settle` in yuan, with its unit."""

    name: str
    points_taken: str
    amount_to_settle: str
    goods: tuple[GoodRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionRow:
    """An objection since the last notice; nobody is named."""

    number: str
    received_on: str
    result: str
    decided_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeRow:
    """`points` carries the sign: what the activity earns or costs."""

    title: str
    team: str
    points: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What ties the paper to the ledger.

    `digest` and `previous_digest` are whole hexadecimal digests, of which the first 16 characters
    are printed; `previous_digest` is empty in the first month. `link` opens the same frozen
    notice, `code` is its typed form.
    """

    first_entry: str
    last_entry: str
    entry_count: str
    digest: str
    previous_digest: str
    code: str
    link: str = field(metadata=_PRINTED_AS_QR)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticePrint(Printable):
    """The monthly public notice, portrait, on A4 or enlarged to A3.

    `rule_version` names the version and the meeting that adopted it; the notes say in words how
    the figures of the table below them are reckoned, and what of the points is about to expire.
    """

    template: ClassVar[str] = "notice.typ"

    town_name: str
    village_name: str
    branch_name: str
    number: str
    month: str
    posted_from: str
    posted_to: str
    rule_version: str
    objection_contact: ObjectionContact
    household_rows: tuple[HouseholdRow, ...]
    household_sums: MonthSums
    village_sums: MonthSums
    household_count: str
    took_part_count: str
    category_rows: tuple[CategoryRow, ...]
    verification: Verification
    honour_rows: tuple[HonourRow, ...] = ()
    grid_rows: tuple[GridRow, ...] = ()
    grid_note: str = ""
    linked_score_rows: tuple[LinkedScoreRow, ...] = ()
    linked_score_note: str = ""
    stores: tuple[StoreMonth, ...] = ()
    objection_rows: tuple[ObjectionRow, ...] = ()
    rule_changes: tuple[str, ...] = ()
    theme_month: str = ""
    theme_rows: tuple[ThemeRow, ...] = ()
    redemption_day: str = ""
    expiry_note: str = ""
    paper: str = "a4"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPrint:
    """A household's or member's card; `version` counts its replacements from "1"."""

    short_name: str
    passbook_number: str
    code: str
    version: str
    link: str = field(metadata=_PRINTED_AS_QR)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSheet(Printable):
    """Cards of one village, ten to a page, in the order given."""

    template: ClassVar[str] = "cards.typ"

    branch_name: str
    help_phone: str
    cards: tuple[CardPrint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityPoster(Printable):
    """`points` carries sign and unit as people say it: "每人 +2 分"."""

    template: ClassVar[str] = "poster.typ"

    branch_name: str
    title: str
    day: str
    time: str
    place: str
    points: str
    ask_name: str
    ask_phone: str
    code: str
    link: str = field(metadata=_PRINTED_AS_QR)
    bring: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRow:
    name: str
    head_name: str
    passbook_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster(Printable):
    """The paper twin of check-in; `blank_row_count` lines are left for people who just come."""

    template: ClassVar[str] = "roster.typ"

    branch_name: str
    title: str
    day: str
    time: str
    place: str
    points: str
    organiser: str
    rows: tuple[RosterRow, ...]
    blank_row_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PinSlip:
    passbook_number: str
    short_name: str
    pin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PinSlips(Printable):
    """First sign-in PINs, cut apart and handed over at the office; `site` is typed by hand."""

    template: ClassVar[str] = "pins.typ"

    branch_name: str
    site: str
    slips: tuple[PinSlip, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRow:
    title: str
    quantity: str
    points: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt(Printable):
    """A redemption on 58 mm paper; `voided` says when it was voided, empty while it stands."""

    template: ClassVar[str] = "receipt.typ"

    number: str
    store_name: str
    sold_at: str
    passbook_number: str
    short_name: str
    rows: tuple[ReceiptRow, ...]
    points_total: str
    balance_after: str
    voided: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """A rule as the paper says it; `basis` names the evidence and who reviews."""

    code: str
    title: str
    points: str
    cap: str
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCategory:
    title: str
    rules: tuple[RuleLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTerm:
    """Linked scores or a bonus, and in words how it is reckoned."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBookPrint(Printable):
    """A version of the rule book with the record of its adoption, A4 portrait."""

    template: ClassVar[str] = "rulebook.typ"

    town_name: str
    village_name: str
    branch_name: str
    number: str
    starts_on: str
    meeting: str
    votes: str
    record_number: str
    categories: tuple[RuleCategory, ...]
    terms: tuple[RuleTerm, ...] = ()
