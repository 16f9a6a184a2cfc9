"""The rules at the door, one by one, with the times at which they change."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.activities.domain.check_in import (
    NOT_THERE,
    Arrival,
    OwnScan,
    Place,
    Ruling,
    Source,
    State,
    WaitsFor,
    Window,
    rule_arrival,
    scans_from_one_phone,
)
from app.web.messages import MESSAGES

START = datetime(2026, 10, 12, 1, 0, tzinfo=UTC)
WINDOW = Window(START, START + timedelta(hours=1))
SIGNED_UP = Arrival(
    at=START, source=Source.CARD, standing=None, place=Place.CONFIRMED, drop_in=False, seats_free=0
)
PRESENT = Ruling(State.PRESENT)


def minutes(number: float) -> datetime:
    return START + timedelta(minutes=number)


@pytest.mark.parametrize(
    ("at", "ruling"),
    [
        (minutes(-30.1), Ruling(refusal="check_in_not_open")),
        (minutes(-30), PRESENT),
        (minutes(15), PRESENT),
        (minutes(15.1), Ruling(State.UNCONFIRMED, WaitsFor.LATE)),
        # After the end the organiser may still scan, and then has to confirm.
        (minutes(61), Ruling(State.UNCONFIRMED, WaitsFor.LATE)),
    ],
)
def test_a_card_scan_opens_half_an_hour_before_and_is_late_after_a_quarter(
    at: datetime, ruling: Ruling
) -> None:
    assert rule_arrival(WINDOW, replace(SIGNED_UP, at=at)) == ruling


@pytest.mark.parametrize("source", [Source.ROTATING_CODE, Source.POSTER])
def test_own_scans_end_with_the_session(source: Source) -> None:
    own = replace(SIGNED_UP, source=source)
    assert rule_arrival(WINDOW, replace(own, at=minutes(60))).state is State.UNCONFIRMED
    assert rule_arrival(WINDOW, replace(own, at=minutes(60.1))).refusal == "check_in_over"


def test_a_rotating_code_counts_at_once_and_a_poster_waits() -> None:
    assert rule_arrival(WINDOW, replace(SIGNED_UP, source=Source.ROTATING_CODE)) == PRESENT
    assert rule_arrival(WINDOW, replace(SIGNED_UP, source=Source.POSTER)) == Ruling(
        State.UNCONFIRMED, WaitsFor.POSTER
    )


@pytest.mark.parametrize("standing", [State.PRESENT, State.LEFT])
def test_whoever_is_in_stays_as_they_are(standing: State) -> None:
    again = replace(SIGNED_UP, standing=standing, at=minutes(40))
    assert rule_arrival(WINDOW, again) == Ruling(standing, unchanged=True)


def test_whoever_waits_waits_on_unless_this_way_lets_them_in() -> None:
    waiting = replace(SIGNED_UP, standing=State.UNCONFIRMED)
    assert rule_arrival(WINDOW, waiting) == PRESENT
    assert rule_arrival(WINDOW, replace(waiting, source=Source.ROTATING_CODE)) == PRESENT
    for again in (replace(waiting, source=Source.POSTER), replace(waiting, at=minutes(20))):
        ruling = rule_arrival(WINDOW, again)
        assert ruling.state is State.UNCONFIRMED
        assert ruling.unchanged


def test_whoever_was_marked_absent_may_still_come() -> None:
    assert rule_arrival(WINDOW, replace(SIGNED_UP, standing=State.ABSENT)) == PRESENT


@pytest.mark.parametrize(
    ("place", "drop_in", "seats_free", "ruling"),
    [
        (None, False, 5, Ruling(refusal="not_signed_up")),
        (None, True, 1, PRESENT),
        (None, True, 0, Ruling(State.UNCONFIRMED, WaitsFor.SEAT)),
        (Place.WAITING, False, 1, PRESENT),
        (Place.WAITING, False, 0, Ruling(State.UNCONFIRMED, WaitsFor.SEAT)),
        (Place.CONFIRMED, False, 0, PRESENT),
    ],
)
def test_seats_decide_for_those_without_a_confirmed_place(
    place: Place | None, drop_in: bool, seats_free: int, ruling: Ruling
) -> None:
    arrival = replace(SIGNED_UP, place=place, drop_in=drop_in, seats_free=seats_free)
    assert rule_arrival(WINDOW, arrival) == ruling


@pytest.mark.parametrize("source", [Source.ROSTER, Source.PAPER])
def test_the_organisers_word_is_neither_late_nor_without_a_seat(source: Source) -> None:
    arrival = replace(
        SIGNED_UP, source=source, at=minutes(200), place=None, drop_in=True, seats_free=0
    )
    assert rule_arrival(WINDOW, arrival) == PRESENT
    assert rule_arrival(WINDOW, replace(arrival, drop_in=False)).refusal == "not_signed_up"


def test_members_from_one_phone_within_a_minute_are_flagged() -> None:
    ours, theirs = bytes(32), b"\1" * 32
    scans = [
        OwnScan(1, ours, minutes(0)),
        OwnScan(2, theirs, minutes(0.5)),
        OwnScan(3, ours, minutes(1)),
        OwnScan(4, ours, minutes(2.1)),
    ]
    assert scans_from_one_phone(scans) == {1, 3}


def test_every_answer_has_its_sentence() -> None:
    codes = {
        "check_in_not_open", "check_in_over", "not_signed_up", "choose_who_came", "checked_in",
        "already_in", "checked_out", "already_checked_out",
        *(f"waits_for_{reason}" for reason in WaitsFor),
        *(f"signed_up_{place}" for place in Place),
        *(f"marked_{state}" for state in NOT_THERE),
    }  # fmt: skip
    assert codes <= MESSAGES.keys()
