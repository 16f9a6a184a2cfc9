"""What a notice says and when it may be said; values and decisions only."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.incentives.domain.postings import BONUS_KINDS
from app.kit.errors import Conflict, Invalid
from app.kit.month import Month
from app.ledger.domain.drafts import EntryKind

NOTICE_DAYS_MIN = 3
NOTICE_DAYS_MAX = 7
NOTICE_DAYS_DEFAULT = 7
_POSTED_AHEAD_MAX = timedelta(days=14)

EARNED = frozenset({EntryKind.AWARD, EntryKind.BONUS} | BONUS_KINDS)
"""What becomes spendable when the notice is settled."""

_FIGURE_OF = {
    **dict.fromkeys(EARNED, "added"),
    EntryKind.REDEMPTION: "redeemed",
    EntryKind.ACTIVITY_PAYMENT: "redeemed",
    EntryKind.EXPIRY: "expired",
}

HONOURS_MAX = 10
CLOSE_REASON_LENGTH_MAX = 200
HONOUR_LENGTH_MAX = 60
_OF_AGE_YEARS = 18

_CLOSING_DUE_DAY = 25
"""Day of the month from which its closing is due."""

_DAYS_TO_POST = timedelta(days=5)
_DAYS_TO_SETTLE = timedelta(days=5)
_DAYS_TO_ANSWER = timedelta(days=7)

REVIEW_SIGNATURES_MIN = 3
"""Members of the review panel who sign a notice."""


class NoticeState(StrEnum):
    """Draft until it hangs on the board, published until it is settled."""

    DRAFT = "draft"
    PUBLISHED = "published"
    SETTLED = "settled"


class ObjectionSource(StrEnum):
    """How an objection came in."""

    PHONE = "phone"
    OFFICE = "office"
    PAPER = "paper"


class SignaturePart(StrEnum):
    """As whom somebody signs the notice that goes on the board."""

    PREPARER = "preparer"
    REVIEW = "review"
    SUPERVISION = "supervision"
    SECRETARY = "secretary"
    COMMITTEE = "committee"


class Decision(StrEnum):
    """What became of an objection."""

    UPHELD = "upheld"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """A household's or the village's month, in tenths of a point.

    opening + added - redeemed - expired + corrected = closing, by construction: whatever is
    neither earned, used nor expired counts as a correction.
    """

    opening: int = 0
    added: int = 0
    redeemed: int = 0
    expired: int = 0
    corrected: int = 0

    @property
    def closing(self) -> int:
        return self.opening + self.added - self.redeemed - self.expired + self.corrected

    def __add__(self, other: "MonthFigures") -> "MonthFigures":
        return MonthFigures(
            self.opening + other.opening,
            self.added + other.added,
            self.redeemed + other.redeemed,
            self.expired + other.expired,
            self.corrected + other.corrected,
        )


def month_figures(
    opening: int, came_in: Mapping[EntryKind, int], went_out: Mapping[EntryKind, int]
) -> MonthFigures:
    """One account's month told by kind of entry. An account's share of an internal move is a
    correction of itself; over all accounts of a household they cancel out.
    """
    net = dict.fromkeys(("added", "redeemed", "expired", "corrected"), 0)
    for kind, amount in came_in.items():
        net[figure_of(kind)] += amount
    for kind, amount in went_out.items():
        net[figure_of(kind)] -= amount
    return MonthFigures(
        opening=opening,
        added=net["added"],
        redeemed=-net["redeemed"],
        expired=-net["expired"],
        corrected=net["corrected"],
    )


def figure_of(kind: EntryKind) -> str:
    """Which figure of a month an entry of this kind changes: the name of its field."""
    return _FIGURE_OF.get(kind, "corrected")


def total(figures: Iterable[MonthFigures]) -> MonthFigures:
    """The sum of several months of figures."""
    result = MonthFigures()
    for each in figures:
        result = result + each
    return result


@dataclass(frozen=True, slots=True)
class NoticePeriod:
    """The days on which a notice hangs, both included; objections count until the last one."""

    posted_from: date
    posted_to: date

    @classmethod
    def starting(cls, day: date, days: int) -> "NoticePeriod":
        """Raises Invalid `notice_days_bad` outside three to seven days."""
        if not NOTICE_DAYS_MIN <= days <= NOTICE_DAYS_MAX:
            raise Invalid("notice_days_bad", days_min=NOTICE_DAYS_MIN, days_max=NOTICE_DAYS_MAX)
        return cls(day, day + timedelta(days=days - 1))

    def takes_objections(self, today: date) -> bool:
        return self.posted_from <= today <= self.posted_to


def check_posting(period: NoticePeriod, today: date) -> None:
    """Whether a notice that is frozen today may hang from its first day on.

    A day that is over would let nobody object, and one far ahead is a slip of the pen. Raises
    Invalid `notice_day_bad` with the days that may be named.
    """
    last_day = today + _POSTED_AHEAD_MAX
    if not today <= period.posted_from <= last_day:
        raise Invalid("notice_day_bad", first_day=today.isoformat(), last_day=last_day.isoformat())


def closing_is_due(open_month: Month, today: date) -> bool:
    """Whether the open month should be closed: from its 25th on."""
    return today >= open_month.first_day.replace(day=_CLOSING_DUE_DAY)


def _days_after(last_day: date, today: date) -> int:
    return max((today - last_day).days, 0)


def closing_overdue(open_month: Month, today: date) -> int:
    """By how many days a month is open for too long: it is closed before it ends."""
    return _days_after(open_month.last_day, today)


def posting_overdue(closed_on: date, today: date) -> int:
    """By how many days a notice should hang already: within five days of the close."""
    return _days_after(closed_on + _DAYS_TO_POST, today)


def settling_overdue(posted_to: date, today: date) -> int:
    """By how many days a month should be settled already: within five days of the last posted."""
    return _days_after(posted_to + _DAYS_TO_SETTLE, today)


def answer_overdue(received_on: date, today: date) -> int:
    """By how many days an objection should be answered already: within a week."""
    return _days_after(received_on + _DAYS_TO_ANSWER, today)


def missing_signatures(signed: Iterable[SignaturePart]) -> dict[SignaturePart, int]:
    """How many signatures of each part a notice still lacks; empty when all have signed."""
    there = Counter(signed)
    wanted = dict.fromkeys(SignaturePart, 1) | {SignaturePart.REVIEW: REVIEW_SIGNATURES_MIN}
    return {part: count - there[part] for part, count in wanted.items() if count > there[part]}


def check_signing(signed_on: date, frozen_on: date, today: date) -> None:
    """Whether somebody may have signed on that day: once there was a notice to print, and not in
    days to come. Raises Invalid `signature_day_bad` (first_day, last_day).
    """
    if not frozen_on <= signed_on <= today:
        raise Invalid(
            "signature_day_bad", first_day=frozen_on.isoformat(), last_day=today.isoformat()
        )


def check_honour(*, birth_month: str | None, today: date, honours: int) -> None:
    """Whether one more name may go on the notice, which never names a child.

    `birth_month` reads "1965-02". Raises Conflict `honours_full`, Invalid `honour_of_a_child`.
    """
    if honours >= HONOURS_MAX:
        raise Conflict("honours_full", honours_max=HONOURS_MAX)
    if birth_month is None:
        return
    born = Month.parse(birth_month)
    # Somebody born in this very month may still be short of the birthday.
    if Month(born.year + _OF_AGE_YEARS, born.number).last_day >= today:
        raise Invalid("honour_of_a_child")


def check_redemption_day(day: date | None, today: date) -> None:
    """Whether a day may be announced for redeeming; Invalid `redemption_day_past`."""
    if day is not None and day < today:
        raise Invalid("redemption_day_past")


def check_settling(period: NoticePeriod, today: date, objections_open: int) -> None:
    """Whether a published notice may be settled today.

    Raises Conflict `notice_still_posted` or `objections_open`.
    """
    if today <= period.posted_to:
        raise Conflict("notice_still_posted", last_day=period.posted_to.isoformat())
    if objections_open:
        raise Conflict("objections_open", count=objections_open)


@dataclass(frozen=True, slots=True)
class OpenMatters:
    """What still waits at a close: sessions that ended and were not closed, denied credits that
    nobody answered, claims and appeals that nobody decided, inspection rounds not finished.
    """

    sessions: int
    denials: int
    claims: int = 0
    inspections: int = 0

    def __bool__(self) -> bool:
        return bool(self.sessions or self.denials or self.claims or self.inspections)


def check_open_matters(matters: OpenMatters, reason: str) -> None:
    """Conflict `month_has_open_matters` (sessions, denials, claims,
    inspections) unless a reason is given."""
    if matters and not reason:
        raise Conflict(
            "month_has_open_matters",
            sessions=matters.sessions,
            denials=matters.denials,
            claims=matters.claims,
            inspections=matters.inspections,
        )
