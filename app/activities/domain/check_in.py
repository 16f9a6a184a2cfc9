"""Whether somebody may be checked in to a session, and whether the organiser has to confirm.

The rules, in the order in which they are asked:

1. Check-in opens 30 minutes before the session. Before that it is refused, with the hour.
2. Villagers' own scans end with the session; the organiser may enter people until the closing.
3. Somebody who is in already stays as they are. Somebody who waits waits on, unless this way of
   coming would let them in: the organiser scans the card of one who had scanned the poster.
4. Without a sign-up, the session must allow drop-in; staff sign people up first otherwise.
5. What the organiser ticks or types from paper is the organiser's word and counts at once.
6. A scan without a seat (drop-in or waiting list when all are taken) waits for the organiser.
7. A scan more than 15 minutes after the start waits for the organiser.
8. A poster can be photographed and sent to a friend, so its scans always wait.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

OPENS_BEFORE = timedelta(minutes=30)
LATE_AFTER = timedelta(minutes=15)
_SHARED_PHONE_WITHIN = timedelta(minutes=1)


class Source(StrEnum):
    """How an attendance came into the book; kept on its row."""

    CARD = "card"
    HOUSEHOLD_CARD = "household_card"
    ROTATING_CODE = "rotating_code"
    POSTER = "poster"
    ROSTER = "roster"
    PAPER = "paper"
    CLOSING = "closing"
    CORRECTION = "correction"


OWN_SCANS = frozenset({Source.ROTATING_CODE, Source.POSTER})
"""What villagers do on their own phones."""

SCANS = OWN_SCANS | {Source.CARD, Source.HOUSEHOLD_CARD}
"""What may be spendable at once: the rest is somebody else's word, and waits for the notice."""

_ORGANISERS_WORD = frozenset({Source.ROSTER, Source.PAPER})


class State(StrEnum):
    """Where somebody stands in a session."""

    UNCONFIRMED = "unconfirmed"
    PRESENT = "present"
    LEFT = "left"
    ABSENT = "absent"
    EXCUSED = "excused"


ATTENDED = frozenset({State.PRESENT, State.LEFT})
"""States that earn, or cost, the points of the session."""

NOT_THERE = frozenset({State.ABSENT, State.EXCUSED})


class WaitsFor(StrEnum):
    """Why the organiser has to confirm."""

    POSTER = "poster"
    LATE = "late"
    SEAT = "seat"


class Place(StrEnum):
    """What a sign-up gives."""

    CONFIRMED = "confirmed"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Window:
    """When a session takes place."""

    starts_at: datetime
    ends_at: datetime

    @property
    def opens_at(self) -> datetime:
        return self.starts_at - OPENS_BEFORE

    @property
    def late_from(self) -> datetime:
        return self.starts_at + LATE_AFTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Somebody at the door: when, how, and what the book says about them so far."""

    at: datetime
    source: Source
    standing: State | None
    place: Place | None
    drop_in: bool
    seats_free: int


@dataclass(frozen=True, slots=True)
class Ruling:
    """The answer at the door: a refusal's code, or the state to write down.

    `unchanged` says that the person was in, or waiting, before.
    """

    state: State | None = None
    waits_for: WaitsFor | None = None
    refusal: str = ""
    unchanged: bool = False


def rule_arrival(window: Window, arrival: Arrival) -> Ruling:
    """Decide by the rules above; the first that applies counts."""
    refusal = _outside_hours(window, arrival)
    if refusal:
        return Ruling(refusal=refusal)
    if arrival.standing in ATTENDED:
        return Ruling(arrival.standing, unchanged=True)
    if arrival.place is None and not arrival.drop_in:
        return Ruling(refusal="not_signed_up")
    waits_for = _reason_to_wait(window, arrival)
    if waits_for is None:
        return Ruling(State.PRESENT)
    return Ruling(State.UNCONFIRMED, waits_for, unchanged=arrival.standing is State.UNCONFIRMED)


def _outside_hours(window: Window, arrival: Arrival) -> str:
    if arrival.at < window.opens_at:
        return "check_in_not_open"
    if arrival.source in OWN_SCANS and arrival.at > window.ends_at:
        return "check_in_over"
    return ""


def _reason_to_wait(window: Window, arrival: Arrival) -> WaitsFor | None:
    if arrival.source in _ORGANISERS_WORD:
        return None
    if arrival.place is not Place.CONFIRMED and arrival.seats_free <= 0:
        return WaitsFor.SEAT
    if arrival.at > window.late_from:
        return WaitsFor.LATE
    if arrival.source is Source.POSTER:
        return WaitsFor.POSTER
    return None


@dataclass(frozen=True, slots=True)
class OwnScan:
    """One check-in made on a villager's phone."""

    attendance_id: int
    phone_digest: bytes
    at: datetime


def scans_from_one_phone(scans: Sequence[OwnScan]) -> frozenset[int]:
    """Attendances checked in within a minute of another one from the same phone.

    They are shown to the organiser, not refused: families share phones.
    """
    flagged: set[int] = set()
    ordered = sorted(scans, key=lambda scan: (scan.phone_digest, scan.at))
    for earlier, later in itertools.pairwise(ordered):
        if (
            earlier.phone_digest == later.phone_digest
            and later.at - earlier.at <= _SHARED_PHONE_WITHIN
        ):
            flagged |= {earlier.attendance_id, later.attendance_id}
    return frozenset(flagged)
